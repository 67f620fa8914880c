"""Several tabs on one store: one leads, the others follow, and whoever goes takes nothing with him."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Error, Page

from e2e.browser import Browser
from e2e.conftest import MakeBrowser
from e2e.origin import Origin

pytestmark = pytest.mark.e2e

OPEN = "() => { window.store = openStore(5); }"
SAVE = """async (names) => {
  const writes = names.map((name) => {
    const id = store.newId();
    return store.write([{ kind: "customer", id, root: id, v: { name, territory: store.account.person } }]);
  });
  return (await Promise.all(writes)).flatMap((result) => result.edits);
}"""
NAMES = """async () => {
  const page = { search: "", filter: { name: "all" }, sort: "name", offset: 0, limit: 100 };
  return (await store.query("customers.page", page)).rows.map((row) => row.name);
}"""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Origin]:
    """The app's store on an origin of its own, without a server."""
    with Origin(tmp_path_factory.mktemp("origin")) as origin:
        yield origin


def open_tab(browser: Browser, origin: Origin) -> Page:
    """Return a new tab with the store of the same person."""
    page = browser.open()
    page.goto(f"{origin.address}/device/")
    page.evaluate(OPEN)
    return page


def test_a_second_tab_reads_and_writes_the_same_store(make_browser: MakeBrowser, origin: Origin) -> None:
    browser = make_browser()
    first, second = open_tab(browser, origin), open_tab(browser, origin)
    assert first.evaluate(SAVE, ["one"]) == [1]
    assert second.evaluate(SAVE, ["two"]) == [2]
    assert first.evaluate(NAMES) == second.evaluate(NAMES) == ["one", "two"]


def test_a_tab_hears_of_what_another_one_saved(make_browser: MakeBrowser, origin: Origin) -> None:
    browser = make_browser()
    first, second = open_tab(browser, origin), open_tab(browser, origin)
    second.evaluate(NAMES)
    first.evaluate("() => { window.heard = new Promise((resolve) => store.onChange((kinds) => resolve([...kinds]))); }")
    second.evaluate(SAVE, ["one"])
    assert first.evaluate("heard") == ["customer"]


def test_the_next_tab_leads_when_the_leader_is_closed(make_browser: MakeBrowser, origin: Origin) -> None:
    browser = make_browser()
    first = open_tab(browser, origin)
    first.evaluate(SAVE, ["one"])
    second = open_tab(browser, origin)
    second.evaluate(NAMES)
    first.close()
    assert second.evaluate(SAVE, ["two"]) == [2]
    assert second.evaluate(NAMES) == ["one", "two"]


def test_writes_on_their_way_to_a_leader_that_crashes_are_done_once(make_browser: MakeBrowser, origin: Origin) -> None:
    browser = make_browser()
    leader = open_tab(browser, origin)
    leader.evaluate(SAVE, ["before"])
    follower = open_tab(browser, origin)
    follower.evaluate(NAMES)
    names = [f"burst {number:02}" for number in range(50)]
    follower.evaluate("([save, names]) => { window.saved = eval(save)(names); }", [SAVE, names])
    with pytest.raises(Error):
        leader.goto("chrome://crash", timeout=2_000)
    assert follower.evaluate("saved") == list(range(2, 52))
    assert follower.evaluate(NAMES) == ["before", *names]


def test_what_was_saved_survives_the_killing_of_the_browser(make_browser: MakeBrowser, origin: Origin) -> None:
    browser = make_browser()
    tab = open_tab(browser, origin)
    tab.evaluate(SAVE, ["one", "two"])
    browser.kill()
    tab = open_tab(browser, origin)
    assert tab.evaluate(NAMES) == ["one", "two"]
    assert tab.evaluate(SAVE, ["three"]) == [3]


def test_signing_out_asks_about_unsent_work_first_and_then_leaves_nothing(
    make_browser: MakeBrowser, origin: Origin
) -> None:
    browser = make_browser()
    first, second = open_tab(browser, origin), open_tab(browser, origin)
    first.evaluate(SAVE, ["one"])
    assert second.evaluate("store.signOut()") == {"signedOut": False, "waiting": 1}
    assert len(second.evaluate("(async () => JSON.parse(await store.exportUnsent()).edits)()")) == 1
    assert second.evaluate("store.signOut({ exported: true })") == {"signedOut": True}
    first.wait_for_function("store.status.phase.code === 'signed_out'")
    assert open_tab(browser, origin).evaluate(NAMES) == []

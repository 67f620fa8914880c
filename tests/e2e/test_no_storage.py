"""A browser that keeps no files, as in a private window: it is told, and what is unsent is kept all the same."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Error, Page, Route, expect

from e2e.browser import Browser
from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.origin import Origin
from e2e.people import MAREK, sign_in
from e2e.steps import edit_field, field_row, history_of, open_details
from e2e.test_tabs import NAMES, OPEN, SAVE
from e2e.wire import Wire
from e2e.words import word

pytestmark = pytest.mark.e2e

WORKER = re.compile(r"/workers/worker[^/]*\.js$")
WITHOUT_FILES = "delete FileSystemFileHandle.prototype.createSyncAccessHandle;"
# A worker hears of no init script: the one that the page makes begins with a module that takes the files away.
WORKER_BEFORE = """
(() => {
  const blob = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const without = blob(WITHOUT);
  const Real = window.Worker;
  window.Worker = class extends Real {
    constructor(url, options) {
      const real = new URL(url, document.baseURI).href;
      super(blob(`import ${JSON.stringify(without)}; import ${JSON.stringify(real)};`), options);
    }
  };
})();
"""
NO_FILES = f"const WITHOUT = {WITHOUT_FILES!r};{WORKER_BEFORE}"
REFUSING_ONCE = """
  const real = StorageManager.prototype.getDirectory;
  let asked = 0;
  StorageManager.prototype.getDirectory = function () {
    asked += 1;
    return asked > 3 ? real.call(this) : Promise.reject(new DOMException("for a moment", "UnknownError"));
  };
"""
ONCE_REFUSED = f"const WITHOUT = {REFUSING_ONCE!r};{WORKER_BEFORE}"
KEPT_ROWS = """async () => {
  const answer = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const database = await answer(indexedDB.open("routebook-kept"));
  const count = await answer(database.transaction("unsent").objectStore("unsent").count());
  database.close();
  return count;
}"""
WAITING = "store.status.waiting"
# The numbers of the edits that the server has taken and no backup covers yet, as the browser keeps them.
TAKEN = """async () => {
  const answer = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const database = await answer(indexedDB.open("routebook-kept"));
  const keys = await answer(database.transaction("unsent").objectStore("unsent").getAllKeys());
  database.close();
  return keys.filter(([, part]) => part === "taken").map(([, , , n]) => n);
}"""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Origin]:
    """The app's store on an origin of its own, without a server."""
    with Origin(tmp_path_factory.mktemp("origin")) as origin:
        yield origin


def open_tab(browser: Browser, origin: Origin) -> Page:
    """Return a new tab with the store of the same person, over no files."""
    page = browser.open()
    page.add_init_script(NO_FILES)
    page.goto(f"{origin.address}/device/")
    page.evaluate(OPEN)
    page.wait_for_function("store.status.phase.name !== 'opening'")
    return page


def test_the_browser_is_told_that_its_book_does_not_last(make_browser: MakeBrowser, origin: Origin) -> None:
    page = open_tab(make_browser(), origin)
    assert page.evaluate("store.status.keeping") == "not_kept"


def test_what_is_unsent_survives_the_tab_and_the_killing_of_the_browser(
    make_browser: MakeBrowser, origin: Origin
) -> None:
    browser = make_browser()
    tab = open_tab(browser, origin)
    assert tab.evaluate(SAVE, ["one", "two"]) == [1, 2]
    tab.reload()
    tab.evaluate(OPEN)
    assert tab.evaluate(NAMES) == ["one", "two"]
    assert tab.evaluate(SAVE, ["three"]) == [3]
    browser.kill()
    tab = open_tab(browser, origin)
    assert tab.evaluate(NAMES) == ["one", "three", "two"]
    tab.wait_for_function(f"{WAITING} === 3")
    assert tab.evaluate(SAVE, ["four"]) == [4]


def test_saving_one_edit_costs_one_however_many_wait(make_browser: MakeBrowser, origin: Origin) -> None:
    tab = open_tab(make_browser(), origin)
    put_count = """() => {
      self.puts = 0;
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (...given) { self.puts += 1; return put.apply(this, given); };
    }"""
    assert tab.evaluate(SAVE, [f"name {number:03}" for number in range(300)]) == list(range(1, 301))
    [worker] = tab.workers
    worker.evaluate(put_count)
    tab.evaluate(SAVE, ["one more"])
    # The edit, the answer to its request and the counters; once more the counters, when the screens are told.
    assert worker.evaluate("self.puts") <= 4


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


def test_signing_out_leaves_nothing(make_browser: MakeBrowser, origin: Origin) -> None:
    browser = make_browser()
    tab = open_tab(browser, origin)
    tab.evaluate(SAVE, ["one"])
    tab.evaluate("store.exportUnsent()")
    assert tab.evaluate("store.signOut({ exported: true })") == {"signedOut": True}
    assert open_tab(browser, origin).evaluate(NAMES) == []


def open_with_files(browser: Browser, origin: Origin) -> Page:
    """Open the store as ``open_tab`` does, where the browser keeps files."""
    page = browser.open()
    page.goto(f"{origin.address}/device/")
    page.evaluate(OPEN)
    page.wait_for_function("store.status.phase.name !== 'opening'")
    return page


def test_what_was_kept_without_files_goes_on_where_there_are_files(make_browser: MakeBrowser, origin: Origin) -> None:
    browser = make_browser()
    tab = open_tab(browser, origin)  # an older browser, or one that failed once
    assert tab.evaluate(SAVE, ["one", "two"]) == [1, 2]
    browser.kill()
    tab = open_with_files(browser, origin)
    assert tab.evaluate("store.status.keeping") != "not_kept"
    assert tab.evaluate(NAMES) == ["one", "two"]
    tab.wait_for_function(f"{WAITING} === 2")
    assert tab.evaluate(SAVE, ["three"]) == [3]
    # Once more without and with them: nothing is twice, nothing is missing, and the edits' numbers go on.
    browser.kill()
    tab = open_tab(browser, origin)
    assert tab.evaluate(SAVE, ["four"]) == [1]
    browser.kill()
    tab = open_with_files(browser, origin)
    assert tab.evaluate(NAMES) == ["four", "one", "three", "two"]
    tab.wait_for_function(f"{WAITING} === 4")


def test_signing_out_with_files_leaves_nothing_of_what_was_kept_without(
    make_browser: MakeBrowser, origin: Origin
) -> None:
    browser = make_browser()
    tab = open_tab(browser, origin)
    tab.evaluate(SAVE, ["one"])
    browser.kill()
    tab = open_with_files(browser, origin)
    assert tab.evaluate("store.signOut({ exported: false })") == {"signedOut": False, "waiting": 1}
    tab.evaluate("store.exportUnsent()")
    assert tab.evaluate("store.signOut({ exported: true })") == {"signedOut": True}
    assert tab.evaluate(KEPT_ROWS) == 0


def test_a_file_system_that_fails_for_a_moment_is_asked_again(make_browser: MakeBrowser, origin: Origin) -> None:
    browser = make_browser()
    tab = open_with_files(browser, origin)
    assert tab.evaluate(SAVE, ["one"]) == [1]
    browser.kill()
    page = browser.open()
    page.add_init_script(ONCE_REFUSED)
    page.goto(f"{origin.address}/device/")
    page.evaluate(OPEN)
    page.wait_for_function("store.status.phase.name !== 'opening'")
    assert page.evaluate("store.status.keeping") != "not_kept"
    assert page.evaluate(NAMES) == ["one"]


def take_files_away(page: Page) -> None:
    """Do in the app's own worker, which may come from nowhere else, what ``NO_FILES`` does."""

    def answer(route: Route) -> None:
        real = route.fetch()
        route.fulfill(response=real, body=f"{WITHOUT_FILES}\n{real.text()}")

    page.context.route(WORKER, answer)


def test_an_edit_made_without_network_reaches_the_server_once_after_the_browser_was_killed(
    make_browser: MakeBrowser, shared_house: House
) -> None:
    customer = shared_house.customers_of(MAREK.email)[0].id
    with Wire(shared_house.port) as wire:
        browser = make_browser("desktop", device="desktop", service_workers="block", **MAREK.surroundings)
        page = browser.open()
        take_files_away(page)
        sign_in(page, wire.address, MAREK)
        # Said once for each sign-in, in front of everything; on the Sync screen always.
        told = page.get_by_role("dialog", name=word("en", "lock_storage_title"))
        told.get_by_role("button", name=word("en", "lock_storage_understood")).click()
        page.goto(f"{wire.address}/sync")
        expect(page.get_by_text(word("en", "sync_not_kept_text"))).to_be_visible()
        expect(page.get_by_text(word("en", "lock_storage_text"))).to_be_visible()
        expect(told).to_have_count(0)
        browser.close()  # in good order, as in Browser.restart: then the session's cookie is on disk
        page = browser.open()
        take_files_away(page)
        open_details(page, wire.address, customer)
        browser.lose_network(wire)
        edit_field(page, "trade", "Kept without files")
        browser.kill()

        page = browser.open()
        take_files_away(page)
        browser.regain_network(wire)
        open_details(page, wire.address, customer)
        expect(field_row(page, "trade")).to_contain_text("Kept without files")
        wait_until(
            lambda: shared_house.record(customer).values.get("trade") == "Kept without files", 20, "the edit is sent"
        )
        changes = [change for entry in history_of(page, customer) for change in entry["changes"]]
        assert [change["new"] for change in changes].count("Kept without files") == 1
        # A restored server may lack it: it is kept after it was taken, and after the next start.
        wait_until(lambda: page.evaluate(TAKEN) != [], 20, "the edit is kept as taken")
        taken = page.evaluate(TAKEN)
        browser.kill()
        page = browser.open()
        take_files_away(page)
        open_details(page, wire.address, customer)
        edit_field(page, "trade", "One more")
        wait_until(lambda: len(page.evaluate(TAKEN)) > len(taken), 20, "the next one is kept beside it")
        assert page.evaluate(TAKEN) == [*taken, taken[-1] + 1]

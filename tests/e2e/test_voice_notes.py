"""Voice notes: what was said is there, though the app was killed while it was being said."""

import hashlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from e2e.browser import Browser
from e2e.conftest import MakeBrowser
from e2e.house import House, Record, wait_until
from e2e.people import MAREK, sign_in
from e2e.steps import wait_for_service_worker
from e2e.wire import Wire
from e2e.words import word

pytestmark = pytest.mark.e2e

TAKES = """async () => {
  const open = indexedDB.open("routebook-takes");
  const database = await new Promise((resolve, reject) => {
    open.onsuccess = () => resolve(open.result);
    open.onerror = () => reject(open.error);
  });
  try {
    const stores = [...database.objectStoreNames];
    if (stores.length === 0) return 0;
    const count = database.transaction(stores).objectStore("piece").count();
    return await new Promise((resolve) => { count.onsuccess = () => resolve(count.result); });
  } finally {
    database.close();
  }
}"""
WEBM = b"\x1a\x45\xdf\xa3"


@pytest.fixture
def wire(shared_house: House) -> Iterator[Wire]:
    """The way to the server, which a test may cut."""
    with Wire(shared_house.port) as wire:
        yield wire


def check_in(browser: Browser, wire: Wire, house: House) -> tuple[Page, str]:
    """Sign in and begin the next visit, whose report is open then; returns the page and the visit's id."""
    page = browser.open()
    sign_in(page, wire.address, MAREK)
    wait_for_service_worker(page)
    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    visit = page.url.rpartition("/")[2]
    wait_until(lambda: house.record(visit).values.get("status") == "open", 20, "the check-in has arrived")
    return page, visit


def voices_of(house: House, visit: str) -> list[Record]:
    return [one for one in house.records("file") if (one.values.get("visit"), one.values["type"]) == (visit, "voice")]


def wait_for_takes(page: Page, count: int) -> None:
    """Wait until so many pieces are on the disk, or none."""
    wait_until(lambda: (page.evaluate(TAKES) >= count) if count else page.evaluate(TAKES) == 0, 20, "the pieces")


def test_a_note_is_there_up_to_the_second_at_which_the_app_was_killed(
    shared_house: House, wire: Wire, make_browser: MakeBrowser
) -> None:
    browser = make_browser("phone", microphone=True, **MAREK.surroundings)
    page, visit = check_in(browser, wire, shared_house)
    page = browser.restart(page)
    browser.lose_network(wire)
    page.get_by_test_id("record").tap()
    expect(page.get_by_test_id("recording")).to_be_visible()
    wait_for_takes(page, 3)
    browser.kill()

    page = browser.open()
    browser.context.set_offline(True)
    page.goto(f"{wire.address}/today")
    # One who starts the app hears of it, wherever he is, and is led there.
    page.get_by_role("button", name=word("en", "files_voice_recovered_show")).tap()
    page.wait_for_url(f"**/visits/{visit}")
    expect(page.get_by_test_id("voice")).to_have_count(1)
    expect(page.get_by_test_id("voice")).to_contain_text(word("en", "files_voice_recovered_caption"))
    page.get_by_test_id("play").press("Enter")
    page.wait_for_function("() => document.querySelector('[data-testid=voice-sound]').currentTime > 1.5")
    wait_for_takes(page, 0)

    browser.regain_network(wire)
    wait_until(
        lambda: [one.values["stored"] for one in voices_of(shared_house, visit) if "stored" in one.values] != [],
        30,
        "the office has it",
    )
    [voice] = voices_of(shared_house, visit)
    values = voice.values
    assert (values["media_type"], values["stored"]) == ("audio/webm", values["digest"])
    assert values["duration"] >= 2_000
    digest = values["digest"]
    body = (shared_house.data / "files" / digest[:2] / digest[2:4] / digest).read_bytes()
    assert hashlib.sha256(body).hexdigest() == digest
    assert body.startswith(WEBM)
    # Another start finds nothing more to bring back.
    page.reload()
    expect(page.get_by_test_id("voice")).to_have_count(1)
    assert len(voices_of(shared_house, visit)) == 1


def test_what_another_tab_records_at_this_moment_is_left_to_it_and_what_has_ended_leaves_nothing(
    shared_house: House, wire: Wire, make_browser: MakeBrowser
) -> None:
    browser = make_browser("phone", microphone=True, **MAREK.surroundings)
    page, visit = check_in(browser, wire, shared_house)
    page.get_by_test_id("record").tap()
    wait_for_takes(page, 1)
    other = browser.open()
    other.goto(f"{wire.address}/visits/{visit}")
    expect(other.get_by_test_id("record")).to_be_visible()
    wait_for_takes(other, 2)
    page.get_by_test_id("stop-recording").tap()
    for tab in (page, other):
        expect(tab.get_by_test_id("voice")).to_have_count(1)
    wait_for_takes(page, 0)
    page.get_by_test_id("record").tap()
    wait_for_takes(page, 1)
    page.get_by_role("button", name=word("en", "files_record_discard")).tap()
    wait_for_takes(page, 0)
    page.reload()
    expect(page.get_by_test_id("voice")).to_have_count(1)
    wait_until(lambda: len(voices_of(shared_house, visit)) == 1, 20, "the office has the one")

"""A book whose file the device's disk has spoilt: what is unsent is saved out of it, and it is set up anew."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.browser import Browser
from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.steps import edit_field, field_row, history_of, open_details, wait_for_service_worker
from e2e.wire import Wire
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e

HEADER = 4096
"""The bytes with which the pool of files begins each of its own."""
PAGE = 8192
FIRST = 20
"""The pages before are of the tables that are made first: what is unsent lies in them."""
WRITTEN = "Written in the dead zone"

Damage = Callable[[bytearray, int], None]


def some_pages(data: bytearray, pages: int) -> None:
    """Zero a tenth of the pages."""
    for page in Random(1).sample(range(FIRST, pages), pages // 10):
        zero(data, page)


def many_pages(data: bytearray, pages: int) -> None:
    """Zero two fifths of the pages."""
    for page in Random(1).sample(range(FIRST, pages), pages * 2 // 5):
        zero(data, page)


def first_page(data: bytearray, _: int) -> None:
    """Zero the page without which it is no database."""
    zero(data, 0)


def zero(data: bytearray, page: int) -> None:
    begin = HEADER + page * PAGE
    data[begin : begin + PAGE] = bytes(PAGE)


def damage(profile: Path, spoil: Damage, *, with_log: bool = False) -> None:
    """Spoil the database file in the profile of a browser that is closed; ``with_log``: what it last wrote goes too."""
    files = [path for path in profile.rglob("*") if path.is_file() and "File System" in path.parts]
    [book] = [path for path in files if path.read_bytes()[HEADER : HEADER + 15] == b"SQLite format 3"]
    data = bytearray(book.read_bytes())
    spoil(data, (len(data) - HEADER) // PAGE)
    book.write_bytes(data)
    if with_log:
        [log] = [path for path in files if path.read_bytes().startswith(b"/store.sqlite3-wal")]
        log.write_bytes(log.read_bytes()[:HEADER])


def edit_without_network(browser: Browser, page: Page, wire: Wire, customer: str) -> None:
    """Sign in, load the book into the file, and leave an edit in it that was not sent."""
    sign_in(page, wire.address, MAREK)
    wait_for_service_worker(page)
    page = browser.restart(page)
    open_details(page, wire.address, customer)
    browser.lose_network(wire)
    edit_field(page, "trade", WRITTEN)
    browser.close()


def notice(page: Page) -> Locator:
    """Return what says that the book was damaged."""
    return page.get_by_role("dialog", name=word("en", "lock_rescued_title"))


@pytest.mark.parametrize("spoil", [some_pages, many_pages])
def test_an_edit_in_a_damaged_file_is_saved_told_of_and_sent(
    house: House, make_browser: MakeBrowser, spoil: Damage
) -> None:
    customer = house.customers_of(MAREK.email)[5].id
    with Wire(house.port) as wire:
        browser = make_browser(**MAREK.surroundings)
        edit_without_network(browser, browser.open(), wire, customer)
        damage(browser.profile, spoil)
        page = browser.open()
        browser.regain_network(wire)
        page.goto(f"{wire.address}/today")
        told = notice(page)
        expect(told.get_by_test_id("rescued")).to_have_text(pattern("en", "lock_rescued_saved"))
        told.get_by_test_id("rescue-read").click()
        expect(told).to_have_count(0)
        wait_until(lambda: house.record(customer).values.get("trade") == WRITTEN, 30, "the edit is sent")
        page.goto(f"{wire.address}/sync")
        expect(page.get_by_text(word("en", "sync_all_sent"))).to_be_visible()
        open_details(page, wire.address, customer)
        expect(field_row(page, "trade")).to_contain_text(WRITTEN)
        changes = [change for entry in history_of(page, customer) for change in entry["changes"]]
        assert [change["new"] for change in changes].count(WRITTEN) == 1
        # Said once; the new file is sound.
        page = browser.restart(page)
        open_details(page, wire.address, customer)
        expect(field_row(page, "trade")).to_contain_text(WRITTEN)
        expect(notice(page)).to_have_count(0)


def test_a_file_of_which_nothing_can_be_read_is_set_up_anew_once_its_person_says_so(
    house: House, make_browser: MakeBrowser
) -> None:
    customer = house.customers_of(MAREK.email)[5].id
    with Wire(house.port) as wire:
        browser = make_browser(**MAREK.surroundings)
        edit_without_network(browser, browser.open(), wire, customer)
        damage(browser.profile, first_page, with_log=True)
        page = browser.open()
        browser.regain_network(wire)
        page.goto(f"{wire.address}/today")
        expect(page.get_by_role("heading", name=word("en", "lock_damaged_title"))).to_be_visible()
        page.get_by_test_id("set-up-anew").click()
        asked = page.get_by_role("dialog", name=word("en", "lock_anew_title"))
        expect(asked).to_contain_text(word("en", "lock_anew_text"))
        asked.get_by_test_id("anew-confirm").click()
        told = notice(page)
        expect(told.get_by_test_id("rescued")).to_contain_text(word("en", "lock_rescued_unknown"))
        told.get_by_test_id("rescue-read").click()
        expect(told).to_have_count(0)
        page.goto(f"{wire.address}/sync")
        expect(page.get_by_text(word("en", "sync_all_sent"))).to_be_visible()
        open_details(page, wire.address, customer)
        edit_field(page, "trade", "Written again")
        wait_until(lambda: house.record(customer).values.get("trade") == "Written again", 30, "the next edit is sent")

"""Older activity: what is done and old leaves the phone, is read on demand, and is there again without the network."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, Record, wait_until
from e2e.people import MANAGER, MAREK, sign_in
from e2e.pictures import take, tap_and_choose
from e2e.screens import go, go_to_customer
from e2e.steps import wait_for_service_worker
from e2e.test_photos import LARGE
from e2e.wire import Wire
from e2e.words import pattern, word
from reading import read_rows
from routebook_server.app import wall_clock_ms
from routebook_server.database import open_database
from routebook_server.records.archiving import DAY_MS, Archiver
from routebook_server.records.heads import Heads

pytestmark = pytest.mark.e2e


def archive(house: House, ahead_ms: int = 0) -> None:
    """Do the server's daily work while it is stopped, instead of waiting for it; as if it were so much later."""

    async def work() -> None:
        database = open_database(house.database)
        assert await Archiver(database, lambda: wall_clock_ms() + ahead_ms, 400 * DAY_MS).archive(Heads()) > 0
        await database.close()

    house.stop()
    # The browser's driver has this thread's event loop.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()
    house.start()


def old_notes(house: House, customers: set[str]) -> dict[str, str]:
    """Return an archived note of each of these customers, where there is one."""
    rows = read_rows(
        house.database, "SELECT root, doc FROM record WHERE substr(bucket, 1, 2) = 'a:' AND kind = ?", "note"
    )
    return {root: json.loads(doc)["v"]["body"] for root, doc in rows if root in customers}


def timeline(page: Page, customer: str) -> Locator:
    """Open a customer's page and read the timeline to its end."""
    go_to_customer(page, customer)
    panel = page.get_by_role("tabpanel")
    button = panel.get_by_role("button", name=word("en", "customer_older"))

    def is_at_end() -> bool:
        # The list goes on by itself as its end comes into sight.
        panel.evaluate("panel => panel.lastElementChild?.scrollIntoView()")
        return button.count() == 1

    wait_until(is_at_end, 15, "the timeline comes to its end")
    return panel


def open_older(panel: Locator) -> None:
    panel.get_by_role("button", name=word("en", "customer_older")).click()


@pytest.fixture
def wire(house: House) -> Iterator[Wire]:
    """Marek's way to the server."""
    with Wire(house.port) as open_wire:
        yield open_wire


def test_old_work_leaves_the_phone_and_is_read_on_demand_then_without_the_network(
    house: House, wire: Wire, make_browser: MakeBrowser
) -> None:
    browser = make_browser("phone", **MAREK.surroundings)
    page = browser.open()
    sign_in(page, wire.address, MAREK)
    wait_for_service_worker(page)
    page.evaluate("window.stays = true")
    archive(house)
    notes = old_notes(house, {customer.id for customer in house.customers_of(MAREK.email)})
    (customer, body), (other, other_body) = list(notes.items())[:2]

    def has_left() -> bool:
        panel = timeline(page, customer)
        return panel.get_by_text(body, exact=True).count() == 0

    wait_until(has_left, 60, "the old note leaves the phone")
    panel = timeline(page, customer)
    open_older(panel)
    expect(panel.get_by_text(body, exact=True)).to_be_visible()
    expect(panel.get_by_text(pattern("en", "customer_older_kept"))).to_have_count(0)
    assert page.evaluate("window.stays") is True

    browser.lose_network(wire)
    page.reload()
    expect(page.get_by_test_id("customer")).to_be_visible()  # a link that is followed sooner loads the page once more
    panel = timeline(page, customer)
    open_older(panel)
    expect(panel.get_by_text(word("en", "customer_older_kept"))).to_be_visible()
    expect(panel.get_by_text(body, exact=True)).to_be_visible()
    panel = timeline(page, other)
    open_older(panel)
    expect(panel.get_by_text(word("en", "customer_older_offline"))).to_be_visible()

    browser.regain_network(wire)
    panel.get_by_role("button", name=word("en", "common_try_again")).click()
    expect(panel.get_by_text(other_body, exact=True)).to_be_visible()

    go(page, "/sync")
    room = page.get_by_role("radiogroup", name=word("en", "sync_older_room"))
    room.get_by_role("radio").first.click()
    expect(room.get_by_role("radio").first).to_be_checked()
    expect(page.get_by_text(pattern("en", "sync_older_used"))).to_be_visible()


def test_an_old_photo_is_looked_at_on_demand_by_who_never_held_it(
    house: House, wire: Wire, make_browser: MakeBrowser
) -> None:
    page = make_browser("phone", **MAREK.surroundings).open()
    sign_in(page, wire.address, MAREK)
    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    visit = page.url.rpartition("/")[2]
    for hue in (150, 20):
        tap_and_choose(page, page.get_by_test_id("choose-photos"), take(page, hue=hue))

    def photos() -> list[Record]:
        return [one for one in house.records("file") if one.values.get("visit") == visit and one.values.get("stored")]

    wait_until(lambda: len(photos()) == 2, 40, "both photos are at the office")
    customer = str(photos()[0].values["customer"])
    archive(house, ahead_ms=500 * DAY_MS)  # the newest of a kind stays with its customer
    wait_until(lambda: page.get_by_test_id("photo-picture").count() == 1, 60, "the older photo leaves the phone")

    # His manager's device never held it.
    page = make_browser("desk", **MANAGER.surroundings).open()
    sign_in(page, wire.address, MANAGER)
    panel = timeline(page, customer)
    open_older(panel)
    panel.locator("section").get_by_role("button").filter(has_text=word("en", "fields_file_type_photo")).first.tap()
    page.wait_for_function(LARGE)

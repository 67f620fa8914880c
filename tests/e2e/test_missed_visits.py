"""Missed visits: a plan is made once, and made by the check-in of the next day or shown as not made."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, Record, wait_until
from e2e.people import MAREK, sign_in
from e2e.screens import go, go_to_customer
from e2e.steps import wait_for_service_worker
from e2e.wire import Wire
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e

PLANNED: Final = word("en", "customer_visit_planned")
MISSED: Final = word("en", "customer_visit_missed")


@pytest.fixture(scope="module")
def wire(shared_house: House) -> Iterator[Wire]:
    """Marek's way to the server."""
    with Wire(shared_house.port) as open_wire:
        yield open_wire


@pytest.fixture(scope="module")
def phone(wire: Wire, shared_browser: MakeBrowser) -> Page:
    """Marek's phone with the app open."""
    page = shared_browser("phone", **MAREK.surroundings).open()
    sign_in(page, wire.address, MAREK)
    wait_for_service_worker(page)
    return page


@pytest.fixture(scope="module")
def shop(shared_house: House) -> Record:
    """A customer of Marek's whom nobody has planned to visit, and whose name no other has."""
    shops = shared_house.customers_of(MAREK.email)
    names = Counter(one.values["name"] for one in shops)
    busy = {one.values["customer"] for one in shared_house.records("visit") if one.values["status"] != "done"}
    return next(one for one in shops if one.id not in busy and names[one.values["name"]] == 1)


def _plan(page: Page, customer: Record, choice: str) -> None:
    """Plan a visit by "+" on a customer's page for one of the days on offer."""
    go_to_customer(page, customer.id)
    page.get_by_test_id("add").click()
    page.get_by_test_id("add-plan").click()
    page.get_by_test_id(f"date-{choice}").click()


def _titles(page: Page) -> list[str]:
    """What the timeline says first, from the top."""
    expect(page.locator(".timeline li").first).to_be_visible()
    return [text.splitlines()[0] for text in page.locator(".timeline li").all_inner_texts()]


def test_a_visit_planned_for_today_is_planned_and_planned_once(shared_house: House, phone: Page, shop: Record) -> None:
    def planned() -> list[Record]:
        return [
            one
            for one in shared_house.records("visit")
            if one.values.get("customer") == shop.id and one.values["status"] == "planned"
        ]

    _plan(phone, shop, "today")
    wait_until(lambda: len(planned()) == 1, 30, "the visit is at the office")
    go(phone, "/today")
    card = phone.get_by_test_id("stop").filter(has_text=str(shop.values["name"]))
    expect(card).to_be_visible()
    expect(card.get_by_text(word("en", "today_unplanned"))).to_have_count(0)
    _plan(phone, shop, "today")
    expect(phone.get_by_text(pattern("en", "add_visit_planned_before"))).to_be_visible()
    phone.wait_for_url(f"**/visits/{planned()[0].id}")
    assert len(planned()) == 1


def test_a_check_in_makes_the_visit_that_was_missed(shared_house: House, wire: Wire, phone: Page, shop: Record) -> None:
    (visit,) = (
        one
        for one in shared_house.records("visit")
        if one.values.get("customer") == shop.id and one.values["status"] == "planned"
    )
    page = phone.context.new_page()
    # For all pages of this phone: no test comes after it.
    page.clock.set_fixed_time(datetime.now(ZoneInfo(MAREK.zone)).replace(hour=8, minute=0) + timedelta(days=1))
    page.goto(f"{wire.address}/today")
    missed = page.get_by_test_id("missed-visit").filter(has_text=str(shop.values["name"]))
    expect(missed).to_have_count(1)
    go_to_customer(page, shop.id)
    assert _titles(page)[0] == MISSED

    _plan(page, shop, "tomorrow")
    expect(page.locator(".timeline li").filter(has_text=PLANNED)).to_have_count(2)
    assert _titles(page)[:2] == [PLANNED, MISSED]
    go(page, "/today")
    expect(page.get_by_test_id("missed-visit").first).to_be_visible()
    expect(missed).to_have_count(0)

    go_to_customer(page, shop.id)
    # The server, at which it is today, would put the check-in back to today, and the page close it as one of yesterday.
    wire.cut()
    page.get_by_role("button", name=word("en", "common_check_in")).first.click()
    page.wait_for_url(f"**/visits/{visit.id}")
    page.get_by_test_id("outcome-interested").click()
    expect(page.get_by_test_id("outcome-interested")).to_have_count(0)
    go_to_customer(page, shop.id)
    expect(page.locator(".timeline li").filter(has_text=PLANNED)).to_have_count(1)
    titles = _titles(page)
    assert titles[0] == PLANNED
    assert MISSED not in titles
    page.close()

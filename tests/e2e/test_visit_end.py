"""The end of a visit: real over midnight too, said afterwards where it is an estimate; a visit that was none goes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.screens import go_to_customer
from e2e.steps import held_undo
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e

MINUTE_MS = 60_000


def _yesterday(hour: int) -> datetime:
    """Return an hour of the day before, by Marek's clock."""
    day = datetime.now(ZoneInfo(MAREK.zone)) - timedelta(days=1)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def _check_in(page: Page, house: House, at: datetime) -> str:
    """Begin a visit at this time at a customer who has none to come; return its id."""
    page.clock.set_fixed_time(at)
    waiting = {one.values["customer"] for one in house.records("visit") if one.values["status"] in {"planned", "open"}}
    customer = next(one for one in house.customers_of(MAREK.email) if one.id not in waiting)
    go_to_customer(page, customer.id)
    page.get_by_role("button", name=word("en", "common_check_in")).first.click()
    page.wait_for_url("**/visits/*")
    return page.url.rpartition("/")[2]


def _wake(page: Page, at: datetime) -> None:
    page.clock.set_fixed_time(at)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def _end_of(house: House, visit: str) -> tuple[int | None, bool]:
    """Return a visit's minutes at the office, None while it is open, and whether they are an estimate."""
    values = house.record(visit).values
    ended = values.get("checked_out_at")
    minutes = None if ended is None else (ended - values["checked_in_at"]) // MINUTE_MS
    return minutes, values.get("check_out_estimated") is True


def test_a_visit_over_midnight_that_its_rep_finishes_has_the_real_end(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page, midnight = shared_browser("midnight", **MAREK.surroundings).open(), _yesterday(0)
    sign_in(page, shared_house.address, MAREK)
    visit = _check_in(page, shared_house, midnight - timedelta(minutes=90))
    expect(page.get_by_test_id("outcome-order")).to_be_visible()
    _wake(page, midnight + timedelta(minutes=1))
    page.clock.set_fixed_time(midnight + timedelta(minutes=15))
    page.get_by_test_id("outcome-order").click()
    expect(page.get_by_test_id("outcome-order")).to_have_count(0)
    expect(page.get_by_test_id("estimated")).to_have_count(0)
    wait_until(lambda: _end_of(shared_house, visit) == (105, False), 30, "its real end is at the office")


def test_an_end_that_is_an_estimate_is_said_afterwards_and_is_one_again(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page, noon = shared_browser("left-at", **MAREK.surroundings).open(), _yesterday(12)
    sign_in(page, shared_house.address, MAREK)
    visit = _check_in(page, shared_house, noon)
    expect(page.get_by_test_id("outcome-order")).to_be_visible()
    _wake(page, datetime.now(ZoneInfo(MAREK.zone)))
    expect(page.get_by_test_id("estimated")).to_be_visible()
    page.get_by_test_id("say-end").click()
    hour = page.get_by_test_id("left-at").locator("[data-part=hour]")
    hour.select_option("11")
    expect(page.get_by_test_id("left-never")).to_contain_text("12:00")
    expect(page.get_by_test_id("set-end")).to_be_disabled()
    hour.select_option("13")
    page.get_by_test_id("left-at").locator("[data-part=minute]").select_option("10")
    page.get_by_test_id("set-end").click()
    undo = held_undo(page, pattern("en", "visit_left_set"))
    expect(page.get_by_test_id("estimated")).to_have_count(0)
    wait_until(lambda: _end_of(shared_house, visit) == (70, False), 30, "the end that was said is at the office")
    undo.click()
    expect(page.get_by_test_id("estimated")).to_be_visible()
    wait_until(lambda: _end_of(shared_house, visit) == (30, True), 30, "the estimate is there again")


def test_a_visit_finished_at_the_wrong_customer_is_taken_away_hours_later_and_comes_back(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page, noon = shared_browser("wrong-customer", **MAREK.surroundings).open(), _yesterday(12)
    sign_in(page, shared_house.address, MAREK)
    visit = _check_in(page, shared_house, noon)
    page.get_by_test_id("outcome-order").click()
    expect(page.get_by_test_id("outcome-order")).to_have_count(0)
    _wake(page, noon + timedelta(hours=3))
    page.get_by_test_id("visit-menu").click()
    page.get_by_test_id("visit-delete").click()
    page.wait_for_url("**/today")
    undo = held_undo(page, pattern("en", "visit_deleted"))
    wait_until(lambda: shared_house.record(visit).values.get("deleted") is True, 30, "it is gone at the office")
    undo.click()
    wait_until(lambda: not shared_house.record(visit).values.get("deleted"), 30, "it is there again")

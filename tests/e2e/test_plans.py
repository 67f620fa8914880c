"""Plans: a visit is planned, moved, cancelled, not forgotten if nobody makes it; a mistaken check-in loses nothing."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, Record, wait_until
from e2e.people import MAREK, sign_in
from e2e.screens import go, go_to_customer
from e2e.steps import held_undo
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def phone(shared_house: House, shared_browser: MakeBrowser) -> Page:
    """Marek's phone with the app open."""
    page = shared_browser("phone", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    return page


def _plan(page: Page, house: House, customer: Record, *, hour: bool) -> Record:
    """Plan a visit for tomorrow from a customer's page by "+", at a fixed hour or at any."""
    known = {one.id for one in house.records("visit")}
    go_to_customer(page, customer.id)
    page.get_by_test_id("add").click()
    page.get_by_test_id("add-plan").click()
    if hour:
        page.get_by_test_id("visit-hour").click()
        page.get_by_test_id("visit-time").locator("[data-part=hour]").select_option("14")
    page.get_by_test_id("date-tomorrow").click()
    expect(page.get_by_text(pattern("en", "add_visit_planned"))).to_be_visible()
    wait_until(lambda: len(house.records("visit")) > len(known), 30, "the visit is at the office")
    (planned,) = (one for one in house.records("visit") if one.id not in known)
    return planned


def test_a_visit_is_planned_for_a_day_or_an_hour_of_it_moved_and_cancelled(shared_house: House, phone: Page) -> None:
    house = shared_house
    customer, other = house.unplanned_of(MAREK.email)[:2]
    zone = ZoneInfo(MAREK.zone)
    tomorrow = datetime.now(zone).date() + timedelta(days=1)
    visit = _plan(phone, house, customer, hour=False)
    assert (visit.values["planned_day"], visit.values.get("planned_at")) == (tomorrow.isoformat(), None)
    timed = _plan(phone, house, other, hour=True)
    at = datetime.fromtimestamp(timed.values["planned_at"] / 1000, zone)
    assert (at.date(), at.hour, at.minute) == (tomorrow, 14, 0)

    go(phone, f"/visits/{timed.id}")
    phone.get_by_test_id("visit-menu").click()
    phone.get_by_test_id("visit-move").click()
    phone.get_by_test_id("date-in_3_days").click()
    undo = held_undo(phone, pattern("en", "visit_moved"))
    day = tomorrow + timedelta(days=2)
    wait_until(lambda: house.record(timed.id).values["planned_day"] == day.isoformat(), 30, "the visit is moved")
    at = datetime.fromtimestamp(house.record(timed.id).values["planned_at"] / 1000, zone)
    assert (at.date(), at.hour) == (day, 14)
    undo.click()
    wait_until(lambda: house.record(timed.id).values["planned_day"] == tomorrow.isoformat(), 30, "it is back")

    def has_hour(hour: int | None) -> bool:
        values = house.record(timed.id).values
        at = values.get("planned_at")
        found = None if at is None else datetime.fromtimestamp(at / 1000, zone).hour
        return (values["planned_day"], found) == (tomorrow.isoformat(), hour)

    def open_hour() -> None:
        phone.get_by_test_id("visit-menu").click()
        phone.get_by_test_id("visit-move").click()

    # Another hour of the same day needs no tap on the day.
    open_hour()
    phone.get_by_test_id("visit-time").locator("[data-part=hour]").select_option("15")
    phone.get_by_test_id("visit-hour-set").click()
    wait_until(lambda: has_hour(15), 30, "it is an hour later")
    # Nor is it lost where the sheet is left without one.
    open_hour()
    phone.get_by_test_id("visit-time").locator("[data-part=hour]").select_option("16")
    phone.keyboard.press("Escape")
    wait_until(lambda: has_hour(16), 30, "the hour is kept")
    open_hour()
    phone.get_by_role("button", name=word("en", "visit_at_any_hour")).click()
    expect(phone.get_by_test_id("visit-hour-set")).to_contain_text(word("en", "visit_at_any_hour"))
    phone.keyboard.press("Escape")
    undo = held_undo(phone, re.compile(word("en", "visit_moved", day="[^:]*$")))  # to no hour
    wait_until(lambda: has_hour(None), 30, "it has no hour any more")
    undo.click()
    wait_until(lambda: has_hour(16), 30, "the hour is back")

    phone.get_by_test_id("visit-menu").click()
    phone.get_by_test_id("visit-cancel").click()
    wait_until(lambda: house.record(timed.id).values["status"] == "cancelled", 30, "the visit is cancelled")
    expect(phone.get_by_test_id("screen-ready").first).to_be_visible()

    go(phone, f"/visits/{timed.id}")
    expect(phone.get_by_text(word("en", "customer_visit_cancelled"), exact=True)).to_be_visible()
    expect(phone.get_by_test_id("saved")).to_have_count(0)
    expect(phone.get_by_role("textbox")).to_have_count(0)
    phone.get_by_test_id("plan-again").click()
    expect(phone.get_by_test_id("check-in")).to_be_visible()
    wait_until(lambda: house.record(timed.id).values["status"] == "planned", 30, "the visit is planned again")


def test_a_check_in_by_mistake_takes_no_report_with_it(shared_house: House, phone: Page) -> None:
    house = shared_house
    visited = {one.values["customer"] for one in house.records("visit") if one.values["status"] != "done"}
    customer = next(one for one in house.customers_of(MAREK.email) if one.id not in visited)

    def begin() -> str:
        go_to_customer(phone, customer.id)
        phone.get_by_role("button", name=word("en", "common_check_in")).first.click()
        phone.wait_for_url("**/visits/*")
        return phone.url.rpartition("/")[2]

    def take_back() -> None:
        phone.get_by_test_id("visit-menu").click()
        phone.get_by_test_id("undo-check-in").click()

    empty = begin()
    take_back()
    expect(phone.get_by_text(word("en", "visit_check_in_undone"), exact=True)).to_be_visible()
    undo = held_undo(phone, word("en", "visit_check_in_undone"))
    wait_until(lambda: house.record(empty).values.get("deleted") is True, 30, "an empty one is gone")
    undo.click()
    wait_until(lambda: house.record(empty).values["status"] == "open", 30, "and comes back")
    go(phone, f"/visits/{empty}")
    phone.get_by_role("textbox").first.fill("Wants a second shelf")
    take_back()
    expect(phone.get_by_text(word("en", "visit_check_in_undone_kept"))).to_be_visible()
    wait_until(lambda: house.record(empty).values["status"] == "planned", 30, "it is planned instead")
    assert house.record(empty).values["note"] == "Wants a second shelf"
    assert house.record(empty).values.get("deleted") is not True


def test_a_task_moves_with_its_reminder_and_goes_and_comes_back(shared_house: House, phone: Page) -> None:
    house = shared_house
    known = {one.id for one in house.records("task")}
    shops = house.customers_of(MAREK.email)
    names = [str(one.values["name"]) for one in shops]
    busy = {one.values.get("customer") for one in house.records("task")}
    # No other's name has this one in it.
    customer = next(
        one
        for one, own in zip(shops, names, strict=True)
        if one.id not in busy and sum(own in name for name in names) == 1
    )
    go_to_customer(phone, customer.id)
    phone.get_by_test_id("remind").click()
    phone.get_by_test_id("date-tomorrow").click()
    wait_until(lambda: len(house.records("task")) > len(known), 30, "the task is at the office")
    (task,) = (one for one in house.records("task") if one.id not in known)
    go(phone, "/tasks")
    row = phone.get_by_test_id("task").filter(has_text=str(customer.values["name"]))
    row.get_by_test_id("task-snooze").click()
    phone.get_by_test_id("task-details").click()
    phone.get_by_test_id("task-date").get_by_test_id("date-in_3_days").click()

    def moved() -> bool:
        values = house.record(task.id).values
        day = datetime.fromtimestamp(values["remind_at"] / 1000, ZoneInfo(MAREK.zone)).date()
        return bool(values["due_day"] == day.isoformat() and values["due_day"] > task.values["due_day"])

    wait_until(moved, 30, "day and reminder are moved")
    phone.get_by_test_id("record-delete").click()
    undo = held_undo(phone, pattern("en", "history_deleted"))
    wait_until(lambda: house.record(task.id).values.get("deleted") is True, 30, "the task is gone")
    undo.click()
    wait_until(lambda: house.record(task.id).values.get("deleted") is not True, 30, "the task is back")


def test_today_begins_its_tasks_with_the_overdue_ones_and_says_how_many_there_are(
    shared_house: House, phone: Page
) -> None:
    person, today = shared_house.person(MAREK.email), datetime.now(ZoneInfo(MAREK.zone)).date().isoformat()
    own = [one.values for one in shared_house.records("task") if one.values.get("person") == person]
    days = [task.get("due_day") or "" for task in own if task["status"] == "open" and task.get("deleted") is not True]
    overdue, due_today = sum("" < day < today for day in days), days.count(today)
    assert overdue, "the demo has some that are overdue"
    go(phone, "/today")
    due = phone.get_by_test_id("tasks-due")
    expect(due.get_by_test_id("task").first).to_be_visible()
    late = [row.locator(".late").count() == 1 for row in due.get_by_test_id("task").all()]
    assert late[0]
    assert late == sorted(late, reverse=True)
    assert late.count(False) >= min(2, due_today), "what is due today is not behind what is late"
    more = overdue + due_today - len(late)
    assert due.get_by_test_id("tasks-more").all_inner_texts() == ([f"{more} more due"] if more else [])
    expect(due.get_by_role("link", name=pattern("en", "today_all_tasks"))).to_be_visible()


def test_what_nobody_made_stands_on_the_day_after_until_it_is_made_or_cancelled(
    shared_house: House, phone: Page
) -> None:
    page = phone.context.new_page()
    # For all pages of this phone: no test comes after it.
    page.clock.set_fixed_time(datetime.now(ZoneInfo(MAREK.zone)).replace(hour=8, minute=0) + timedelta(days=1))
    page.goto(f"{shared_house.address}/today")
    missed, stops = page.get_by_test_id("missed-visit"), page.get_by_test_id("stop")
    expect(missed.first).to_be_visible()
    before = missed.count()
    planned = "\n".join(stops.all_inner_texts())
    names = [text.splitlines()[0] for text in missed.all_inner_texts()]
    # Shops of a chain have one name.
    name = next(one for one in names if one not in planned and sum(one in other for other in names) == 1)
    missed.filter(has_text=name).get_by_test_id("missed-today").click()
    expect(stops.filter(has_text=name)).to_have_count(1)
    page.get_by_role("button", name=word("en", "common_undo")).click()
    expect(missed).to_have_count(before)
    missed.filter(has_text=name).get_by_test_id("missed-cancel").click()
    expect(missed.filter(has_text=name)).to_have_count(0)
    page.get_by_role("button", name=word("en", "common_undo")).click()
    expect(missed).to_have_count(before)
    page.close()

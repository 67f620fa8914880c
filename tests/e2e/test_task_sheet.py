"""A task under its details: whom it may be given to, how often it comes again, and what its visit says of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import ADMINISTRATOR, MANAGER, MAREK, MARYAM, Rep, sign_in
from e2e.screens import go, go_to_customer
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e

WITHIN_S = 15


@pytest.fixture(scope="module")
def phone(shared_house: House, shared_browser: MakeBrowser) -> Page:
    """Marek's phone."""
    phone = shared_browser("phone", **MAREK.surroundings).open()
    sign_in(phone, shared_house.address, MAREK)
    return phone


@pytest.fixture
def page(phone: Page) -> Iterator[Page]:
    """That phone, on which no sheet stays open."""
    yield phone
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("dialog")).to_have_count(0)


def add_task(page: Page, title: str, chip: str = "tomorrow") -> None:
    """Write a task in the sheet that is open, or in that of the "+"."""
    page.get_by_test_id("task-title").fill(title)
    if chip:
        page.get_by_test_id(f"date-{chip}").click()
    else:
        page.get_by_role("button", name=word("en", "add_without_date"), exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def add_own(page: Page, title: str, chip: str = "tomorrow") -> None:
    """Write a task that is just for oneself."""
    go(page, "/tasks")
    page.get_by_test_id("add").click()
    page.get_by_test_id("add-task").click()
    add_task(page, title, chip)


def open_task(page: Page, title: str) -> Locator:
    """Open a task of the list under its details."""
    go(page, "/tasks")
    page.get_by_test_id("task").filter(has_text=title).get_by_test_id("task-snooze").click()
    page.get_by_test_id("task-details").click()
    expect(page.get_by_test_id("task-date")).to_be_visible()
    return page.get_by_role("dialog")


def stored(house: House, title: str) -> dict[str, Any]:
    """Return the values of the one task of this title on the server, none while it has not come."""
    found = [one.values for one in house.records("task") if one.values.get("title") == title]
    return found[0] if found else {}


def test_a_series_that_is_chosen_under_the_details_begins_with_the_tasks_own_date(
    shared_house: House, page: Page
) -> None:
    add_own(page, "Count the stock")
    sheet = open_task(page, "Count the stock")
    row = sheet.get_by_test_id("field-repeat")
    row.get_by_role("button").click()
    row.get_by_role("radio", name=word("en", "fields_task_repeat_month"), exact=True).click()
    wait_until(lambda: stored(shared_house, "Count the stock").get("repeat") == "month", WITHIN_S, "it repeats")
    task = stored(shared_house, "Count the stock")
    assert task["repeat_from"] == task["remind_at"]
    row.get_by_role("button").click()
    row.get_by_role("radio", name=word("en", "common_none"), exact=True).click()
    wait_until(lambda: stored(shared_house, "Count the stock").get("repeat") is None, WITHIN_S, "it does not")
    assert stored(shared_house, "Count the stock").get("repeat_from") is None


def test_a_task_without_a_date_asks_for_one_before_it_repeats(page: Page) -> None:
    add_own(page, "Some day", "")
    sheet = open_task(page, "Some day")
    expect(sheet.get_by_test_id("no-repeat")).to_be_visible()
    expect(sheet.get_by_test_id("field-repeat")).to_have_count(0)
    sheet.get_by_test_id("date-tomorrow").click()
    expect(sheet.get_by_test_id("field-repeat")).to_be_visible()


def test_a_personal_task_is_given_to_nobody(page: Page) -> None:
    add_own(page, "Renew my licence")
    sheet = open_task(page, "Renew my licence")
    expect(sheet.get_by_test_id("just-for-me")).to_contain_text(word("en", "add_for_nobody"))
    expect(sheet.get_by_test_id("field-person")).to_have_count(0)


def test_a_customers_task_is_given_to_those_who_see_the_customer(shared_house: House, page: Page) -> None:
    customer = shared_house.customers_of(MAREK.email)[0]
    go_to_customer(page, customer.id)
    page.get_by_test_id("remind").click()
    add_task(page, "Bring the contract")
    with page.expect_response(lambda answer: answer.url.endswith("/people")):
        sheet = open_task(page, "Bring the contract")
    row = sheet.get_by_test_id("field-person")
    row.get_by_role("button").click()

    def offered(rep: Rep) -> Locator:
        return row.locator(f"option[value='{shared_house.person(rep.email)}']")

    # Everybody, until it is known who sees the customer.
    expect(offered(MARYAM)).to_have_count(0)
    for rep in (MAREK, MANAGER, ADMINISTRATOR):
        expect(offered(rep)).to_have_count(1)
    row.locator("select").select_option(shared_house.person(MANAGER.email))
    expect(sheet.get_by_test_id("blind")).to_have_count(0)
    wait_until(
        lambda: stored(shared_house, "Bring the contract").get("person") == shared_house.person(MANAGER.email),
        WITHIN_S,
        "the manager has it",
    )


def test_a_next_step_that_is_renamed_or_removed_is_so_wherever_its_visit_is_shown(
    shared_house: House, page: Page
) -> None:
    marek = shared_house.person(MAREK.email)
    visits = [one for one in shared_house.records("visit") if one.values.get("person") == marek]
    visit = max((one for one in visits if one.values["status"] == "done"), key=lambda one: one.values["checked_in_at"])
    customer = str(visit.values["customer"])
    go(page, f"/visits/{visit.id}")
    page.get_by_test_id("date-tomorrow").click()
    page.get_by_test_id("next-step").click()
    name = page.get_by_role("dialog").get_by_role("textbox")
    name.fill("Send the samples")
    page.get_by_role("dialog").get_by_role("button", name=word("en", "common_done"), exact=True).click()
    expect(page.get_by_test_id("next-step")).to_contain_text("Send the samples")

    sheet = open_task(page, "Send the samples")
    row = sheet.get_by_test_id("field-title")
    row.get_by_role("button").click()
    row.get_by_role("textbox").fill("Send the price list")
    row.get_by_role("textbox").press("Enter")
    expect(row).to_contain_text("Send the price list")
    page.keyboard.press("Escape")
    go_to_customer(page, customer)
    page.get_by_role("radio", name=word("en", "customer_timeline_visits")).click()
    expect(page.get_by_text(pattern("en", "customer_next_step")).filter(has_text="price list")).to_be_visible()
    expect(page.get_by_text("Send the samples")).to_have_count(0)

    open_task(page, "Send the price list").get_by_test_id("record-delete").click()
    go_to_customer(page, customer)
    page.get_by_role("radio", name=word("en", "customer_timeline_visits")).click()
    expect(page.locator(".timeline li").first).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Send the")
    go(page, f"/visits/{visit.id}")
    expect(page.get_by_test_id("step-removed")).to_be_visible()
    page.get_by_test_id("no-step").click()
    expect(page.get_by_test_id("step-removed")).to_have_count(0)
    wait_until(lambda: shared_house.record(visit.id).values.get("next_step") is None, WITHIN_S, "nothing is left")

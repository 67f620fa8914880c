"""Not known yet: what stands is written to once it is known, and never beside it; what is not known is not written."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.screens import go
from e2e.slow_book import SlowBook
from e2e.steps import open_tab
from e2e.words import word

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def page(shared_house: House, shared_browser: MakeBrowser) -> Page:
    """Marek's phone."""
    page = shared_browser("slow-book", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    return page


@pytest.fixture(scope="module")
def book(page: Page) -> SlowBook:
    """The book on it."""
    return SlowBook(page)


def wait_until_stands(house: House, name: str, value: Any) -> None:
    """Wait until the server has this setting once, with this value."""
    wait_until(lambda: value in values_of(house, name), 30, f"the server has {name}")
    assert values_of(house, name) == [value]


def values_of(house: House, name: str) -> list[Any]:
    """Return the values of all settings of this name that the server has."""
    return [one.values["value"] for one in house.records("setting") if one.values["name"] == name]


def test_hours_are_changed_once_they_are_known_and_no_date_is_chosen_before(
    page: Page, book: SlowBook, shared_house: House
) -> None:
    go(page, "/settings/reminders")
    page.get_by_test_id("quiet-switch").click()
    wait_until_stands(shared_house, "quiet_hours", {"from": "00:00", "to": "00:00"})

    book.hold_from_start("setting.values", "_hour")
    expect(page.get_by_test_id("zone-standing")).to_be_visible()
    expect(page.get_by_test_id("quiet-switch").or_(page.get_by_test_id("morning"))).to_have_count(0)
    go(page, "/today")
    page.get_by_test_id("add").click()
    page.get_by_test_id("add-task").click()
    expect(page.get_by_test_id("task-title")).to_be_visible()
    tomorrow = page.get_by_test_id("date-tomorrow")
    expect(tomorrow).to_have_count(0)
    book.let_go()
    expect(tomorrow).to_be_visible()
    page.keyboard.press("Escape")

    go(page, "/settings/reminders")
    switch = page.get_by_test_id("quiet-switch")
    expect(switch).not_to_be_checked()
    switch.click()
    wait_until_stands(shared_house, "quiet_hours", {"from": "21:00", "to": "07:00"})


def test_the_start_of_the_day_is_set_once_it_is_known(page: Page, book: SlowBook, shared_house: House) -> None:
    middle = page.get_by_test_id("end-middle")
    go(page, "/map")
    page.get_by_test_id("map-route-open").click()
    page.get_by_test_id("day_start").click()
    middle.click()
    wait_until(lambda: len(values_of(shared_house, "day_start")) == 1, 30, "the server has it")

    go(page, "/today")
    book.hold("setting.values", "day_start")
    go(page, "/map")
    page.get_by_test_id("map-route-open").click()
    page.get_by_test_id("day_start").click()
    expect(page.get_by_role("dialog").locator(".skeleton")).to_be_visible()
    expect(middle).to_have_count(0)
    book.let_go()
    page.get_by_test_id("end-none").click()
    wait_until_stands(shared_house, "day_start", None)


def test_no_money_is_written_before_it_is_known_which(page: Page, book: SlowBook, shared_house: House) -> None:
    customer = shared_house.customers_of(MAREK.email)[0].id
    take = page.get_by_test_id("take-order")
    book.hold_from_start("setting.values", "currency")
    go(page, f"/customers/{customer}")
    expect(page.locator(".skeleton").first).to_be_visible()
    expect(page.get_by_test_id("customer")).to_have_count(0)
    book.let_go()
    open_tab(page, "en", "customer_tab_orders")
    take.click()
    page.wait_for_url(re.compile(r"/orders/\w+"))
    order = page.url.rsplit("/", 1)[1]

    book.hold_from_start("setting.values", "currency")
    expect(page.locator(".skeleton").first).to_be_visible()
    expect(page.get_by_test_id("add-product")).to_have_count(0)
    book.let_go()
    expect(page.get_by_test_id("add-product")).to_be_visible()
    wait_until(lambda: order in [one.id for one in shared_house.records("order")], 30, "the server has the order")


def test_a_customer_is_added_once_it_is_known_where(page: Page, book: SlowBook) -> None:
    go(page, "/today")
    book.hold("territory.list")
    page.get_by_test_id("add").click()
    page.get_by_test_id("add-customer").click()
    book.wait_until_asked()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label(word("en", "fields_name"), exact=True).fill("Patience")
    add = sheet.get_by_role("button", name=word("en", "customers_add_save"), exact=True)
    expect(add).to_be_disabled()
    book.let_go()
    add.click()
    page.wait_for_url(re.compile(r"/customers/\w+"))


@pytest.mark.parametrize(("setting", "shown"), [("currency", "customer"), ("quiet_hours", "quiet-switch")])
def test_a_setting_that_cannot_be_read_says_so_and_is_tried_again(
    page: Page, book: SlowBook, shared_house: House, setting: str, shown: str
) -> None:
    customer = shared_house.customers_of(MAREK.email)[0].id
    main = page.get_by_role("main")
    book.hold_from_start("setting.values", setting)
    go(page, f"/customers/{customer}" if setting == "currency" else "/settings/reminders")
    expect(main.get_by_text(word("en", "common_loading")).first).to_be_attached()
    expect(main.get_by_role("alert")).to_have_count(0)
    book.refuse()
    expect(main.get_by_role("alert")).to_be_visible()
    expect(page.get_by_test_id(shown)).to_have_count(0)

    book.forget()
    main.get_by_role("button", name=word("en", "common_try_again")).click()
    expect(page.get_by_test_id(shown)).to_be_visible()
    expect(main.get_by_role("alert")).to_have_count(0)

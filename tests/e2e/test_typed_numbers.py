"""A number that is typed is stored as it was meant, or the field says why not; nothing of it is rounded or lost."""

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, MARYAM, Rep, sign_in
from e2e.screens import go
from e2e.words import word

pytestmark = pytest.mark.e2e


def _begin_delivery(page: Page, house: House, rep: Rep) -> str:
    """Begin a visit whose form has a whole number and a sum; returns the visit's id."""
    sign_in(page, house.address, rep)
    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    page.get_by_test_id("purpose").get_by_role("radio", name=word(rep.locale, "fields_purpose_delivery")).click()
    return page.url.rpartition("/")[2]


def _answers(house: House, visit: str) -> dict[str, Any]:
    """Return the latest answer to each question, as the office has it."""
    entries: dict[str, str] = house.record(visit).values.get("answers") or {}
    return {question: answer for _, question, answer in map(json.loads, (entries[key] for key in sorted(entries)))}


def _question(page: Page, question: str) -> Locator:
    return page.locator(f"[data-question='{question}']").get_by_role("textbox")


def test_an_answer_is_what_was_typed_or_says_why_not(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("phone", **MAREK.surroundings).open()
    visit = _begin_delivery(page, shared_house, MAREK)
    worth, damaged = _question(page, "worth"), _question(page, "damaged")

    damaged.fill("2.0")
    damaged.blur()
    expect(damaged).to_have_value("2")
    worth.fill("0,990")  # asked of what is damaged
    worth.blur()
    expect(worth).to_have_value("0.99")
    damaged.fill("1.5")
    damaged.blur()
    expect(page.locator("[data-question=damaged]")).to_contain_text(word("en", "fields_not_whole"))
    expect(damaged).to_have_value("1.5")
    wait_until(lambda: _answers(shared_house, visit).get("worth") == "0.99 EUR", 20, "the sum is at the office")

    # What is no answer is there again after another page, and is said again.
    go(page, "/today")
    go(page, f"/visits/{visit}")
    expect(worth).to_have_value("0.99")
    expect(damaged).to_have_value("1.5")
    expect(page.locator("[data-question=damaged]")).to_contain_text(word("en", "fields_not_whole"))
    assert _answers(shared_house, visit)["damaged"] == "2"
    damaged.fill("3")
    damaged.blur()
    expect(damaged).to_have_attribute("aria-invalid", "false")
    wait_until(lambda: _answers(shared_house, visit).get("damaged") == "3", 20, "the count is at the office")


def test_persian_signs_say_which_they_are(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("persian-phone", **MARYAM.surroundings).open()
    visit = _begin_delivery(page, shared_house, MARYAM)
    damaged = _question(page, "damaged")
    damaged.fill("۱٫۵۰۰")
    damaged.blur()
    expect(page.locator("[data-question=damaged]")).to_contain_text(word("fa", "fields_not_whole"))
    damaged.fill("۱٫۰")
    damaged.blur()
    expect(damaged).to_have_value("۱")
    worth = _question(page, "worth")
    worth.fill("۱٬۲۵۰٫۵")
    worth.blur()
    expect(worth).to_have_value("۱۲۵۰٫۵")
    wait_until(lambda: _answers(shared_house, visit).get("damaged") == "1", 20, "the count is at the office")
    wait_until(lambda: _answers(shared_house, visit).get("worth") == "1250.50 EUR", 20, "the sum is at the office")


def test_a_quantity_that_cannot_be_read_stays_and_keeps_the_order_from_being_placed(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page = shared_browser("other-phone", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    go(page, f"/customers/{shared_house.customers_of(MAREK.email)[0].id}")
    page.get_by_role("tab", name=word("en", "customer_tab_orders")).click()
    page.get_by_test_id("take-order").first.click()
    page.wait_for_url("**/orders/*")
    order = page.url.rpartition("/")[2]
    page.get_by_test_id("add-product").click()
    page.get_by_test_id("product").first.click()
    line = page.get_by_test_id("order-line")
    quantity = line.get_by_role("textbox").first
    expect(quantity).to_have_value("1")

    quantity.fill("2,5")
    page.get_by_test_id("place-order").click()
    expect(quantity).to_be_focused()
    expect(line).to_contain_text(word("en", "fields_not_whole"))
    go(page, "/today")
    go(page, f"/orders/{order}")
    expect(quantity).to_have_value("2,5")
    quantity.fill("3")
    page.get_by_test_id("place-order").click()
    wait_until(lambda: shared_house.record(order).values["status"] == "placed", 30, "it is placed at the office")
    assert shared_house.record(order).values["lines"][0]["quantity"] == 3


def test_a_custom_field_keeps_a_bare_number(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("details-phone", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    field = next(one for one in shared_house.records("custom_field") if one.values["type"] == "number")
    customer = shared_house.customers_of(MAREK.email)[0].id
    go(page, f"/customers/{customer}")
    page.get_by_role("tab", name=word("en", "customer_tab_details")).click()
    page.get_by_test_id("custom-field").filter(has_text=field.values["label"]).click()
    typed = _question(page, field.id)
    typed.fill("27.0")
    typed.blur()
    expect(typed).to_have_value("27")
    page.get_by_test_id("custom-done").click()

    def kept() -> list[object]:
        values = [one.values for one in shared_house.records("custom_value")]
        return [one.get("number") for one in values if (one["customer"], one["custom_field"]) == (customer, field.id)]

    wait_until(lambda: kept() == [27], 20, "the number is at the office")

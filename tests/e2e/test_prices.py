"""Prices: a list price goes into an order in the money of the list, and is asked for in any other."""

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.screens import go, go_to_customer
from e2e.steps import edit_field, open_tab
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e


def _add_first_product(page: Page) -> None:
    page.get_by_test_id("add-product").click()
    page.get_by_test_id("product").first.click()
    expect(page.get_by_test_id("order-line").first).to_be_visible()


def test_no_list_price_becomes_an_amount_of_another_money(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("phone", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    customer = shared_house.customers_of(MAREK.email)[0].id
    go_to_customer(page, customer)
    open_tab(page, "en", "customer_tab_details")
    edit_field(page, "currency", "PLN", stays=False)
    expect(page.get_by_test_id("field-currency")).to_contain_text("Polish")
    open_tab(page, "en", "customer_tab_orders")
    page.get_by_test_id("take-order").first.click()
    page.wait_for_url("**/orders/*")
    order = page.url.rpartition("/")[2]
    _add_first_product(page)
    line = page.get_by_test_id("order-line")
    expect(line).to_contain_text(pattern("en", "order_no_price"))
    expect(line).to_contain_text("€")
    expect(page.get_by_test_id("order-sum")).to_have_text("zł 0")

    # It cannot be placed, says why, and leads to what is missing; the draft is kept as it is.
    price = page.get_by_test_id("line-price")
    page.get_by_test_id("place-order").click()
    expect(price).to_be_focused()
    expect(price).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_test_id("prices-missing")).to_be_visible()
    go(page, "/today")
    go(page, f"/orders/{order}")
    expect(line).to_contain_text(pattern("en", "order_no_price"))
    wait_until(lambda: bool(shared_house.record(order).values.get("lines")), 30, "the line is at the office")
    draft = shared_house.record(order).values
    assert (draft["status"], draft["currency"], draft["amount"]) == ("draft", "PLN", 0)
    assert ["price" in one for one in draft["lines"]] == [False]

    page.get_by_test_id("more").click()
    price.fill("125,50")
    page.get_by_test_id("place-order").click()
    expect(page.get_by_role("button", name=word("en", "order_back_to_draft"))).to_be_visible()
    expect(page.get_by_test_id("order-sum")).to_have_text("zł 251")
    wait_until(lambda: shared_house.record(order).values["status"] == "placed", 30, "it is placed at the office")
    placed = shared_house.record(order).values
    assert (placed["currency"], placed["amount"], placed["lines"][0]["price"]) == ("PLN", 25_100, 12_550)

    # What has no price yet makes a placed order a draft again; the Undo of that places it as it was.
    page.get_by_test_id("add-product").click()
    page.get_by_test_id("product").nth(1).click()
    expect(page.get_by_text(pattern("en", "order_draft_without_price"))).to_be_visible()
    page.get_by_role("button", name=word("en", "common_undo")).click()
    expect(line).to_have_count(1)
    expect(page.get_by_role("button", name=word("en", "order_back_to_draft"))).to_be_visible()


def test_a_sample_at_nothing_is_typed_on_purpose(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("other-phone", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    customer = shared_house.customers_of(MAREK.email)[1].id
    go_to_customer(page, customer)
    open_tab(page, "en", "customer_tab_details")
    edit_field(page, "currency", "CZK", stays=False)
    expect(page.get_by_test_id("field-currency")).to_contain_text("Czech")
    open_tab(page, "en", "customer_tab_orders")
    page.get_by_test_id("take-order").first.click()
    page.wait_for_url("**/orders/*")
    order = page.url.rpartition("/")[2]
    _add_first_product(page)
    page.get_by_test_id("line-price").fill("0")
    page.get_by_test_id("line-price").press("Enter")
    expect(page.get_by_test_id("prices-missing")).to_have_count(0)
    page.get_by_test_id("place-order").click()
    wait_until(lambda: shared_house.record(order).values["status"] == "placed", 30, "it is placed at the office")
    assert shared_house.record(order).values["lines"][0]["price"] == 0

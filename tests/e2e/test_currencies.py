"""Currencies: a customer who is sold to in another money, and sums in several."""

import pytest
from playwright.sync_api import expect

from e2e.conftest import MakeBrowser
from e2e.house import House
from e2e.people import MANAGER, MAREK, sign_in
from e2e.screens import go, settle
from e2e.steps import edit_field, open_tab
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e


def test_no_sum_is_dropped_and_no_figure_of_the_office_changes_its_money(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page = shared_browser("phone", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    in_play = page.get_by_text(pattern("en", "today_in_play"))
    expect(in_play).to_contain_text("€")
    page.locator("[data-testid=stop]:has([data-testid=check-in]) .face").first.click()
    page.wait_for_url("**/customers/*")
    figure = page.locator("dl > div").filter(has_text=word("en", "customer_lifetime_value"))
    expect(figure).to_contain_text("€")
    before = figure.inner_text()
    open_tab(page, "en", "customer_tab_details")
    edit_field(page, "currency", "PLN", stays=False)
    expect(page.get_by_test_id("field-currency")).to_contain_text("Polish")
    expect(page.get_by_test_id("field-lifetime_value")).to_contain_text("€")
    assert figure.inner_text() == before
    open_tab(page, "en", "customer_tab_deals")
    page.get_by_role("tabpanel").get_by_role("button", name=word("en", "customer_new_deal")).click()
    page.get_by_label(word("en", "fields_title")).fill("Freezers")
    page.get_by_label(word("en", "fields_amount")).fill("99000")
    page.get_by_role("dialog").get_by_role("button", name=word("en", "common_add"), exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    go(page, "/today")
    expect(in_play).to_contain_text("zł")
    expect(in_play).to_contain_text("€")
    settle(page)
    desk = shared_browser("desk", device="desktop", **MANAGER.surroundings).open()
    sign_in(desk, shared_house.address, MANAGER)
    go(desk, "/overview")
    pipeline = desk.locator(".stats a").filter(has_text=word("en", "overview_pipeline"))
    expect(pipeline).to_contain_text("zł")
    expect(pipeline).to_contain_text("€")
    row = desk.get_by_role("row").filter(has_text="Marek")
    expect(row).to_contain_text("zł")
    expect(row).to_contain_text("€")

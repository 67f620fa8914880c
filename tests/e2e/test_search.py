"""Searching: every hit can be reached, by keyboard too, and a saved list keeps its words."""

import pytest
from playwright.sync_api import expect

from e2e.conftest import MakeBrowser
from e2e.house import House
from e2e.people import MAREK, sign_in
from e2e.screens import go

pytestmark = pytest.mark.e2e


def test_show_more_leads_the_keyboard_to_every_hit(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("searching", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    go(page, "/customers")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("searchbox")).to_be_focused()
    page.keyboard.insert_text("apteka")  # at once: what its beginnings find would be counted else
    hits = page.locator("[data-testid=hit][data-kind=customer]")
    more = page.locator("[data-testid=search-more][data-kind=customer]")
    expect(more).to_have_count(1)
    before = hits.count()
    more.focus()
    page.keyboard.press("Enter")
    expect(hits.nth(before)).to_be_focused()
    while more.count() > 0:
        shown = hits.count()
        more.click()
        expect(hits.nth(shown)).to_be_focused()
    wanted = [str(one.values["name"]) for one in shared_house.customers_of(MAREK.email)]
    names = hits.locator(".title").all_inner_texts()
    assert {name for name in wanted if "apteka" in name.lower()} <= set(names)


def test_a_saved_list_keeps_what_stood_in_the_box(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("listing", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    go(page, "/customers")
    box = page.get_by_role("searchbox").first
    page.get_by_test_id("filters").click()
    page.get_by_test_id("filter-value_class").get_by_role("checkbox").last.click()
    page.get_by_test_id("filters-show").click()
    box.fill("apteka")
    page.get_by_test_id("list-save-bar").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("Small pharmacies")
    page.get_by_test_id("list-keep").click()
    expect(page.get_by_test_id("list-bar")).to_contain_text("apteka")
    page.get_by_role("radio").first.click()
    expect(box).to_have_value("")
    page.get_by_role("radio", name="Small pharmacies").click()
    expect(box).to_have_value("apteka")
    expect(page.get_by_test_id("list-bar")).to_contain_text("apteka")

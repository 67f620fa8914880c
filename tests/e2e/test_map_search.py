"""Search on the map: by keyboard to whom one looks for, and a word where nobody is."""

import pytest
from playwright.sync_api import expect

from e2e.conftest import MakeBrowser
from e2e.house import House
from e2e.people import MAREK, sign_in
from e2e.screens import go

pytestmark = pytest.mark.e2e


def test_the_keyboard_leads_to_a_customer_and_nobody_is_said(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("map-search", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    go(page, "/map")
    box = page.get_by_role("searchbox").first
    box.fill("zzqq")
    expect(page.get_by_test_id("map-found-none")).to_be_visible()
    box.fill("apteka")
    found = page.get_by_test_id("map-found")
    expect(found.nth(1)).to_be_visible()
    box.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(found.nth(1)).to_be_focused()
    box.press("Enter")
    expect(page.get_by_test_id("map-card")).to_be_visible()
    expect(box).to_have_value("")

"""Back: what lies over the page is closed first, and the page is left by the next step back."""

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House
from e2e.people import MAREK, sign_in
from e2e.pictures import take, tap_and_choose
from e2e.screens import go

pytestmark = pytest.mark.e2e


def _back(page: Page) -> None:
    """Step back as a swipe or the browser's button does."""
    page.evaluate("history.back()")


def test_back_closes_what_is_open_and_only_then_leaves_the_page(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page = shared_browser("back", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    go(page, "/more")
    page.get_by_test_id("sign-out").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    _back(page)
    expect(sheet).to_have_count(0)
    expect(page.get_by_test_id("sign-out")).to_be_visible()
    assert page.url.endswith("/more")
    _back(page)
    page.wait_for_url("**/today")

    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    address = page.url
    tap_and_choose(page, page.get_by_test_id("take-photo"), take(page))
    page.get_by_test_id("photo").first.click()
    expect(page.get_by_test_id("viewer")).to_be_visible()
    page.get_by_test_id("caption").fill("The shelf at the door")
    _back(page)
    expect(page.get_by_test_id("viewer")).to_have_count(0)
    assert page.url == address
    page.get_by_test_id("photo").first.click()
    expect(page.get_by_test_id("caption")).to_have_value("The shelf at the door")
    _back(page)
    expect(page.get_by_test_id("viewer")).to_have_count(0)
    _back(page)
    page.wait_for_url("**/today")


def test_what_is_being_written_in_a_sheet_is_kept_by_back(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("kept", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    go(page, f"/customers/{shared_house.customers_of(MAREK.email)[0].id}")
    address = page.url
    page.get_by_test_id("add").click()
    page.get_by_test_id("add-note").click()
    words = page.get_by_role("dialog").get_by_role("textbox")
    words.fill("He asks for olives")
    _back(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url == address
    page.get_by_role("status").get_by_role("button").click()
    expect(words).to_have_value("He asks for olives")

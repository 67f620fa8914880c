"""Not there yet: what a screen does not know is not guessed, and what it knew of another question cannot be tapped."""

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House
from e2e.people import MAREK, sign_in
from e2e.screens import go
from e2e.slow_book import SlowBook

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


def test_no_competitor_is_offered_before_it_is_known_which_were_seen(page: Page, book: SlowBook) -> None:
    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    visit = page.url
    shelf = page.get_by_test_id("shelf")
    page.get_by_test_id("other-competitor").click()
    page.get_by_test_id("shelf-competitor").fill("Baltika")
    page.get_by_test_id("shelf-done").click()
    expect(shelf.get_by_role("button").filter(has_text="Baltika").first).to_be_visible()

    go(page, "/today")
    book.hold("shelf.of_visit")
    go(page, visit)
    book.wait_until_asked()
    expect(page.get_by_test_id("take-order")).to_be_visible()
    expect(shelf.get_by_role("status")).to_be_visible()
    expect(shelf.get_by_role("button")).to_have_count(0)
    book.let_go()
    shelf.get_by_role("button").filter(has_text="Baltika").first.click()
    expect(page.get_by_test_id("shelf-competitor")).to_have_value("Baltika")


def test_the_plan_of_another_day_shows_nothing_of_the_day_before(page: Page, book: SlowBook) -> None:
    go(page, "/plan")
    expect(page.get_by_test_id("suggested").first).to_be_visible()
    book.hold("today.stops")
    page.get_by_role("radio").nth(3).click()
    book.wait_until_asked()
    for what in ("planned", "suggested", "plan-fill"):
        expect(page.get_by_test_id(what)).to_have_count(0)
    book.let_go()
    expect(page.get_by_test_id("suggested").first).to_be_visible()

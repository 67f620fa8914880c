"""Not there yet: what a screen does not know is not guessed, and what it knew of another question cannot be tapped."""

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.screens import go

pytestmark = pytest.mark.e2e

SLOW_BOOK: Final = """() => {
  const post = Worker.prototype.postMessage;
  const held = [];
  let slow = null;
  Worker.prototype.postMessage = function (message, ...more) {
    if (slow !== null && message?.call?.query === slow) held.push(() => post.call(this, message, ...more));
    else post.call(this, message, ...more);
  };
  window.slowBook = {
    hold: (query) => { slow = query; },
    letGo: () => { slow = null; for (const ask of held.splice(0)) ask(); },
    get held() { return held.length; },
  };
}"""
"""The tab asks its book one query only when the test lets it: a book as slow as one likes."""


@pytest.fixture(scope="module")
def page(shared_house: House, shared_browser: MakeBrowser) -> Page:
    """Marek's phone, whose book can be made slow."""
    page = shared_browser("slow-book", **MAREK.surroundings).open()
    page.add_init_script(f"({SLOW_BOOK})()")
    page.reload()
    sign_in(page, shared_house.address, MAREK)
    return page


def _hold(page: Page, query: str) -> None:
    page.evaluate("(query) => slowBook.hold(query)", query)


def _wait_until_asked(page: Page) -> None:
    wait_until(lambda: page.evaluate("slowBook.held > 0"), 15, "the screen has asked")


def test_no_competitor_is_offered_before_it_is_known_which_were_seen(page: Page) -> None:
    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    visit = page.url
    shelf = page.get_by_test_id("shelf")
    page.get_by_test_id("other-competitor").click()
    page.get_by_test_id("shelf-competitor").fill("Baltika")
    page.get_by_test_id("shelf-done").click()
    expect(shelf.get_by_role("button").filter(has_text="Baltika").first).to_be_visible()

    go(page, "/today")
    _hold(page, "shelf.of_visit")
    go(page, visit)
    _wait_until_asked(page)
    expect(page.get_by_test_id("take-order")).to_be_visible()
    expect(shelf.get_by_role("status")).to_be_visible()
    expect(shelf.get_by_role("button")).to_have_count(0)
    page.evaluate("slowBook.letGo()")
    shelf.get_by_role("button").filter(has_text="Baltika").first.click()
    expect(page.get_by_test_id("shelf-competitor")).to_have_value("Baltika")


def test_the_plan_of_another_day_shows_nothing_of_the_day_before(page: Page) -> None:
    go(page, "/plan")
    expect(page.get_by_test_id("suggested").first).to_be_visible()
    _hold(page, "today.stops")
    page.get_by_role("radio").nth(3).click()
    _wait_until_asked(page)
    for what in ("planned", "suggested", "plan-fill"):
        expect(page.get_by_test_id(what)).to_have_count(0)
    page.evaluate("slowBook.letGo()")
    expect(page.get_by_test_id("suggested").first).to_be_visible()

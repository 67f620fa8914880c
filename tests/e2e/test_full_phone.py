"""A phone without room: it says so, no word is lost while it lasts, and everything goes on by itself afterwards."""

from typing import Any, NamedTuple

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.screens import go
from e2e.words import word

pytestmark = pytest.mark.e2e

LONG = 9_800
"""Letters of a note that soon use up what the browser has set aside for a file."""
MOST_NOTES = 40
USED = "navigator.storage.estimate().then(({ usage }) => usage)"
FULL = word("en", "sync_full")


class Phone(NamedTuple):
    """Marek's phone at the report of his visit, and the visit's id."""

    page: Page
    quota: CDPSession
    house: House
    visit: str

    def limit(self, bytes_: int | None) -> None:
        """Let the browser give the app so many bytes, None for as many as usual."""
        limit: dict[str, Any] = {} if bytes_ is None else {"quotaSize": bytes_}
        self.quota.send("Storage.overrideQuotaForOrigin", {"origin": self.house.address, **limit})

    def fill_up(self) -> None:
        """Take the rest of the room, and write until nothing is saved any more."""
        self.limit(self.page.evaluate(USED))
        saved = self.page.get_by_test_id("saved")
        for number in range(MOST_NOTES):
            self.page.get_by_test_id("note").fill(f"{number}{'x' * LONG}")
            # From the first letter on it says that it is being saved; where that is over soon, it is not seen any more.
            expect(saved).not_to_have_attribute("data-state", "saving")
            if saved.get_attribute("data-state") == "failed":
                return
        raise AssertionError("the phone is never full")


@pytest.fixture
def phone(house: House, make_browser: MakeBrowser) -> Phone:
    """A phone that has just checked in."""
    browser = make_browser("phone", **MAREK.surroundings)
    page = browser.open()
    sign_in(page, house.address, MAREK)
    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    return Phone(page, browser.context.new_cdp_session(page), house, page.url.rpartition("/")[2])


def chip(page: Page) -> Locator:
    """Return the one place that tells of the network."""
    return page.locator("a.sync").first


def test_what_is_written_on_a_full_phone_waits_over_every_way_and_is_saved_once_there_is_room(phone: Phone) -> None:
    page = phone.page
    phone.fill_up()
    told = page.get_by_test_id("device-full")
    expect(told).to_contain_text(word("en", "files_no_room"))
    expect(told).to_contain_text(word("en", "errors_unsaved_waits"))
    page.get_by_test_id("note").fill("Ewa: call on Monday")
    expect(page.get_by_test_id("saved")).to_have_attribute("data-state", "failed")

    go(page, "/today")
    expect(chip(page)).to_contain_text(FULL)
    expect(told).to_be_visible()
    go(page, "/sync")
    expect(page.locator("h2").first).to_have_text(word("en", "files_no_room"))
    go(page, "/today")
    page.get_by_test_id("resume").first.tap()
    expect(page.get_by_test_id("note")).to_have_value("Ewa: call on Monday")
    expect(page.get_by_test_id("saved")).to_have_attribute("data-state", "failed")

    phone.limit(None)
    expect(page.get_by_test_id("saved")).to_have_attribute("data-state", "saved")
    expect(told).to_have_count(0)
    wait_until(
        lambda: phone.house.record(phone.visit).values.get("note") == "Ewa: call on Monday", 60, "the office has it"
    )


def test_a_full_phone_that_is_started_anew_says_full_and_goes_on_once_there_is_room(phone: Phone) -> None:
    page = phone.page
    go(page, "/today")
    # Far less than the book takes: it cannot even be opened.
    phone.limit(1_000_000)
    page.reload()
    expect(chip(page)).to_contain_text(FULL)
    expect(page.get_by_test_id("device-full")).to_contain_text(word("en", "errors_storage_full"))
    expect(page.get_by_text(word("en", "errors_store_failed"))).to_have_count(0)
    go(page, "/sync")
    expect(page.locator("h2").first).to_have_text(word("en", "files_no_room"))
    go(page, "/today")

    phone.limit(None)
    expect(page.get_by_test_id("resume").first).to_be_visible()
    expect(page.get_by_test_id("device-full")).to_have_count(0)
    expect(chip(page)).not_to_contain_text(FULL)

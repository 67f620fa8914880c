"""A reminder that is promised where reminders do not come: the app says so, and offers them once."""

import pytest
from playwright.sync_api import expect

from e2e.conftest import MakeBrowser
from e2e.house import House
from e2e.people import MAREK, sign_in
from e2e.screens import go
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e

NOT_ASKED = """
Object.defineProperty(Notification, "permission", { get: () => "default" });
window.asked = 0;
Notification.requestPermission = async () => { window.asked += 1; return "default"; };
"""


def test_after_the_first_reminder_the_app_says_that_it_does_not_ring_here_and_asks_by_a_tap_alone(
    shared_house: House, make_browser: MakeBrowser
) -> None:
    browser = make_browser("phone", **MAREK.surroundings)
    page = browser.open()
    browser.context.add_init_script(NOT_ASKED)
    sign_in(page, shared_house.address, MAREK)
    go(page, "/tasks")
    expect(page.get_by_test_id("task").first).to_be_visible()
    notice = page.get_by_test_id("reminder-notice")
    expect(notice).to_have_count(0)
    go(page, f"/customers/{shared_house.customers_of(MAREK.email)[0].id}")
    page.get_by_test_id("remind").click()
    page.get_by_test_id("date-tomorrow").click()
    expect(page.get_by_text(pattern("en", "reminders_promise_not_here"))).to_be_visible()
    go(page, "/tasks")
    expect(notice).to_be_visible()
    expect(page.get_by_role("img", name=word("en", "reminders_not_here")).first).to_be_visible()
    assert page.evaluate("asked") == 0
    page.get_by_test_id("reminder-notice-on").click()
    page.wait_for_function("() => asked === 1")
    page.get_by_test_id("reminder-notice-later").click()
    expect(notice).to_have_count(0)
    go(page, "/today")
    go(page, "/tasks")
    expect(page.get_by_test_id("task").first).to_be_visible()
    expect(notice).to_have_count(0)

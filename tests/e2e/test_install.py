"""Installing: the app says why it belongs on the home screen, and the icon shows what waits to be sent."""

import pytest
from playwright.sync_api import expect

from e2e.conftest import MakeBrowser
from e2e.house import House
from e2e.people import MAREK, sign_in
from e2e.steps import wait_for_service_worker
from e2e.wire import Wire

pytestmark = pytest.mark.e2e

BADGES = """
window.badges = [];
navigator.setAppBadge = async (count) => void badges.push(count);
navigator.clearAppBadge = async () => void badges.push(0);
"""
OFFER = """() => {
  const event = new Event("beforeinstallprompt", { cancelable: true });
  event.prompt = async () => ((window.prompted = true), { outcome: "dismissed" });
  dispatchEvent(event);
  return event.defaultPrevented;
}"""
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)


def test_the_browser_is_let_ask_by_a_tap_and_who_says_no_is_left_in_peace(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page = shared_browser("android", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    expect(page.get_by_test_id("install")).to_have_count(0)
    assert page.evaluate(OFFER), "the browser's own bar is held back"
    page.get_by_test_id("install-now").click()
    page.wait_for_function("() => window.prompted")
    expect(page.get_by_test_id("install")).to_have_count(0)
    page.reload()
    expect(page.get_by_test_id("check-in").first).to_be_visible()
    page.evaluate(OFFER)
    expect(page.get_by_test_id("install")).to_have_count(0)  # a month of peace on Today…
    page.goto(f"{shared_house.address}/more")
    expect(page.get_by_test_id("sign-out")).to_be_visible()
    page.evaluate(OFFER)
    expect(page.get_by_test_id("install-now")).to_be_visible()  # …but the way is there for who looks for it


def test_an_iphone_is_told_the_steps(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("iphone", user_agent=IPHONE, **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    card = page.get_by_test_id("install")
    expect(card.locator("ol li")).to_have_count(3)
    card.get_by_test_id("install-later").click()
    expect(card).to_have_count(0)


def test_the_icon_shows_what_waits_to_be_sent(shared_house: House, shared_browser: MakeBrowser) -> None:
    with Wire(shared_house.port) as wire:
        phone = shared_browser("badge", **MAREK.surroundings)
        page = phone.open()
        page.add_init_script(BADGES)
        sign_in(page, wire.address, MAREK)
        wait_for_service_worker(page)
        phone.lose_network(wire)
        page.get_by_test_id("check-in").first.click()
        page.wait_for_function("() => badges.at(-1) > 0")
        phone.regain_network(wire)
        page.wait_for_function("() => badges.at(-1) === 0")

"""Two tabs of the app in one browser: both read and write, and either may go."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from e2e.browser import Browser
from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, revoke_devices, sign_in, sign_in_again
from e2e.steps import edit_field, field_row, history_of, open_details, wait_for_service_worker
from e2e.wire import Wire

pytestmark = pytest.mark.e2e


@pytest.fixture
def wire(shared_house: House) -> Iterator[Wire]:
    """The network of the browser."""
    with Wire(shared_house.port) as wire:
        yield wire


@pytest.fixture
def browser(wire: Wire, make_browser: MakeBrowser) -> Browser:
    """Marek's desktop, signed in, its first tab on Today."""
    browser = make_browser("desktop", device="desktop", **MAREK.surroundings)
    page = browser.open()
    sign_in(page, wire.address, MAREK)
    wait_for_service_worker(page)
    return browser


def _tab_at(browser: Browser, wire: Wire, customer: str) -> Page:
    page = browser.open()
    open_details(page, wire.address, customer)
    return page


def test_what_one_tab_saves_the_other_shows_with_and_without_a_network(
    browser: Browser, wire: Wire, shared_house: House
) -> None:
    customer = shared_house.customers_of(MAREK.email)[0].id
    first = browser.context.pages[0]
    open_details(first, wire.address, customer)
    second = _tab_at(browser, wire, customer)
    edit_field(second, "trade", "From the second tab")
    expect(field_row(first, "trade")).to_contain_text("From the second tab")
    browser.lose_network(wire)
    edit_field(first, "street", "From the first tab 1")
    expect(field_row(second, "street")).to_contain_text("From the first tab 1")


def test_when_the_leading_tab_closes_the_other_goes_on_and_nothing_is_lost_or_doubled(
    browser: Browser, wire: Wire, shared_house: House
) -> None:
    customer = shared_house.customers_of(MAREK.email)[1].id
    leader = browser.context.pages[0]
    follower = _tab_at(browser, wire, customer)
    browser.lose_network(wire)
    edit_field(follower, "trade", "Before the leader went")
    leader.close()
    edit_field(follower, "street", "After the leader went 2")
    third = _tab_at(browser, wire, customer)
    expect(field_row(third, "trade")).to_contain_text("Before the leader went")
    expect(field_row(third, "street")).to_contain_text("After the leader went 2")

    browser.regain_network(wire)
    wait_until(
        lambda: shared_house.record(customer).values.get("street") == "After the leader went 2", 20, "all is sent"
    )
    assert shared_house.record(customer).values["trade"] == "Before the leader went"
    changes = [change for entry in history_of(follower, customer) for change in entry["changes"]]
    written = [change["new"] for change in changes if "the leader went" in str(change["new"])]
    assert sorted(written) == ["After the leader went 2", "Before the leader went"]


@pytest.mark.parametrize("at", ["leader", "follower"])
def test_signing_in_again_on_a_revoked_device_serves_both_tabs_whichever_it_happens_in(
    browser: Browser, wire: Wire, shared_house: House, at: str
) -> None:
    customer = shared_house.customers_of(MAREK.email)[2].id

    def arrives(field: str, value: str) -> None:
        wait_until(lambda: shared_house.record(customer).values.get(field) == value, 20, f"{value} is sent")

    leader = browser.context.pages[0]
    open_details(leader, wire.address, customer)
    follower = _tab_at(browser, wire, customer)
    page, other = (leader, follower) if at == "leader" else (follower, leader)
    revoke_devices(shared_house.address, MAREK)
    page.bring_to_front()
    edit_field(page, "trade", f"Written revoked, {at}")
    expect(page.get_by_test_id("sign-in-again")).to_be_visible(timeout=30_000)
    sign_in_again(page, MAREK)
    arrives("trade", f"Written revoked, {at}")
    expect(page.get_by_test_id("sign-in-again")).to_have_count(0)

    other.bring_to_front()
    expect(other.get_by_test_id("sign-in-again")).to_have_count(0)
    edit_field(other, "street", f"From the other tab, {at} 3")
    arrives("street", f"From the other tab, {at} 3")
    page.close()
    edit_field(other, "trade", f"By whoever leads now, {at}")
    arrives("trade", f"By whoever leads now, {at}")

"""A device without contact for longer than its lease shows nothing, a wiped one holds nothing; no work is lost."""

import json
from collections.abc import Iterator
from typing import Final, NamedTuple

import pytest
from playwright.sync_api import Page, Route, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MANAGER, MAREK, sign_in
from e2e.relay import Relay
from e2e.screens import go
from e2e.steps import edit_field, open_details
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e

LEASE_MS: Final = 10_000
"""Long enough to write something in it on a busy machine."""


class Leased(NamedTuple):
    """A phone, and the relay that says its lease and cuts its contact."""

    page: Page
    relay: Relay

    def lose_contact(self) -> None:
        """Hear of a short lease, and be without contact from then on.

        The first reply that names it may have gone to the page before this one; who asks once more has taken it.
        """
        self.relay.lease_ms = LEASE_MS
        for times in (1, 2):
            self.page.evaluate("dispatchEvent(new Event('online'))")
            wait_until(lambda: self.relay.leases_told >= times, 15, "the phone has heard of its lease")  # noqa: B023
        self.relay.is_cut = True

    def regain_contact(self) -> None:
        """Find the office again."""
        self.relay.lease_ms = None
        self.relay.is_cut = False


@pytest.fixture
def leased(house: House, make_browser: MakeBrowser) -> Iterator[Leased]:
    """Marek's phone, signed in by way of a relay."""
    with Relay(house) as relay:
        page = make_browser("phone", service_workers="block", **MAREK.surroundings).open()
        sign_in(page, relay.address, MAREK)
        yield Leased(page, relay)


def locked(page: Page, address: str) -> bool:
    """Tell whether the app, opened anew, is locked."""
    page.goto(f"{address}/today")
    expect(page.get_by_test_id("screen-ready").or_(page.get_by_test_id("try-now")).first).to_be_visible()
    return page.get_by_role("heading", name=word("en", "lock_title")).count() == 1


def test_without_contact_nothing_can_be_read_and_nothing_unsent_is_lost(leased: Leased, house: House) -> None:
    page, relay = leased
    customer = house.customers_of(MAREK.email)[0]
    open_details(page, relay.address, customer.id)
    leased.lose_contact()
    edit_field(page, "trade", "Written before the lock")

    wait_until(lambda: locked(page, relay.address), 30, "the lease is over")
    for path in ("/today", f"/customers/{customer.id}", "/sync", "/needs-a-look"):
        page.goto(f"{relay.address}{path}")
        expect(page.get_by_role("heading", name=word("en", "lock_title"))).to_be_visible()
        expect(page.get_by_text(str(customer.values["name"]))).to_have_count(0)
        expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_test_id("unsent")).to_contain_text(pattern("en", "lock_unsent"))
    with page.expect_download() as saved:
        page.get_by_role("button", name=word("en", "sync_export")).click()
    assert json.loads(saved.value.path().read_text())["edits"][0]["v"] == {"trade": "Written before the lock"}
    assert house.record(customer.id).values.get("trade") != "Written before the lock"

    expect(page.get_by_text(word("en", "lock_no_network"))).to_be_visible()
    leased.regain_contact()
    # It tries by itself, too, and may have been quicker.
    page.evaluate("document.querySelector('[data-testid=try-now]')?.click()")
    expect(page.get_by_role("heading", name=word("en", "look_empty_title"))).to_be_visible()
    wait_until(
        lambda: house.record(customer.id).values.get("trade") == "Written before the lock", 15, "what waited is sent"
    )


def test_a_wiped_phone_sends_what_it_has_then_holds_nothing(house: House, make_browser: MakeBrowser) -> None:
    browser = make_browser("phone", service_workers="block", **MAREK.surroundings)
    phone = browser.open()
    sign_in(phone, house.address, MAREK)
    customer = house.customers_of(MAREK.email)[0]
    open_details(phone, house.address, customer.id)
    browser.context.set_offline(True)
    edit_field(phone, "trade", "Written before the wipe")
    call = {"customer": customer.id, "name": customer.values["name"], "contact": None}
    phone.evaluate(
        "call => localStorage.setItem('routebook.call', JSON.stringify([{ ...call, at: Date.now() }]))", call
    )
    assert customer.id in phone.evaluate("JSON.stringify({ ...localStorage })")

    desk = make_browser("desk", device="desktop", **MANAGER.surroundings).open()
    sign_in(desk, house.address, MANAGER)
    go(desk, f"/settings/devices?person={house.person(MAREK.email)}")
    desk.get_by_test_id("device").click()
    desk.get_by_test_id("wipe").click()
    desk.get_by_test_id("wipe-confirm").click()
    expect(desk.get_by_role("row").last).to_contain_text(word("en", "devices_problem_wiping"))
    assert house.record(customer.id).values.get("trade") != "Written before the wipe"

    browser.context.set_offline(False)
    expect(phone.get_by_role("heading", name=word("en", "lock_wiped_title"))).to_be_visible()
    expect(phone.get_by_text(str(customer.values["name"]))).to_have_count(0)
    assert house.record(customer.id).values["trade"] == "Written before the wipe"
    kept = """async () => {
      const names = [];
      for await (const [name] of (await navigator.storage.getDirectory()).entries()) names.push(name);
      return names;
    }"""
    assert phone.evaluate(kept) == []
    # Nor what the browser remembers beside the book: whom he called, and what he opened last.
    traces = phone.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert customer.id not in traces
    desk.reload()
    expect(desk.get_by_role("row").last).to_contain_text(pattern("en", "devices_wiped_on"))

    phone.get_by_role("button", name=word("en", "lock_sign_in")).click()
    phone.wait_for_url("**/signin")
    sign_in(phone, house.address, MAREK)
    open_details(phone, house.address, customer.id)
    expect(phone.get_by_test_id("field-trade")).to_contain_text("Written before the wipe")


def test_a_book_that_cannot_be_opened_says_so_on_every_screen_and_keeps_what_waits(
    house: House, make_browser: MakeBrowser
) -> None:
    browser = make_browser("phone", service_workers="block", **MAREK.surroundings)
    page = browser.open()
    sign_in(page, house.address, MAREK)
    customer = house.customers_of(MAREK.email)[0]
    open_details(page, house.address, customer.id)

    def cut(route: Route) -> None:
        # The screen has the same address.
        if route.request.method == "POST":
            route.abort()
        else:
            route.fallback()

    browser.context.route("**/sync", cut)
    edit_field(page, "trade", "Still on the phone")

    browser.context.route("**/workers/worker*.js", lambda route: route.abort())
    for path in ("/sync", "/today", "/needs-a-look", "/map"):
        page.goto(f"{house.address}{path}")
        expect(page.get_by_role("heading", name=word("en", "lock_unopened_title"))).to_be_visible()
        expect(page.get_by_text(word("en", "sync_nothing_waiting"))).to_have_count(0)

    browser.context.unroute("**/workers/worker*.js")
    browser.context.unroute("**/sync")
    page.get_by_test_id("open-again").click()
    wait_until(lambda: house.record(customer.id).values.get("trade") == "Still on the phone", 30, "the office has it")

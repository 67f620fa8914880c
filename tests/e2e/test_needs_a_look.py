"""Needs a look: a conflict, a refusal, and work that somebody else decides on, each settled where it stands."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.axe import violations
from e2e.browser import Browser
from e2e.conftest import MakeBrowser
from e2e.house import PASSWORD, House, Record, wait_until
from e2e.people import ADMINISTRATOR, MANAGER, MAREK, sign_in
from e2e.relay import Relay
from e2e.screens import go, go_to_customer
from e2e.steps import edit_field, field_row, held_undo, open_details, open_tab, wait_for_service_worker
from e2e.wire import Wire
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e


def trade_of(house: House, customer: Record) -> object:
    """Return the trade that the office has of a customer."""
    return house.record(customer.id).values.get("trade")


def remove(page: Page) -> None:
    """Remove the customer whose page is open."""
    page.get_by_role("button", name=word("en", "common_more_actions")).first.click()
    page.get_by_role("button", name=word("en", "customer_delete")).click()
    page.get_by_role("dialog").last.get_by_role("button", name=word("en", "common_delete"), exact=True).click()


def card_of(page: Page, customer: Record) -> Locator:
    """Return what needs a look of this customer; others may have the same name."""
    return page.get_by_test_id("attention").filter(has=page.locator(f"a[href='/customers/{customer.id}']"))


class Team(NamedTuple):
    """Marek on the road and the manager at his desk, for all conflicts: each has a customer of its own."""

    house: House
    wire: Wire
    browser: Browser
    phone: Page
    desk: Page

    def lose_a_conflict(self, customer: Record) -> None:
        """Let Marek change a trade offline, and the manager later at her desk, until his phone has heard of it."""
        open_details(self.phone, self.wire.address, customer.id)
        self.browser.lose_network(self.wire)
        edit_field(self.phone, "trade", "Mine")
        open_details(self.desk, self.house.address, customer.id)
        edit_field(self.desk, "trade", "Theirs")
        wait_until(lambda: trade_of(self.house, customer) == "Theirs", 15, "the office has the manager's trade")
        self.browser.regain_network(self.wire)
        expect(field_row(self.phone, "trade")).to_contain_text("Theirs", timeout=30_000)
        go(self.phone, "/needs-a-look")


@pytest.fixture(scope="module")
def team(shared_house: House, shared_browser: MakeBrowser) -> Iterator[Team]:
    """Both signed in."""
    with Wire(shared_house.port) as wire:
        browser = shared_browser("phone", **MAREK.surroundings)
        phone = browser.open()
        sign_in(phone, wire.address, MAREK)
        wait_for_service_worker(phone)
        desk = shared_browser("desk", device="desktop", **MANAGER.surroundings).open()
        sign_in(desk, shared_house.address, MANAGER)
        yield Team(shared_house, wire, browser, phone, desk)


def test_a_conflict_shows_both_people_and_mine_is_used_and_taken_back_by_a_tap(team: Team) -> None:
    house, phone = team.house, team.phone
    customer = house.customers_of(MAREK.email)[0]
    team.lose_a_conflict(customer)
    conflict = phone.get_by_test_id("conflict")
    expect(conflict).to_contain_text(word("en", "look_you_here"))
    expect(conflict).to_contain_text("Anna Nowak")
    for value in ("Mine", "Theirs"):
        expect(conflict.get_by_text(value, exact=True)).to_be_visible()

    phone.get_by_test_id("attention-use").click()
    undo = held_undo(phone)
    expect(phone.get_by_role("heading", name=word("en", "look_empty_title"))).to_be_visible()
    wait_until(lambda: trade_of(house, customer) == "Mine", 15, "mine is in use")
    undo.click()
    expect(conflict).to_be_visible()
    wait_until(lambda: trade_of(house, customer) == "Theirs", 15, "theirs is in use again")

    phone.get_by_test_id("attention-keep").click()
    expect(phone.get_by_role("heading", name=word("en", "look_empty_title"))).to_be_visible()
    assert trade_of(house, customer) == "Theirs"


def test_without_the_network_one_decides_all_the_same(team: Team) -> None:
    house, phone = team.house, team.phone
    customer = house.customers_of(MAREK.email)[1]
    team.lose_a_conflict(customer)
    expect(phone.get_by_test_id("conflict")).to_be_visible()
    team.wire.cut()
    phone.get_by_test_id("attention-use").click()
    expect(phone.get_by_role("heading", name=word("en", "look_empty_title"))).to_be_visible()
    go_to_customer(phone, customer.id)
    open_tab(phone, "en", "customer_tab_details")
    expect(field_row(phone, "trade")).to_contain_text("Mine")
    assert trade_of(house, customer) == "Theirs"
    team.wire.mend()
    wait_until(lambda: trade_of(house, customer) == "Mine", 70, "what was decided offline is sent")


def test_who_changed_what_somebody_removed_meanwhile_hears_of_it(team: Team) -> None:
    house, phone, desk = team.house, team.phone, team.desk
    customer = house.customers_of(MAREK.email)[2]
    open_details(phone, team.wire.address, customer.id)
    team.browser.lose_network(team.wire)
    edit_field(phone, "trade", "Words for the office")
    go_to_customer(desk, customer.id)
    remove(desk)
    wait_until(lambda: house.record(customer.id).values.get("deleted") is True, 15, "the office has removed it")

    # The first request met the cut wire: the next one asks without edits, and reads of the removal before they go.
    team.browser.regain_network(team.wire)
    wait_until(lambda: trade_of(house, customer) == "Words for the office", 30, "the office has the words")
    go(phone, "/needs-a-look")
    expect(phone.get_by_text(str(customer.values["name"])).first).to_be_visible()
    expect(phone.get_by_text(word("en", "look_removed"))).to_be_visible()

    card_of(phone, customer).get_by_test_id("history").click()
    history = phone.get_by_role("dialog")
    expect(history.get_by_text(word("en", "fields_removed"), exact=True)).to_be_visible()
    expect(history.get_by_text("Words for the office", exact=True)).to_be_visible()
    history.get_by_role("button", name=word("en", "common_done")).click()
    phone.get_by_test_id("attention-bring-back").click()
    wait_until(lambda: house.record(customer.id).values.get("deleted") is False, 15, "the office has it back")
    assert trade_of(house, customer) == "Words for the office"


def test_who_removed_what_somebody_had_just_changed_hears_of_it_and_brings_it_back(team: Team) -> None:
    house, phone, desk = team.house, team.phone, team.desk
    customer = house.customers_of(MAREK.email)[3]
    go_to_customer(phone, customer.id)
    team.browser.lose_network(team.wire)
    remove(phone)
    open_details(desk, house.address, customer.id)
    edit_field(desk, "trade", "Just changed")
    wait_until(lambda: trade_of(house, customer) == "Just changed", 15, "the office has the change")
    team.browser.regain_network(team.wire)
    wait_until(lambda: house.record(customer.id).values.get("deleted") is True, 30, "the office has removed it")

    go(phone, "/needs-a-look")
    expect(phone.get_by_text(word("en", "look_removed_over"))).to_be_visible()
    phone.get_by_test_id("attention-bring-back").click()
    wait_until(lambda: house.record(customer.id).values.get("deleted") is False, 15, "the office has it back")


def test_who_was_first_is_told_too_and_uses_hers_by_a_tap(team: Team) -> None:
    house, phone, desk = team.house, team.phone, team.desk
    customer = house.customers_of(MAREK.email)[-1]
    open_details(phone, team.wire.address, customer.id)
    team.browser.lose_network(team.wire)
    open_details(desk, house.address, customer.id)
    edit_field(desk, "trade", "Hers")
    wait_until(lambda: trade_of(house, customer) == "Hers", 15, "the office has hers")
    edit_field(phone, "trade", "His")
    team.browser.regain_network(team.wire)
    wait_until(lambda: trade_of(house, customer) == "His", 30, "the office has his")

    go(desk, "/needs-a-look")
    met = card_of(desk, customer).get_by_test_id("met")
    expect(met).to_contain_text("Marek Kowal", timeout=30_000)
    expect(met).to_contain_text(word("en", "look_you_here"))
    for value in ("Hers", "His"):
        expect(met.get_by_text(value, exact=True)).to_be_visible()
    assert violations(desk) == []
    met.get_by_test_id("attention-use").click()
    undo = held_undo(desk)
    expect(met).to_have_count(0)
    wait_until(lambda: trade_of(house, customer) == "Hers", 15, "hers is in use")
    undo.click()
    expect(met).to_be_visible()
    wait_until(lambda: trade_of(house, customer) == "His", 15, "his is in use again")
    met.get_by_test_id("attention-use").click()
    wait_until(lambda: trade_of(house, customer) == "Hers", 15, "hers is in use")
    go(phone, "/needs-a-look")
    phone.get_by_test_id("attention-keep").click()
    expect(phone.get_by_test_id("attention-keep")).to_have_count(0)  # before the page goes


def test_two_parts_of_a_card_that_are_tapped_at_once_take_it_off_the_list(team: Team) -> None:
    house, phone, desk = team.house, team.phone, team.desk
    customers = house.customers_of(MAREK.email)
    customer = customers[len(customers) // 3]  # the first ones have one name, and change their places
    open_details(phone, team.wire.address, customer.id)
    team.browser.lose_network(team.wire)
    open_details(desk, house.address, customer.id)
    for field, value in (("trade", "Hers"), ("postcode", "11-111")):
        edit_field(desk, field, value)
        wait_until(lambda f=field, v=value: house.record(customer.id).values.get(f) == v, 15, "the office has hers")  # type: ignore[misc]
    for field, value in (("trade", "His"), ("postcode", "22-222")):
        edit_field(phone, field, value)
    team.browser.regain_network(team.wire)
    wait_until(lambda: house.record(customer.id).values.get("postcode") == "22-222", 30, "the office has his")

    go(desk, "/needs-a-look")
    met = card_of(desk, customer).get_by_test_id("met")
    keep = met.get_by_test_id("attention-keep")
    expect(keep).to_have_count(2, timeout=30_000)
    (told,) = (one for one in house.records("conflict") if one.values["target"] == customer.id)
    # Both before the first of them is on the disk.
    keep.evaluate_all("(buttons) => buttons.forEach((one) => one.click())")
    expect(met).to_have_count(0)
    wait_until(lambda: house.record(told.id).values.get("deleted") is True, 15, "it is off the list")
    go(phone, "/needs-a-look")
    for left in (2, 1):
        kept = phone.get_by_test_id("attention-keep")
        expect(kept).to_have_count(left)
        kept.first.click()
    expect(phone.get_by_test_id("attention-keep")).to_have_count(0)  # before the page goes


def test_whose_value_stands_is_told_who_else_had_changed_it_and_finds_both_in_the_history(team: Team) -> None:
    house, phone, desk = team.house, team.phone, team.desk
    customers = house.customers_of(MAREK.email)
    customer = customers[len(customers) // 2]
    team.lose_a_conflict(customer)
    go(desk, "/needs-a-look")
    told = card_of(desk, customer).get_by_test_id("met-kept")
    expect(told).to_contain_text("Marek Kowal", timeout=30_000)
    told.get_by_test_id("attention-history").click()
    history = desk.get_by_role("dialog")
    for value in ("Mine", "Theirs"):
        expect(history.get_by_text(value, exact=True).first).to_be_visible()
    history.get_by_role("button", name=word("en", "common_done")).click()
    told.get_by_test_id("attention-keep").click()
    expect(told).to_have_count(0)
    phone.get_by_test_id("attention-keep").click()
    assert trade_of(house, customer) == "Theirs"


def test_a_discount_is_asked_for_on_the_road_answered_at_the_desk_and_comes_back_with_its_price(team: Team) -> None:
    house, phone, desk = team.house, team.phone, team.desk
    go(phone, "/deals")
    phone.get_by_role("radio", name=pattern("en", "fields_stage_negotiation")).click()
    card = phone.get_by_test_id("deal").filter(has_not_text=pattern("en", "deals_discount_asked")).first
    title = card.get_by_role("link").inner_text().splitlines()[0]
    customer = str(card.get_by_role("link").get_attribute("href")).rpartition("/")[2]
    deals = [one for one in house.records("deal") if one.values["customer"] == customer]
    (deal,) = (one for one in deals if one.values["title"] == title)
    name = str(house.record(customer).values["name"])
    card = phone.get_by_test_id("deal").filter(has_text=title).filter(has_text=name)
    card.get_by_test_id("deal-stages").click()
    phone.get_by_test_id("deal-discount").click()
    phone.get_by_role("radio", name="10%").click()
    phone.get_by_test_id("discount-ask").click()
    expect(card).to_contain_text(pattern("en", "deals_discount_asked"))

    go(desk, "/needs-a-look")
    request = desk.get_by_test_id("attention").filter(has_text=name).get_by_test_id("discount")
    expect(request).to_contain_text("Marek Kowal", timeout=30_000)
    request.get_by_test_id("discount-approve").click()
    undo = held_undo(desk)
    expect(request).to_have_count(0)
    expect(card).to_contain_text(pattern("en", "deals_discount_granted"), timeout=30_000)
    less = round(int(str(deal.values["amount"])) * 0.9)
    wait_until(lambda: house.record(deal.id).values.get("amount") == less, 15, "the price is the lower one")
    undo.click()
    expect(card).to_contain_text(pattern("en", "deals_discount_asked"), timeout=30_000)
    assert house.record(deal.id).values["amount"] == deal.values["amount"]
    request.get_by_test_id("discount-decline").click()
    expect(card).to_contain_text(pattern("en", "deals_discount_declined"), timeout=30_000)
    assert house.record(deal.id).values["amount"] == deal.values["amount"]


def test_a_refused_edit_says_why_and_is_mended_and_sent_from_there(
    shared_house: House, make_browser: MakeBrowser
) -> None:
    house = shared_house
    customer = house.customers_of(MAREK.email)[2]

    def too_long(edit: dict[str, Any]) -> None:
        edit["v"] = {name: "0" * 99 if name == "phone" else value for name, value in edit["v"].items()}

    with Relay(house) as relay:
        page = make_browser("phone", service_workers="block", **MAREK.surroundings).open()
        sign_in(page, relay.address, MAREK)
        open_details(page, relay.address, customer.id)
        relay.spoil = too_long
        edit_field(page, "phone", "+48 600 100 200", stays=False)
        go(page, "/needs-a-look")
        refused = page.get_by_test_id("refused")
        expect(refused).to_contain_text(pattern("en", "look_reason_value"))
        relay.spoil = None

        row = refused.get_by_test_id("field-phone")
        row.get_by_role("button").click()
        row.get_by_role("textbox").fill("+48 600 100 300")
        row.get_by_role("textbox").press("Enter")
        page.get_by_test_id("attention-send").click()
        expect(refused).to_have_count(0)
        wait_until(
            lambda: house.record(customer.id).values.get("phone") == "+48 600 100 300", 15, "the office has the new one"
        )


def test_a_refused_put_back_says_that_it_was_to_bring_the_record_back(
    shared_house: House, make_browser: MakeBrowser
) -> None:
    house = shared_house
    customers = house.customers_of(MAREK.email)
    customer = customers[len(customers) // 4]

    def too_long(edit: dict[str, Any]) -> None:
        edit["v"] = {**edit["v"], "phone": "0" * 99}

    with Relay(house) as relay:
        page = make_browser("phone", service_workers="block", **MAREK.surroundings).open()
        sign_in(page, relay.address, MAREK)
        go_to_customer(page, customer.id)
        remove(page)
        expect(page.get_by_test_id("filters")).to_be_visible()  # of the list, to which a removal leads
        undo = held_undo(page)
        wait_until(lambda: house.record(customer.id).values.get("deleted") is True, 15, "the office has removed it")
        relay.spoil = too_long
        undo.click()
        go(page, "/needs-a-look")
        refused = page.get_by_test_id("refused")
        expect(refused).to_contain_text(word("en", "fields_to_bring_back"))
        relay.spoil = None
        row = refused.get_by_test_id("field-phone")
        row.get_by_role("button").click()
        row.get_by_role("textbox").fill("+48 600 100 400")
        row.get_by_role("textbox").press("Enter")
        page.get_by_test_id("attention-send").click()
        wait_until(lambda: not house.record(customer.id).values.get("deleted"), 15, "the office has it back")


def test_work_on_customers_who_are_no_longer_ones_own_is_decided_by_the_manager_and_its_author_hears_of_it(
    house: House, make_browser: MakeBrowser
) -> None:
    applied, *_, discarded = house.customers_of(MAREK.email)  # the first and the last by name: two names
    before = [trade_of(house, one) for one in (applied, discarded)]
    with Wire(house.port) as wire:
        browser = make_browser("phone", **MAREK.surroundings)
        phone = browser.open()
        sign_in(phone, wire.address, MAREK)
        wait_for_service_worker(phone)
        browser.lose_network(wire)
        for customer in (applied, discarded):
            open_details(phone, wire.address, customer.id)
            edit_field(phone, "trade", "Held")
        with httpx.Client(base_url=house.address) as administrator:
            administrator.post("/api/session", json={"email": ADMINISTRATOR.email, "password": PASSWORD})
            for territory in {str(one.values["territory"]) for one in (applied, discarded)}:
                cover = f"/api/territories/{territory}/cover"
                assert administrator.put(cover, json={"cover": []}).status_code == 200
        browser.regain_network(wire)
        go(phone, "/needs-a-look")
        held = phone.get_by_test_id("held")
        expect(held).to_have_count(2, timeout=30_000)
        for one in held.all():
            expect(one).to_contain_text(word("en", "look_held_forbidden"))
        assert [trade_of(house, one) for one in (applied, discarded)] == before

        desk = make_browser("desk", device="desktop", **MANAGER.surroundings).open()
        sign_in(desk, house.address, MANAGER)
        go(desk, "/needs-a-look")
        offers = desk.get_by_test_id("offer")
        expect(offers).to_have_count(2)
        for customer, button in ((applied, "apply"), (discarded, "discard")):
            offer = offers.filter(has_text=str(customer.values["name"]))
            expect(offer).to_contain_text("Marek Kowal")
            offer.get_by_test_id(f"offer-{button}").click()
            expect(offer).to_have_count(0)
        for key in ("look_outcome_applied", "look_outcome_discarded"):
            told = held.filter(has_text=pattern("en", key))
            expect(told).to_have_count(1, timeout=30_000)
            expect(told).to_contain_text("Anna Nowak")
        assert [trade_of(house, one) for one in (applied, discarded)] == ["Held", before[1]]

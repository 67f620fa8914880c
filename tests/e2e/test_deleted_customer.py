"""A deleted customer: what hangs on him goes with him from every screen, by one edit, and comes back with him."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.screens import go, go_to_customer
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e


def test_what_hangs_on_a_deleted_customer_goes_and_comes_back_with_him(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    house = shared_house
    phone: Page = shared_browser("phone", **MAREK.surroundings).open()
    sign_in(phone, house.address, MAREK)
    person, today = house.person(MAREK.email), datetime.now(ZoneInfo(MAREK.zone)).date().isoformat()
    visit = next(
        one
        for one in house.records("visit")
        if (one.values["person"], one.values.get("planned_day"), one.values["status"]) == (person, today, "planned")
    )
    customer = house.record(str(visit.values["customer"]))
    name = str(customer.values["name"])
    stop = phone.get_by_test_id("stop").filter(has_text=name)
    expect(stop).to_have_count(1)
    changed = len(house.records("visit")), house.record(visit.id)

    go_to_customer(phone, customer.id)
    phone.get_by_role("button", name=word("en", "common_more_actions")).first.click()
    phone.get_by_role("button", name=word("en", "customer_delete")).click()
    phone.get_by_role("button", name=word("en", "common_delete"), exact=True).click()
    wait_until(lambda: house.record(customer.id).values.get("deleted") is True, 30, "he is deleted at the office")
    go(phone, "/today")
    expect(phone.get_by_test_id("stop").first).to_be_visible()
    expect(stop).to_have_count(0)
    go(phone, f"/visits/{visit.id}")
    expect(phone.get_by_text(pattern("en", "customer_removed_title"))).to_be_visible()
    expect(phone.get_by_test_id("check-in")).to_have_count(0)
    assert (len(house.records("visit")), house.record(visit.id)) == changed

    phone.get_by_test_id("bring-back-customer").click()
    expect(phone.get_by_test_id("check-in")).to_be_visible()
    wait_until(lambda: house.record(customer.id).values.get("deleted") is not True, 30, "he is back at the office")
    go(phone, "/today")
    expect(stop).to_have_count(1)


def test_a_customer_who_comes_back_leaves_one_visit_under_way(shared_house: House, shared_browser: MakeBrowser) -> None:
    house = shared_house
    phone = shared_browser("other-phone", **MAREK.surroundings).open()
    sign_in(phone, house.address, MAREK)
    gone, other = house.customers_of(MAREK.email)[-2:]
    check_in = word("en", "common_check_in")

    def begin(customer: str) -> str:
        go_to_customer(phone, customer)
        phone.get_by_role("button", name=check_in).first.click()
        phone.wait_for_url("**/visits/*")
        expect(phone.get_by_test_id("outcome-order")).to_be_visible()
        return phone.url.rpartition("/")[2]

    first = begin(gone.id)
    go_to_customer(phone, gone.id)
    phone.get_by_role("button", name=word("en", "common_more_actions")).first.click()
    phone.get_by_role("button", name=word("en", "customer_delete")).click()
    phone.get_by_role("button", name=word("en", "common_delete"), exact=True).click()
    phone.wait_for_url("**/customers")
    second = begin(other.id)
    go(phone, f"/visits/{first}")
    phone.get_by_test_id("bring-back-customer").click()
    expect(phone.get_by_text(pattern("en", "visit_closed_for_you"))).to_be_visible()
    go(phone, f"/visits/{second}")
    expect(phone.get_by_test_id("outcome-order")).to_be_visible()
    wait_until(lambda: house.record(first).values["status"] == "done", 30, "the first one is over at the office")
    assert house.record(first).values["check_out_estimated"] is True
    assert house.record(second).values["status"] == "open"

"""The visit report: what was done in it offline is there after the app died, and reaches the office."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Geolocation, Locator, Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.screens import go_to_customer, settle
from e2e.steps import wait_for_service_worker
from e2e.wire import Wire
from e2e.words import word

pytestmark = pytest.mark.e2e


TWICE = "(button) => { button.click(); button.click(); }"
"""Two taps in one breath, the second before the first has done its work."""
BOTH = "(question) => { for (const box of [...question.querySelectorAll('[role=checkbox]')].slice(0, 2)) box.click(); }"
"""Two ticks in one breath."""


def _draw(page: Page, pad: Locator) -> None:
    """Draw a hook on the pad, as a finger does, once the sheet has come to rest."""
    settle(page)
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 60 + 10 * step, box["y"] + 60 + step * step / 3)
    page.mouse.up()


def test_a_report_filled_offline_survives_a_kill_and_reaches_the_office(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    with Wire(shared_house.port) as wire:
        # A phone that says no to its place: the visit counts all the same, and the report says why there is none.
        phone = shared_browser("report", **{**MAREK.surroundings, "place": None})
        page = phone.open()
        sign_in(page, wire.address, MAREK)
        wait_for_service_worker(page)
        page = phone.restart(page)
        phone.lose_network(wire)
        # From a stop's customer one goes on through those of the day.
        page.locator("a[href^='/customers/']").first.click()
        expect(page.get_by_test_id("steps")).to_contain_text(word("en", "today_route"))
        page.go_back()
        page.get_by_test_id("check-in").first.evaluate(TWICE)
        page.wait_for_url("**/visits/*")
        expect(page.get_by_test_id("no-place")).to_be_visible()
        expect(page.locator("[data-question=shelf]")).to_be_visible()
        purposes = page.get_by_test_id("purpose").get_by_role("radio")
        purposes.nth(1).click()
        expect(page.locator("[data-question=shelf]")).to_have_count(0)
        purposes.nth(0).click()
        shelf = page.locator("[data-question=shelf]")
        shelf.get_by_role("radio").nth(1).click()
        missing = page.locator("[data-question=missing]")
        missing.evaluate(BOTH)
        expect(missing.get_by_role("checkbox").nth(0)).to_be_checked()
        expect(missing.get_by_role("checkbox").nth(1)).to_be_checked()
        low = page.get_by_test_id("own-product").first.get_by_test_id("stock-low")
        low.click()
        expect(low).to_have_attribute("aria-pressed", "true")
        page.get_by_test_id("get-signature").click()
        _draw(page, page.get_by_test_id("pen-pad"))
        page.get_by_test_id("save-signature").click()
        expect(page.get_by_test_id("drawing")).to_be_visible()
        visit, address = page.url.rpartition("/")[2], page.url
        page.get_by_test_id("take-order").evaluate(TWICE)
        page.get_by_test_id("add-product").click()
        page.get_by_test_id("product").first.click()
        page.get_by_test_id("more").click()
        expect(page.get_by_role("textbox")).to_have_value("2")
        # It is shown before it is saved; what is asked of the book afterwards is answered afterwards.
        page.get_by_test_id("add-product").click()
        expect(page.get_by_test_id("product").first).to_be_visible()

        phone.kill()
        page = phone.open()
        page.goto(address)
        expect(page.get_by_test_id("drawing")).to_be_visible()
        expect(page.locator("[data-question=missing]").get_by_role("checkbox").nth(1)).to_be_checked()
        phone.regain_network(wire)

        def arrived() -> bool:
            orders = [order.values for order in shared_house.records("order") if order.values.get("visit") == visit]
            return [[line["quantity"] for line in order["lines"]] for order in orders] == [[2]]

        wait_until(arrived, 30, "the order is at the office")
        report = shared_house.record(visit).values
        assert report["purpose"] == "sales"
        assert report["signature"].startswith("M")
        assert sorted(entry.split(",", 1)[1] for entry in report["answers"].values()) == [
            '"missing",["flour","oil"]]',
            '"missing",["flour"]]',
            '"shelf",false]',
        ]
        seen = [check.values for check in shared_house.records("shelf_check") if check.values.get("visit") == visit]
        assert [check["stock"] for check in seen] == ["low"]


def test_a_wrong_pin_is_moved_to_where_the_rep_stands_and_back(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    phone = shared_browser("pin", **{**MAREK.surroundings, "place": (50.2, 19.5)})
    page = phone.open()
    sign_in(page, shared_house.address, MAREK)
    page.get_by_test_id("check-in").first.click()
    page.wait_for_url("**/visits/*")
    page.get_by_test_id("wrong-pin").click()
    page.get_by_test_id("move-pin").click()
    expect(page.get_by_test_id("wrong-pin")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_test_id("wrong-pin")).to_be_visible()


def test_a_coarse_reading_moves_no_pin_until_a_better_one_is_there(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page = shared_browser("coarse", **{**MAREK.surroundings, "place": (50.2, 19.5)}).open()
    at: Geolocation = {"latitude": 50.2, "longitude": 19.5}
    page.context.set_geolocation(Geolocation(**at, accuracy=6_000))
    sign_in(page, shared_house.address, MAREK)
    page.get_by_test_id("check-in").first.click()
    page.wait_for_url("**/visits/*")
    page.get_by_test_id("wrong-pin").click()
    expect(page.get_by_test_id("pin-coarse")).to_contain_text("6 km")
    expect(page.get_by_test_id("move-pin")).to_have_count(0)
    page.context.set_geolocation(Geolocation(**at, accuracy=9))
    page.get_by_test_id("read-again").click()
    expect(page.get_by_test_id("move-pin")).to_be_visible()
    expect(page.get_by_test_id("pin-coarse")).to_have_count(0)


def test_a_visit_left_open_is_closed_with_an_estimate_where_its_page_is_woken(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    now, page = datetime.now(UTC), shared_browser("forgotten", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    page.clock.set_fixed_time(now - timedelta(hours=27))
    open_visits = {one.values["customer"] for one in shared_house.records("visit") if one.values["status"] != "done"}
    customer = next(one for one in shared_house.customers_of(MAREK.email) if one.id not in open_visits)
    go_to_customer(page, customer.id)
    page.get_by_role("button", name=word("en", "common_check_in")).first.click()
    page.wait_for_url("**/visits/*")
    visit = page.url.rpartition("/")[2]
    expect(page.get_by_test_id("outcome-order")).to_be_visible()
    page.clock.set_fixed_time(now)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_test_id("estimated")).to_be_visible()
    expect(page.get_by_test_id("outcome-order")).to_have_count(0)
    wait_until(lambda: shared_house.record(visit).values["status"] == "done", 30, "its end is at the office")
    end = shared_house.record(visit).values
    assert (end["checked_out_at"] - end["checked_in_at"], end["check_out_estimated"]) == (30 * 60_000, True)

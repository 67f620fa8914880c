"""Double taps: an impatient thumb does nothing twice, and nothing to what moves under it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, Record, wait_until
from e2e.people import MANAGER, MAREK, sign_in
from e2e.pictures import take
from e2e.screens import go, go_to_customer
from e2e.steps import open_tab
from e2e.thumb import Thumb, tap_twice
from e2e.words import word

pytestmark = pytest.mark.e2e

TWICE = "(button) => { button.click(); button.click(); }"
"""Two taps in one breath, the second before the first has done its work."""
TEN = "(button) => { for (let tap = 0; tap < 10; tap += 1) button.click(); }"


@pytest.fixture(scope="module")
def page(shared_house: House, shared_browser: MakeBrowser) -> Page:
    """Marek's phone with the app open."""
    page = shared_browser("thumb", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    return page


def _titles(rows: Locator) -> list[str]:
    return rows.locator(".title").all_inner_texts()


def _mark(rows: Locator) -> Locator:
    """Mark the first row, and return what is marked: nothing any more once that row is gone."""
    rows.first.evaluate("(row) => { row.dataset.tapped = ''; }")
    return rows.page.locator("[data-tapped]")


def _tap_twice_in_list(page: Page, rows: Locator, button: str) -> None:
    """Tap a button of the first row, and once more as soon as another row has moved there."""
    assert rows.count() > 1
    marked = _mark(rows)
    tap_twice(page, rows.first.get_by_test_id(button), lambda: expect(marked).to_have_count(0))


def _planned(house: House) -> list[Record]:
    """Return the visits of Marek that are planned and were there from the beginning, the last first."""
    marek = house.person(MAREK.email)
    visits = [visit for visit in house.records("visit") if visit.values.get("person") == marek]
    planned = [visit for visit in visits if visit.values.get("status") == "planned"]
    return sorted(planned, key=lambda visit: str(visit.values["planned_day"]), reverse=True)


def _wait_until_done(house: House, visit: Record) -> None:
    wait_until(lambda: house.record(visit.id).values.get("status") == "done", 15, "it is done at the office too")


def test_two_taps_on_a_day_make_one_next_step(shared_house: House, page: Page) -> None:
    go(page, "/today")
    page.get_by_test_id("check-in").first.click()
    page.wait_for_url("**/visits/*")
    visit = page.url.rpartition("/")[2]
    page.get_by_role("button", name=word("en", "common_tomorrow")).evaluate(TWICE)
    expect(page.get_by_test_id("next-step")).to_be_visible()
    page.get_by_role("button", name=word("en", "tasks_chip_in_3_days")).click()
    page.get_by_test_id("outcome-interested").click()

    def steps() -> list[object]:
        return [task.id for task in shared_house.records("task") if task.values.get("visit") == visit]

    wait_until(lambda: shared_house.record(visit).values.get("outcome") == "interested", 15, "it is at the office")
    assert len(steps()) == 1


def test_a_customer_is_planned_once_and_a_day_filled_once(page: Page) -> None:
    go(page, "/plan")
    suggested = page.get_by_test_id("suggested")
    expect(suggested.first).to_be_visible()
    planned = page.get_by_test_id("planned")
    before = planned.count()
    marked = _mark(suggested)
    page.get_by_test_id("plan-add").first.evaluate(TWICE)
    expect(planned).to_have_count(before + 1)
    # The suggestions are read on their own, and may be a moment later without whom the day has.
    expect(marked).to_have_count(0)
    _tap_twice_in_list(page, suggested, "plan-add")
    expect(planned).to_have_count(before + 2)
    # On a day off nobody is suggested.
    page.get_by_role("radio").filter(has_not=page.locator("svg")).nth(3).click()
    page.get_by_test_id("plan-fill").evaluate(TWICE)
    expect(planned).to_have_count(8)
    names = planned.locator(".name").all_inner_texts()
    assert len(set(names)) == 8


def test_a_second_tap_does_not_tick_off_the_task_that_has_moved_up(page: Page) -> None:
    go(page, "/tasks")
    rows = page.locator("[data-testid=task]:not(.done)")
    expect(rows.nth(2)).to_be_visible()
    before = _titles(rows)
    _tap_twice_in_list(page, rows, "task-done")
    expect(rows.first.locator(".title")).to_have_text(before[1])
    rows.nth(1).get_by_test_id("task-done").click()
    expect(rows.nth(1).locator(".title")).to_have_text(before[3])
    assert _titles(rows)[:2] == [before[1], before[3]]


def test_a_second_tap_on_a_deal_does_not_open_its_neighbours_customer(page: Page) -> None:
    go(page, "/deals")
    deals = page.get_by_test_id("deal")
    expect(deals.nth(1)).to_be_visible()
    before = deals.count()
    _tap_twice_in_list(page, deals, "deal-next")
    expect(deals).to_have_count(before - 1)
    assert page.url.endswith("/deals")


def test_ten_quick_taps_order_ten_more_and_what_is_taken_off_comes_back(shared_house: House, page: Page) -> None:
    customer = shared_house.customers_of(MAREK.email)[0].id
    go_to_customer(page, customer)
    open_tab(page, "en", "customer_tab_orders")
    page.get_by_test_id("take-order").first.click()
    page.get_by_test_id("add-product").click()
    page.get_by_test_id("product").first.click()
    quantity = page.get_by_test_id("order-line").get_by_role("textbox")
    for _ in range(2):
        page.get_by_test_id("more").evaluate(TEN)
    with Thumb(page, page.get_by_test_id("more")) as thumb:
        for _ in range(10):
            thumb.tap()
    expect(quantity).to_have_value("31")
    page.get_by_test_id("place-order").click()
    order = page.url.rpartition("/")[2]
    wait_until(lambda: shared_house.record(order).values.get("status") == "placed", 15, "it is at the office")
    quantity.fill("0")
    quantity.press("Enter")
    expect(page.get_by_test_id("order-line")).to_have_count(0)
    expect(page.get_by_test_id("place-order")).to_be_visible()
    wait_until(lambda: shared_house.record(order).values.get("status") == "draft", 15, "an empty order is no order")
    page.get_by_role("status").get_by_role("button", name=word("en", "common_undo")).click()
    expect(quantity).to_have_value("31")
    wait_until(lambda: shared_house.record(order).values.get("status") == "placed", 15, "it is placed again")
    assert [line["quantity"] for line in shared_house.record(order).values["lines"]] == [31]


def test_two_taps_make_one_form(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("desk", device="desktop", **MANAGER.surroundings).open()
    sign_in(page, shared_house.address, MANAGER)
    before = len(shared_house.records("visit_form"))
    go(page, "/settings/visit-forms")
    page.get_by_test_id("new-form").evaluate(TWICE)
    page.wait_for_url("**/settings/visit-forms/*")
    page.get_by_role("link", name=word("en", "common_back")).click()
    expect(page.get_by_test_id("form")).to_have_count(before + 1)


def test_a_second_tap_on_check_in_does_not_finish_the_visit(shared_house: House, page: Page) -> None:
    outcomes = page.locator("[data-testid^=outcome-]")
    for visit in _planned(shared_house)[:2]:
        go(page, f"/visits/{visit.id}")
        tap_twice(page, page.get_by_test_id("check-in"), lambda: expect(outcomes.first).to_be_visible())
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_test_id("outcome-interested").click()
        expect(page.get_by_test_id("finished")).to_be_visible()
        _wait_until_done(shared_house, visit)
        assert shared_house.record(visit.id).values.get("outcome") == "interested"


@pytest.mark.parametrize("outcome", ["not_in", "order", "follow_up"])
def test_a_second_tap_on_an_outcome_does_not_take_it_back(shared_house: House, page: Page, outcome: str) -> None:
    [visit, *_] = _planned(shared_house)
    go(page, f"/visits/{visit.id}")
    page.get_by_test_id("check-in").click()
    finished = page.get_by_test_id("finished")
    tap_twice(page, page.get_by_test_id(f"outcome-{outcome}"), lambda: expect(finished).to_be_visible())
    _wait_until_done(shared_house, visit)
    expect(finished).to_be_visible()
    assert page.url.endswith(visit.id)
    assert shared_house.record(visit.id).values.get("outcome") == outcome


def test_a_second_tap_takes_nobody_else_out_of_the_plan(page: Page) -> None:
    go(page, "/plan")
    planned = page.get_by_test_id("planned")
    expect(planned.nth(1)).to_be_visible()
    before = planned.count()
    _tap_twice_in_list(page, planned, "plan-remove")
    page.get_by_role("status").get_by_role("button", name=word("en", "common_undo")).click()
    expect(planned).to_have_count(before)


def test_a_second_tap_deletes_no_second_photo(shared_house: House, page: Page) -> None:
    go_to_customer(page, shared_house.customers_of(MAREK.email)[1].id)
    open_tab(page, "en", "files_title")
    photos = page.get_by_test_id("photo")
    for count, hue in enumerate((20, 120, 220), 1):
        with page.expect_file_chooser() as chooser:
            page.get_by_test_id("take-photo").click()
        chooser.value.set_files([take(page, hue=hue)])
        expect(photos).to_have_count(count)
    photos.first.click()
    trash = page.get_by_test_id("delete-photo")
    gone = page.get_by_text(word("en", "files_photo_deleted"))
    tap_twice(page, trash, lambda: expect(gone).to_be_visible())
    page.get_by_test_id("viewer").get_by_role("button", name=word("en", "common_close")).click()
    expect(photos).to_have_count(2)


def test_a_second_tap_approves_no_second_discount(shared_house: House, page: Page, shared_browser: MakeBrowser) -> None:
    def asked() -> set[tuple[str, object]]:
        return {(one.id, one.values.get("discount_asked_at")) for one in shared_house.records("deal")}

    before_it = asked()
    go(page, "/deals")
    for nth in range(2):
        card = page.get_by_test_id("deal").nth(nth)
        card.get_by_test_id("deal-stages").click()
        page.get_by_test_id("deal-discount").click()
        page.get_by_role("radio", name="10%").click()
        page.get_by_test_id("discount-ask").click()
        expect(page.get_by_role("dialog")).to_have_count(0)

    # Of the demo's own deals one is asked for as well.
    wait_until(lambda: len(asked() - before_it) == 2, 30, "both are at the office")
    manager = shared_browser("manager", device="tablet", **MANAGER.surroundings).open()
    sign_in(manager, shared_house.address, MANAGER)
    go(manager, "/needs-a-look")
    discounts = manager.get_by_test_id("discount")
    expect(discounts.nth(1)).to_be_visible()
    before = discounts.count()
    _tap_twice_in_list(manager, discounts, "discount-approve")
    manager.get_by_role("status").get_by_role("button", name=word("en", "common_undo")).click()
    expect(discounts).to_have_count(before)

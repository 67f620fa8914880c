"""Double taps: an impatient thumb does nothing twice, and nothing to what moves under it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MANAGER, MAREK, sign_in
from e2e.screens import go, go_to_customer
from e2e.steps import open_tab
from e2e.words import word

pytestmark = pytest.mark.e2e

TWICE = "(button) => { button.click(); button.click(); }"
"""Two taps in one breath, the second before the first has done its work."""
TEN = "(button) => { for (let tap = 0; tap < 10; tap += 1) button.click(); }"
ON_WHAT_FOLLOWS = """(button) => new Promise((done) => {
  button.scrollIntoView({ block: "center" });
  const { left, top, width, height } = button.getBoundingClientRect();
  const row = button.closest("[data-testid=task], [data-testid=suggested], [data-testid=deal]");
  const [x, y] = [left + width / 2, top + height / 2];
  const tap = () => document.elementFromPoint(x, y).dispatchEvent(
    new MouseEvent("click", { bubbles: true, cancelable: true, detail: 1, clientX: x, clientY: y }));
  tap();
  const look = () => {
    if (row.isConnected) return void requestAnimationFrame(look);
    tap();
    done();
  };
  look();
})"""
"""Two taps on one place, the second as soon as another row has moved there."""


@pytest.fixture(scope="module")
def page(shared_house: House, shared_browser: MakeBrowser) -> Page:
    """Marek's phone with the app open."""
    page = shared_browser("thumb", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    return page


def _titles(rows: Locator) -> list[str]:
    return rows.locator(".title").all_inner_texts()


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
    expect(page.get_by_test_id("suggested").first).to_be_visible()
    planned = page.get_by_test_id("planned")
    before = planned.count()
    page.get_by_test_id("plan-add").first.evaluate(TWICE)
    expect(planned).to_have_count(before + 1)
    page.get_by_test_id("plan-add").first.evaluate(ON_WHAT_FOLLOWS)
    expect(planned).to_have_count(before + 2)
    page.get_by_role("radio").nth(3).click()
    page.get_by_test_id("plan-fill").evaluate(TWICE)
    expect(planned).to_have_count(8)
    names = planned.locator(".name").all_inner_texts()
    assert len(set(names)) == 8


def test_a_second_tap_does_not_tick_off_the_task_that_has_moved_up(page: Page) -> None:
    go(page, "/tasks")
    rows = page.locator("[data-testid=task]:not(.done)")
    expect(rows.nth(2)).to_be_visible()
    before = _titles(rows)
    rows.first.get_by_test_id("task-done").evaluate(ON_WHAT_FOLLOWS)
    expect(rows.first.locator(".title")).to_have_text(before[1])
    rows.nth(1).get_by_test_id("task-done").click()
    expect(rows.nth(1).locator(".title")).to_have_text(before[3])
    assert _titles(rows)[:2] == [before[1], before[3]]


def test_a_second_tap_on_a_deal_does_not_open_its_neighbours_customer(page: Page) -> None:
    go(page, "/deals")
    deals = page.get_by_test_id("deal")
    expect(deals.nth(1)).to_be_visible()
    before = deals.count()
    page.get_by_test_id("deal-next").first.evaluate(ON_WHAT_FOLLOWS)
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
    for _ in range(3):
        page.get_by_test_id("more").evaluate(TEN)
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

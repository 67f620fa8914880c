"""Of another: what was read for one visit, customer or rep is not shown or changed under another's name."""

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, Record
from e2e.people import MANAGER, sign_in
from e2e.screens import go, go_to_customer
from e2e.slow_book import SlowBook
from e2e.steps import open_tab
from e2e.words import word

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def page(shared_house: House, shared_browser: MakeBrowser) -> Page:
    """The manager's phone, with the whole team's book on it."""
    page = shared_browser("slow-book", **MANAGER.surroundings).open()
    sign_in(page, shared_house.address, MANAGER)
    return page


@pytest.fixture(scope="module")
def book(page: Page) -> SlowBook:
    """The book on it."""
    return SlowBook(page)


def _by_orders(house: House) -> list[Record]:
    """Return all customers, first the one with the fewest orders."""
    ordered = [order.values["customer"] for order in house.records("order")]
    return sorted(house.records("customer"), key=lambda customer: ordered.count(customer.id))


def _go_on(page: Page, book: SlowBook, query: str, records: tuple[Record, Record], shown: Locator) -> None:
    """Go from one record's page to the other's, and look while that is not read."""
    one, other = records
    path = "visits" if query == "visit.one" else "orders"
    go(page, f"/{path}/{one.id}")
    expect(shown).to_be_visible()
    book.hold(query, other.id)
    go(page, f"/{path}/{other.id}")
    book.wait_until_asked()
    expect(page.locator(".skeleton")).to_be_visible()
    expect(shown).to_have_count(0)
    book.let_go()


def test_a_visit_or_an_order_is_not_shown_under_the_address_of_another(
    shared_house: House, page: Page, book: SlowBook
) -> None:
    one, other = [visit for visit in shared_house.records("visit") if visit.values["status"] == "done"][:2]
    customer = page.get_by_test_id("visit-customer")
    _go_on(page, book, "visit.one", (one, other), customer)
    expect(customer).to_have_text(str(shared_house.record(str(other.values["customer"])).values["name"]))

    first, second = shared_house.records("order")[:2]
    total = page.get_by_test_id("order-sum")
    _go_on(page, book, "order.one", (first, second), total)
    expect(total).to_be_visible()


def test_a_customer_has_neither_the_hint_nor_the_orders_of_the_one_before(
    shared_house: House, page: Page, book: SlowBook
) -> None:
    without, *_, buyer = _by_orders(shared_house)
    go_to_customer(page, buyer.id)
    open_tab(page, "en", "customer_tab_orders")
    panel = page.get_by_role("tabpanel")
    rows = panel.get_by_role("button").filter(has_text=word("en", "customer_order_plain").partition("{")[0])
    expect(rows.first).to_be_visible()
    book.hold("customer.orders", without.id)
    go_to_customer(page, without.id)
    open_tab(page, "en", "customer_tab_orders")
    book.wait_until_asked()
    expect(panel.get_by_role("status")).to_be_visible()
    expect(rows).to_have_count(0)
    none = panel.get_by_text(word("en", "customer_orders_empty_title"))
    expect(none).to_have_count(0)
    book.let_go()
    expect(none).to_be_visible()


def test_no_custom_field_is_called_empty_before_it_is_read(shared_house: House, page: Page, book: SlowBook) -> None:
    words = next(value for value in shared_house.records("custom_value") if value.values.get("text"))
    book.hold("custom_value.of_customer")
    go_to_customer(page, str(words.values["customer"]))
    open_tab(page, "en", "customer_tab_details")
    book.wait_until_asked()
    fields = page.get_by_test_id("custom-fields")
    expect(fields.get_by_role("status")).to_be_visible()
    expect(fields.get_by_test_id("custom-field")).to_have_count(0)
    book.let_go()
    expect(fields.get_by_test_id("custom-field").filter(has_text=str(words.values["text"]))).to_be_visible()


def test_a_saved_list_is_not_offered_to_be_saved_before_it_is_read(page: Page, book: SlowBook) -> None:
    go(page, "/customers")
    page.get_by_role("radio").filter(has=page.locator("svg")).first.click()
    more = page.get_by_test_id("list-more")
    expect(more).to_be_visible()
    go(page, "/today")
    book.hold("saved_list.list")
    go(page, "/customers")
    book.wait_until_asked()
    expect(page.get_by_test_id("list-bar")).to_be_visible()
    expect(page.get_by_test_id("list-save-bar")).to_have_count(0)
    book.let_go()
    expect(more).to_be_visible()


def test_no_number_of_the_team_stands_under_the_name_of_a_rep(page: Page, book: SlowBook) -> None:
    go(page, "/overview")
    coverage = page.locator(".stats a").filter(has_text=word("en", "overview_coverage"))
    expect(coverage).to_contain_text("%")
    rep = page.get_by_role("table").last.get_by_role("button").first
    book.hold("overview.by_value")
    rep.click()
    book.wait_until_asked()
    expect(coverage).not_to_contain_text("%")
    expect(rep).to_be_visible()
    book.let_go()
    expect(coverage).to_contain_text("%")

"""Back: what lies over the page is closed first, and the page is left by the next step back."""

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.complaints import complaints
from e2e.conftest import MakeBrowser
from e2e.house import House
from e2e.people import MAREK, sign_in
from e2e.pictures import take, tap_and_choose
from e2e.screens import go, go_to_customer, settle
from e2e.steps import open_tab
from e2e.words import word

pytestmark = pytest.mark.e2e


def _back(page: Page) -> None:
    """Step back as a swipe or the browser's button does; where that closes something, the app steps forward again."""
    page.evaluate("history.back()")


def _sheet(page: Page) -> Locator:
    return page.get_by_role("dialog")


def _edit(page: Page, field: str, words: str) -> Locator:
    """Begin to write in a field of the open record, and return its row."""
    row = _sheet(page).get_by_test_id(f"field-{field}")
    row.get_by_role("button").first.click()
    row.get_by_role("textbox").fill(words)
    return row


def _customer_with(house: House, kind: str) -> str:
    """Return a customer of Marek's who has a record of this kind."""
    having = {record.values.get("customer") for record in house.records(kind) if not record.values.get("deleted")}
    return next(customer.id for customer in house.customers_of(MAREK.email) if customer.id in having)


def test_back_closes_what_is_open_and_only_then_leaves_the_page(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page = shared_browser("back", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    go(page, "/more")
    page.get_by_test_id("sign-out").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    _back(page)
    expect(sheet).to_have_count(0)
    expect(page.get_by_test_id("sign-out")).to_be_visible()
    page.wait_for_url("**/more")
    _back(page)
    page.wait_for_url("**/today")

    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    address = page.url
    tap_and_choose(page, page.get_by_test_id("take-photo"), take(page))
    page.get_by_test_id("photo").first.click()
    expect(page.get_by_test_id("viewer")).to_be_visible()
    page.get_by_test_id("caption").fill("The shelf at the door")
    _back(page)
    expect(page.get_by_test_id("viewer")).to_have_count(0)
    page.wait_for_url(address)
    page.get_by_test_id("photo").first.click()
    expect(page.get_by_test_id("caption")).to_have_value("The shelf at the door")
    _back(page)
    expect(page.get_by_test_id("viewer")).to_have_count(0)
    page.wait_for_url(address)
    _back(page)
    page.wait_for_url("**/today")


def test_what_is_being_written_in_a_sheet_is_kept_by_back(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("kept", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    go_to_customer(page, shared_house.customers_of(MAREK.email)[0].id)
    address = page.url
    page.get_by_test_id("add").click()
    page.get_by_test_id("add-note").click()
    words = page.get_by_role("dialog").get_by_role("textbox")
    words.fill("He asks for olives")
    _back(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_url(address)
    page.get_by_role("status").get_by_role("button").click()
    expect(words).to_have_value("He asks for olives")


@pytest.mark.parametrize("way", ["back", "cross"])
def test_what_is_written_in_a_record_is_saved_however_its_sheet_is_closed(
    shared_house: House, shared_browser: MakeBrowser, way: str
) -> None:
    page = shared_browser(f"record-{way}", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)

    def close() -> None:
        if way == "back":
            _back(page)
        else:
            # What is left makes the sheet lower: the cross is hit by the first tap all the same.
            _sheet(page).get_by_role("button", name=word("en", "common_close"), exact=True).tap()
        expect(_sheet(page)).to_have_count(0)

    with complaints(page) as heard:
        go_to_customer(page, _customer_with(shared_house, "deal"))
        open_tab(page, "en", "customer_tab_deals")
        deal = page.get_by_role("tabpanel").get_by_role("button").first
        deal.click()
        _edit(page, "description", f"Two freezers, by {way}")
        close()
        deal.click()
        expect(_sheet(page).get_by_test_id("field-description")).to_contain_text(f"Two freezers, by {way}")
        close()

        go_to_customer(page, _customer_with(shared_house, "contact"))
        open_tab(page, "en", "customer_tab_people")
        person = page.get_by_role("tabpanel").get_by_role("button").first
        person.click()
        _edit(page, "description", f"Knows Ewa, by {way}")
        close()
        person.click()
        expect(_sheet(page).get_by_test_id("field-description")).to_contain_text(f"Knows Ewa, by {way}")
        assert heard == []


def test_a_signature_and_a_deal_that_are_half_done_outlast_their_pages(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page = shared_browser("outlast", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    undo = page.get_by_role("status").get_by_role("button")

    customer = shared_house.customers_of(MAREK.email)[0].id
    go_to_customer(page, customer)
    open_tab(page, "en", "customer_tab_deals")
    new_deal = page.get_by_role("tabpanel").get_by_role("button", name=word("en", "customer_new_deal"))
    new_deal.click()
    title = _sheet(page).get_by_role("textbox").first
    title.fill("Freezer for the yard")
    _back(page)
    expect(undo).to_be_visible()
    page.wait_for_url(f"**/customers/{customer}")
    _back(page)
    page.wait_for_url("**/today")
    expect(undo).to_have_count(0)
    go_to_customer(page, customer)
    open_tab(page, "en", "customer_tab_deals")
    new_deal.click()
    expect(title).to_have_value("Freezer for the yard")
    _sheet(page).get_by_role("button", name=word("en", "common_add"), exact=True).click()
    expect(_sheet(page)).to_have_count(0)
    new_deal.click()
    expect(title).to_have_value("")
    _back(page)
    expect(_sheet(page)).to_have_count(0)
    page.wait_for_url(f"**/customers/{customer}")

    go(page, "/today")
    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    visit = page.url.removeprefix(shared_house.address)
    page.get_by_test_id("get-signature").click()
    expect(page.get_by_test_id("pen-pad")).to_be_visible()
    settle(page)
    box = page.get_by_test_id("pen-pad").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 180, box["y"] + 90, steps=6)
    page.mouse.up()
    expect(page.get_by_test_id("save-signature")).to_be_enabled()
    _back(page)
    expect(undo).to_be_visible()
    page.wait_for_url(f"**{visit}")
    _back(page)
    page.wait_for_url("**/today")
    expect(undo).to_have_count(0)
    go(page, visit)
    page.get_by_test_id("get-signature").click()
    page.get_by_test_id("save-signature").click()
    expect(page.get_by_test_id("signature")).to_be_visible()


def test_a_price_that_cannot_be_read_outlasts_the_report(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("price", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    visit = page.url.removeprefix(shared_house.address)
    price = page.get_by_test_id("shelf-price")
    page.get_by_test_id("other-competitor").click()
    page.get_by_test_id("shelf-competitor").fill("Baltika")
    price.fill("ca. 5")
    _back(page)
    expect(page.get_by_role("status").get_by_role("button")).to_be_visible()
    page.wait_for_url(f"**{visit}")
    _back(page)
    page.wait_for_url("**/today")
    go(page, visit)
    page.get_by_test_id("shelf").get_by_role("button").filter(has_text="Baltika").first.click()
    expect(price).to_have_value("ca. 5")
    _back(page)
    page.get_by_test_id("other-competitor").click()
    expect(price).to_have_value("")

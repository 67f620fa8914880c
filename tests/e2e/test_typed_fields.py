"""What goes by its field's rule: hours past midnight, a new customer's address, a day of the other calendar."""

import pytest
from playwright.sync_api import expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, MARYAM, sign_in
from e2e.screens import go_to_customer
from e2e.steps import field_row, open_tab
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e


def test_hours_past_midnight_are_chosen_and_what_is_not_right_yet_is_kept(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page = shared_browser("hours", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    customer = shared_house.customers_of(MAREK.email)[0].id
    go_to_customer(page, customer)
    open_tab(page, "en", "customer_tab_details")
    row = field_row(page, "opening_hours")
    if word("en", "fields_not_set") not in row.inner_text():
        row.get_by_role("button").click()
        page.get_by_test_id("hours-clear").click()
    expect(row).to_contain_text(word("en", "fields_not_set"))

    row.get_by_role("button").click()
    page.get_by_test_id("hours-from").locator("[data-part=hour]").select_option("18")
    page.get_by_test_id("hours-to").locator("[data-part=hour]").select_option("18")
    expect(page.get_by_test_id("hours-save")).to_be_disabled()
    page.mouse.click(195, 20)  # beside the sheet
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name=word("en", "common_undo")).click()
    hour = page.get_by_test_id("hours-to").locator("[data-part=hour]")
    expect(hour).to_have_value("18")
    hour.select_option("2")
    expect(page.get_by_test_id("hours-next-day")).to_be_visible()
    page.get_by_test_id("hours-save").click()
    expect(row).to_contain_text("18:00–2:00")
    wait_until(
        lambda: shared_house.record(customer).values.get("opening_hours") == "Mo-Fr 18:00-02:00",
        20,
        "the office has it",
    )


def test_a_new_customers_address_goes_by_the_rule_of_the_details(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page = shared_browser("new-customer", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    page.get_by_test_id("add").click()
    page.get_by_test_id("add-customer").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label(word("en", "fields_name"), exact=True).fill("Kiosk by the bridge")
    email = sheet.locator("input[type=email]")
    email.fill("no address")
    sheet.get_by_role("button", name=word("en", "customers_add_save")).click()
    expect(email).to_be_focused()
    expect(sheet.get_by_text(word("en", "fields_not_an_email"))).to_be_visible()
    email.fill("kiosk@bridge.example")
    sheet.get_by_role("button", name=word("en", "customers_add_save")).click()
    page.wait_for_url("**/customers/*")
    customer = page.url.rpartition("/")[2]
    wait_until(
        lambda: any(one.id == customer for one in shared_house.records("customer")), 20, "the office has the customer"
    )
    assert shared_house.record(customer).values["email"] == "kiosk@bridge.example"


def test_a_gregorian_year_in_a_persians_field_is_shown_as_his_own_day(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page = shared_browser("persian", **MARYAM.surroundings).open()
    sign_in(page, shared_house.address, MARYAM)
    having = {one.values.get("customer"): one for one in shared_house.records("contact")}
    customer = next(one for one in shared_house.customers_of(MARYAM.email) if one.id in having)
    contact = having[customer.id]
    go_to_customer(page, customer.id)
    open_tab(page, "fa", "customer_tab_people")
    page.get_by_role("button", name=contact.values["name"]).first.click()
    row = page.get_by_test_id("field-birthday")
    row.get_by_role("button").first.click()
    row.get_by_role("textbox").fill("1981/08/03")
    row.get_by_role("textbox").press("Enter")
    expect(row).to_contain_text(pattern("fa", "fields_birthday"))
    expect(row).to_contain_text("۱۳۶۰")
    wait_until(
        lambda: shared_house.record(contact.id).values.get("birthday") == "1981-08-03", 20, "the office has the day"
    )

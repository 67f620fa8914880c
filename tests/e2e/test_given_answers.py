"""Answers in numbers and sums: each stays what it was when it was given, whatever question and customer become."""

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MANAGER, MAREK, sign_in
from e2e.screens import go, go_to_customer
from e2e.steps import edit_field, open_tab
from e2e.words import word

pytestmark = pytest.mark.e2e


def _answers(page: Page) -> str:
    shown = page.get_by_test_id("answers")
    expect(shown).to_have_count(2)
    return " ".join(shown.all_inner_texts())


def _with_no_decimals(house: House, page: Page) -> None:
    """Let the manager ask for the temperature in whole degrees."""
    sign_in(page, house.address, MANAGER)
    go(page, "/settings/visit-forms")
    page.get_by_test_id("form").filter(has_text="Shelf check").click()
    page.get_by_test_id("designed").filter(has_text="Temperature").get_by_role("button").first.click()
    decimals = page.get_by_role("dialog").get_by_role("radiogroup", name=word("en", "form_decimals"))
    decimals.get_by_role("radio").first.click()
    page.get_by_test_id("question-done").click()

    def asked() -> list[int]:
        forms = [form.values for form in house.records("visit_form") if form.values["name"] == "Shelf check"]
        return [one.get("decimals", 0) for form in forms for one in form["questions"] if one["id"] == "degrees"]

    wait_until(lambda: asked() == [0], 30, "the office asks for whole degrees")


def test_a_sum_and_a_number_stay_what_they_were(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("phone", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    waiting = {one.values["customer"] for one in shared_house.records("visit") if one.values["status"] != "done"}
    customer = next(one for one in shared_house.customers_of(MAREK.email) if one.id not in waiting)
    go_to_customer(page, customer.id)
    page.get_by_role("button", name=word("en", "common_check_in")).first.click()
    page.wait_for_url("**/visits/*")
    visit = page.url.rpartition("/")[2]
    purposes = page.get_by_test_id("purpose")
    purposes.get_by_role("radio", name="Sales").click()
    page.locator("[data-question=fridge]").get_by_role("radio").first.click()
    page.locator("[data-question=degrees]").get_by_role("textbox").fill("4.5")
    purposes.get_by_role("radio", name="Delivery").click()
    page.locator("[data-question=damaged]").get_by_role("textbox").fill("2")
    page.locator("[data-question=worth]").get_by_role("textbox").fill("1250.50")
    expect(page.get_by_test_id("saved")).to_have_attribute("data-state", "saved")
    page.get_by_test_id("outcome-order").click()
    before = _answers(page)
    assert "4.5 \u2068°C" in before.replace("\xa0", " ")
    assert "€1,250.50" in before

    _with_no_decimals(shared_house, shared_browser("desk", device="desktop", **MANAGER.surroundings).open())
    go_to_customer(page, customer.id)
    open_tab(page, "en", "customer_tab_details")
    edit_field(page, "currency", "JPY", stays=False)
    expect(page.get_by_test_id("field-currency")).to_contain_text("Japan")
    go(page, f"/visits/{visit}")
    assert _answers(page) == before
    # What is put right afterwards is put right in the money that it was given in.
    page.get_by_test_id("change-answers").click()
    worth = page.locator("[data-question=worth]")
    expect(worth).to_contain_text("EUR")
    expect(worth.get_by_role("textbox")).to_have_value("1250.5")
    worth.get_by_role("textbox").fill("99.90")
    worth.get_by_role("textbox").blur()

    def last_given() -> str:
        given: dict[str, str] = shared_house.record(visit).values["answers"]
        return next(entry for _, entry in sorted(given.items(), reverse=True) if '"worth"' in entry).split(",", 2)[2]

    wait_until(lambda: last_given() == '"99.90 EUR"]', 30, "it is at the office as it was given")

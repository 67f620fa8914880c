"""Pickers: what is chosen of what there is: another customer for a field, a question and its answer for a rule."""

import pytest
from playwright.sync_api import expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MANAGER, MAREK, sign_in
from e2e.screens import go
from e2e.steps import field_row, open_details
from e2e.words import word

pytestmark = pytest.mark.e2e


def test_a_head_office_is_found_by_its_name_and_taken_away_again(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page = shared_browser("phone", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    own = [one for one in shared_house.customers_of(MAREK.email) if one.values.get("parent") is None]
    names = [str(one.values["name"]) for one in own]
    # One whose name is nobody else's, nor a part of it, so that one row is left of the search.
    head = next(one for one in own if sum(str(one.values["name"]) in name for name in names) == 1)
    shop = next(one for one in own if one.id != head.id)

    open_details(page, shared_house.address, shop.id)
    row = field_row(page, "parent")
    row.get_by_role("button").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("searchbox").fill(str(head.values["name"]))
    sheet.get_by_role("button").filter(has_text=str(head.values["name"])).click()
    expect(sheet).to_have_count(0)
    expect(row).to_contain_text(str(head.values["name"]))
    wait_until(lambda: shared_house.record(shop.id).values.get("parent") == head.id, 15, "the office knows")

    row.get_by_role("button").click()
    sheet.get_by_role("button", name=word("en", "common_none")).click()
    expect(row).to_contain_text(word("en", "fields_not_set"))
    wait_until(lambda: shared_house.record(shop.id).values.get("parent") is None, 15, "the office knows")


def test_a_rule_asks_for_an_earlier_question_and_the_answer_that_it_must_have(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    page = shared_browser("desk", **MANAGER.surroundings).open()
    sign_in(page, shared_house.address, MANAGER)
    go(page, "/settings/visit-forms")
    page.get_by_test_id("form").last.click()
    page.wait_for_url("**/visit-forms/*")
    form = page.url.rsplit("/", 1)[1]
    questions = shared_house.record(form).values["questions"]
    asked = next(at for at, one in enumerate(questions[:-1]) if one["type"] == "yes_no")

    def rules_stored() -> list[dict[str, object]]:
        last = shared_house.record(form).values["questions"][-1]
        found: list[dict[str, object]] = last.get("show_when", {}).get("rules", [])
        return found

    page.get_by_test_id("designed").last.get_by_role("button").first.click()
    sheet = page.get_by_role("dialog")
    rules = sheet.get_by_test_id("rule")
    before = len(rules_stored())
    expect(rules).to_have_count(before)
    sheet.get_by_test_id("add-rule").click()
    rule = rules.nth(before)
    rule.get_by_label(word("en", "form_question")).select_option(questions[asked]["id"])
    rule.get_by_label(word("en", "form_value")).select_option("false")
    sheet.get_by_test_id("question-done").click()

    # Every choice is saved at once, and may be sent before the next one is made.
    made = {"question": questions[asked]["id"], "test": "is", "value": False}
    wait_until(lambda: rules_stored()[before:] == [made], 15, "the office has the rule")

    page.get_by_test_id("designed").last.get_by_role("button").first.click()
    rules.nth(before).get_by_role("button", name=word("en", "form_remove_rule")).click()
    sheet.get_by_test_id("question-done").click()
    wait_until(lambda: len(rules_stored()) == before, 15, "the office has it no more")


def test_the_keyboard_stays_on_the_days_that_can_be_chosen(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("days", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    go(page, f"/customers/{shared_house.customers_of(MAREK.email)[3].id}")
    page.get_by_test_id("remind").click()
    page.get_by_test_id("date-choose").click()
    day = page.locator("[role=grid] [tabindex='0']")
    first = page.locator("[role=grid] button:enabled").first
    expect(day).to_be_enabled()
    day.focus()
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    for key in ("ArrowRight", "PageDown", "PageUp", "PageUp"):
        page.keyboard.press(key)
        expect(day).to_be_focused()
    expect(first).to_be_focused()
    page.get_by_role("button", name=word("en", "tasks_previous_month")).click()
    expect(day).to_be_enabled()

"""Whoever writes is left alone: saving, syncing and other devices take no word away and move no caret."""

from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.screens import go
from e2e.words import word

pytestmark = pytest.mark.e2e

SETS = """(field) => {
  const { get, set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
  self.sets = [];
  Object.defineProperty(field, "value", {
    get() { return get.call(this); },
    set(value) { self.sets.push(value); set.call(this, value); },
  });
}"""
"""From now on it is noted whenever the app, rather than the person, changes what stands in the field."""


class Report(NamedTuple):
    """Marek's phone at the report of his visit, and the visit's id."""

    page: Page
    house: House
    visit: str

    def has(self, words: str) -> bool:
        """Tell whether the office has these words as the visit's note."""
        return self.house.record(self.visit).values.get("note") == words


@pytest.fixture(scope="module")
def report(shared_house: House, shared_browser: MakeBrowser) -> Report:
    """The report of a visit that has just begun."""
    page = shared_browser("phone", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    return Report(page, shared_house, page.url.rpartition("/")[2])


def test_going_on_in_the_middle_of_a_note_after_it_was_saved_keeps_every_word_and_the_caret(report: Report) -> None:
    page = report.page
    note, saved = page.get_by_test_id("note"), page.get_by_test_id("saved")
    note.click()
    page.keyboard.type("alpha omega")
    wait_until(lambda: report.has("alpha omega"), 20, "the office has the beginning")
    note.evaluate(SETS)
    page.keyboard.press("Home")
    page.keyboard.type("Ewa: ")
    expect(saved).to_have_attribute("data-state", "saved")
    page.keyboard.type("call ")
    wait_until(lambda: report.has("Ewa: call alpha omega"), 20, "the office has all of it")
    assert page.evaluate("sets") == []
    assert note.evaluate("(field) => field.selectionStart") == len("Ewa: call ")
    expect(note).to_have_value("Ewa: call alpha omega")


def test_what_another_device_writes_meanwhile_arrives_beside_the_caret(
    report: Report, shared_browser: MakeBrowser
) -> None:
    page = report.page
    note = page.get_by_test_id("note")
    note.fill("Ewa there")
    wait_until(lambda: report.has("Ewa there"), 20, "the office has the beginning")
    tablet = shared_browser("tablet", device="tablet", **MAREK.surroundings).open()
    sign_in(tablet, report.house.address, MAREK)
    go(tablet, f"/visits/{report.visit}")
    expect(tablet.get_by_test_id("note")).to_have_value("Ewa there")

    note.click()
    note.evaluate("(field) => field.setSelectionRange(3, 3)")
    tablet.get_by_test_id("note").press("Home")
    tablet.keyboard.type("On Monday ")
    expect(note).to_have_value("On Monday Ewa there", timeout=20_000)
    page.keyboard.type(" was")
    expect(note).to_have_value("On Monday Ewa was there")
    expect(tablet.get_by_test_id("note")).to_have_value("On Monday Ewa was there", timeout=20_000)


def test_thinking_after_a_space_of_an_answer_keeps_the_space(report: Report) -> None:
    page = report.page
    page.get_by_test_id("purpose").get_by_role("radio").nth(3).click()  # a delivery
    remark = page.locator("[data-question=remark] textarea")

    def answered(words: str) -> bool:
        entries = report.house.record(report.visit).values.get("answers") or {}
        return any(entry.endswith(f'"{words}"]') for entry in entries.values())

    remark.click()
    page.keyboard.type("Hello ")
    wait_until(lambda: answered("Hello"), 20, "the office has the first word")
    page.keyboard.type("world")
    expect(remark).to_have_value("Hello world")
    wait_until(lambda: answered("Hello world"), 20, "the office has both")


def test_on_the_shelf_a_price_that_cannot_be_read_keeps_nothing_else_back_and_a_missing_name_is_asked_for(
    report: Report,
) -> None:
    page, house, visit = report
    name, price = page.get_by_test_id("shelf-competitor"), page.get_by_test_id("shelf-price")

    def saw(**seen: object) -> bool:
        checks = [one.values for one in house.records("shelf_check") if one.values.get("visit") == visit]
        return [{field: check.get(field) for field in seen} for check in checks] == [seen]

    page.get_by_test_id("other-competitor").click()
    page.get_by_test_id("shelf-note").fill("Beside ours")
    price.fill("ca. 5")
    page.get_by_test_id("shelf-done").click()
    expect(page.get_by_text(word("en", "shelf_name_missing"))).to_be_visible()
    name.fill("Baltika")
    page.get_by_test_id("shelf-done").click()
    expect(price).to_be_focused()
    wait_until(lambda: saw(competitor="Baltika", note="Beside ours", price=None), 20, "the rest is at the office")

    page.keyboard.press("Escape")
    expect(price).to_have_count(0)
    page.get_by_role("button", name=word("en", "common_undo")).click()
    expect(price).to_have_value("ca. 5")
    price.fill("5")
    page.get_by_test_id("shelf-done").click()
    expect(price).to_have_count(0)
    wait_until(lambda: saw(competitor="Baltika", note="Beside ours", price=500), 20, "the price is there too")


def test_words_about_one_customer_do_not_stand_under_another_chosen_in_the_sheet(report: Report) -> None:
    page = report.page
    go(page, "/today")

    def note_on(nth: int) -> Locator:
        page.get_by_test_id("add").tap()
        page.get_by_test_id("add-note").tap()
        page.get_by_test_id("choose-customer").nth(nth).tap()
        return page.get_by_test_id("new-note")

    note_on(0).fill("About the first")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("new-note")).to_have_count(0)
    note = note_on(1)
    expect(note).to_have_value("")
    page.keyboard.press("Escape")
    expect(note).to_have_count(0)
    expect(note_on(0)).to_have_value("About the first")
    # Whom it is for is corrected: the words go with it.
    page.get_by_role("dialog").get_by_text(word("en", "add_change"), exact=True).tap()
    page.get_by_test_id("choose-customer").nth(1).tap()
    expect(note).to_have_value("About the first")

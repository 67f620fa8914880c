"""The history of every record: who changed what, when and from which device, and any value put back by a tap."""

from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.browser import Browser
from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MANAGER, MAREK, sign_in
from e2e.screens import go, go_to_customer
from e2e.steps import edit_field, field_row, open_details, open_tab, wait_for_service_worker
from e2e.wire import Wire
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e


class Phone:
    """Marek's phone, signed in, at the end of its wire."""

    def __init__(self, house: House, browser: Browser, wire: Wire) -> None:
        self.house, self.browser, self.wire = house, browser, wire
        self.page: Page = browser.open()
        sign_in(self.page, wire.address, MAREK)
        wait_for_service_worker(self.page)

    @property
    def sheet(self) -> Locator:
        """The sheet of a record."""
        return self.page.get_by_role("dialog")

    def open_history(self) -> None:
        """Turn the open sheet to its history."""
        self.sheet.get_by_role("tab", name=word("en", "history_title")).click()

    def own(self, kind: str) -> tuple[str, str]:
        """Return the id of a record of this kind and of its customer, who is Marek's."""
        customers = {customer.id for customer in self.house.customers_of(MAREK.email)}
        found = [record for record in self.house.records(kind) if record.values.get("customer") in customers]
        counts = Counter(str(record.values["customer"]) for record in found)
        # One of few of its kind at its customer: its words are nobody else's there, and it stands in the first page.
        chosen = min(found, key=lambda record: (counts[str(record.values["customer"])], record.id))
        return chosen.id, str(chosen.values["customer"])


@pytest.fixture(scope="module")
def phone(shared_house: House, shared_browser: MakeBrowser) -> Iterator[Phone]:
    """A phone for all tests of this file."""
    with Wire(shared_house.port) as wire:
        yield Phone(shared_house, shared_browser("phone", **MAREK.surroundings), wire)


@pytest.fixture(scope="module")
def desk(shared_house: House, shared_browser: MakeBrowser) -> Page:
    """A page of the manager's, for all tests of this file."""
    page = shared_browser("desk", **MANAGER.surroundings).open()
    sign_in(page, shared_house.address, MANAGER)
    return page


def test_a_note_is_opened_changed_and_put_back_from_the_timeline(phone: Phone) -> None:
    page = phone.page
    note, customer = phone.own("note")
    before = str(phone.house.record(note).values["body"])
    go_to_customer(page, customer)
    page.get_by_role("radio", name=word("en", "customer_timeline_notes")).click()
    page.get_by_role("button").filter(has_text=before[:40]).first.click()
    row = phone.sheet.get_by_test_id("field-body")
    row.get_by_role("button").click()
    row.get_by_role("textbox").fill("Closed on Mondays")
    row.get_by_role("textbox").press("Control+Enter")
    expect(row).to_contain_text("Closed on Mondays")
    wait_until(lambda: phone.house.record(note).values["body"] == "Closed on Mondays", 15, "the office has it")

    phone.open_history()
    expect(phone.sheet.get_by_text(word("en", "sync_this_device"))).to_be_visible()
    phone.sheet.get_by_test_id("put-back").first.click()
    wait_until(lambda: phone.house.record(note).values["body"] == before, 15, "the old words are back")
    page.keyboard.press("Escape")


def test_people_deals_orders_and_visits_have_their_history_too(phone: Phone) -> None:
    page = phone.page
    for kind, tab in (
        ("contact", "customer_tab_people"),
        ("deal", "customer_tab_deals"),
        ("order", "customer_tab_orders"),
    ):
        _, customer = phone.own(kind)
        go_to_customer(page, customer)
        open_tab(page, "en", tab)
        records = page.get_by_role("tabpanel").locator(
            "button:not([data-testid=take-order], [data-testid=repeat-order], [data-testid=repeat-all])"
        )
        records.first.click()
        phone.open_history()
        expect(phone.sheet.get_by_text(word("en", "history_empty_title"))).to_be_visible()
        page.keyboard.press("Escape")
        expect(phone.sheet).to_have_count(0)
    visit, _ = phone.own("visit")
    go(page, f"/visits/{visit}")
    page.get_by_test_id("visit-menu").click()
    page.get_by_role("button", name=word("en", "history_title")).click()
    expect(phone.sheet.get_by_text(word("en", "history_empty_title"))).to_be_visible()
    page.keyboard.press("Escape")


def test_a_task_and_a_deal_of_a_list_lead_to_their_history(phone: Phone) -> None:
    page = phone.page
    go(page, "/tasks")
    page.get_by_test_id("task-snooze").first.click()
    page.get_by_role("button", name=word("en", "history_show")).click()
    phone.open_history()
    expect(phone.sheet.get_by_text(word("en", "history_empty_title"))).to_be_visible()
    page.keyboard.press("Escape")


def test_without_the_network_the_device_says_what_it_knows_and_puts_back_what_waits(phone: Phone) -> None:
    page = phone.page
    customer = phone.house.customers_of(MAREK.email)[2]
    trade = str(customer.values["trade"])
    open_details(page, phone.wire.address, customer.id)
    phone.browser.lose_network(phone.wire)
    edit_field(page, "trade", "Written on the train")
    open_tab(page, "en", "customer_tab_history")
    panel = page.get_by_role("tabpanel")
    expect(panel.get_by_text(word("en", "history_known_here"))).to_be_visible()
    expect(panel.get_by_text(word("en", "history_waiting"))).to_be_visible()
    panel.get_by_test_id("put-back").first.click()
    open_tab(page, "en", "customer_tab_details")
    expect(field_row(page, "trade")).to_contain_text(trade)

    phone.browser.regain_network(phone.wire)
    open_tab(page, "en", "customer_tab_history")
    expect(panel.get_by_text(pattern("en", "history_known_here"))).to_have_count(0, timeout=20_000)
    expect(panel.get_by_text("Written on the train").first).to_be_visible()


def test_the_questions_of_a_form_are_read_in_words_and_put_back(shared_house: House, desk: Page) -> None:
    page = desk
    go(page, "/settings/visit-forms")
    page.get_by_test_id("form").last.click()
    page.wait_for_url("**/visit-forms/*")
    form = page.url.rsplit("/", 1)[1]
    before = shared_house.record(form).values["questions"]
    page.get_by_role("button", name=pattern("en", "form_move_down")).first.click()
    wait_until(lambda: shared_house.record(form).values["questions"] != before, 15, "the office has the new order")

    page.get_by_test_id("history").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_text(word("en", "form_type_yes_no")).first).to_be_visible()
    expect(sheet).not_to_contain_text("{")
    sheet.get_by_test_id("put-back").first.click()
    wait_until(lambda: shared_house.record(form).values["questions"] == before, 15, "the old questions are back")
    page.keyboard.press("Escape")


def test_the_records_of_the_team_are_listed_with_their_history(phone: Phone) -> None:
    go(phone.page, "/settings/history")
    phone.page.get_by_role("radio", name=word("en", "history_team_setting"), exact=True).click()
    phone.page.get_by_test_id("team-record").first.click()
    expect(phone.sheet.get_by_text(word("en", "history_empty_title"))).to_be_visible()
    phone.page.keyboard.press("Escape")


def test_a_rep_reads_the_history_of_a_holiday_and_is_not_offered_to_put_it_back(
    shared_house: House, desk: Page, phone: Phone
) -> None:
    page = desk
    go(page, "/settings/holidays")
    page.get_by_test_id("holiday").filter(has_text="Poland").first.get_by_test_id("holiday-closed").click()
    wait_until(lambda: any(one.values.get("working") for one in shared_house.records("holiday")), 15, "we work then")

    go(phone.page, "/settings/holidays")
    row = phone.page.get_by_test_id("holiday").filter(has_text=word("en", "settings_holiday_working")).first
    row.get_by_test_id("history").click()
    expect(phone.sheet.get_by_text(word("en", "fields_working"), exact=True)).to_be_visible(timeout=15_000)
    expect(phone.sheet.get_by_test_id("put-back")).to_have_count(0)
    phone.page.keyboard.press("Escape")

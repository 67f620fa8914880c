"""Birthdays: they return by the calendar that is read."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MARYAM, sign_in
from e2e.screens import go, go_to_customer
from e2e.steps import open_tab
from e2e.words import word
from routebook_server.reminders.calendars import day_from_persian, persian_from
from routebook_server.reminders.wording import digits

pytestmark = pytest.mark.e2e


def test_a_persian_birthday_of_today_is_today(house: House, make_browser: MakeBrowser) -> None:
    today = datetime.now(ZoneInfo(MARYAM.zone)).date()
    # 1375 had a 30 Esfand; by the Gregorian calendar its days were mostly one earlier.
    _year, month, day = persian_from(today)
    born = day_from_persian(1375, month, day)
    me, contacts = house.person(MARYAM.email), house.records("contact")
    known = {contact.values["customer"]: contact for contact in contacts}
    # Of two birthdays one is named.
    near = {(today + timedelta(days=ahead)).isoformat()[4:] for ahead in range(-4, 5)}
    taken = {contact.values["customer"] for contact in contacts if (contact.values.get("birthday") or "")[4:] in near}
    # And of two stops of one name the right one is meant.
    names = [str(one.values["name"]) for one in house.customers_of(MARYAM.email)]
    alike = {one.id for one in house.customers_of(MARYAM.email) if sum(str(one.values["name"]) in n for n in names) > 1}
    customer = next(
        visit.values["customer"]
        for visit in house.records("visit")
        if visit.values.get("person") == me
        and visit.values.get("planned_day") == today.isoformat()
        and visit.values["status"] == "planned"
        and visit.values["customer"] in known.keys() - taken - alike
    )
    contact = known[customer]
    page = make_browser("phone", **MARYAM.surroundings).open()
    sign_in(page, house.address, MARYAM)
    go_to_customer(page, customer)
    open_tab(page, "fa", "customer_tab_people")
    page.get_by_role("button", name=contact.values["name"]).first.click()
    row = page.get_by_test_id("field-birthday")
    row.get_by_role("button").first.click()
    row.get_by_role("textbox").fill(digits("fa", f"1375/{month:02}/{day:02}"))
    row.get_by_role("textbox").press("Enter")
    wait_until(lambda: house.record(contact.id).values.get("birthday") == born.isoformat(), 20, "the birthday is saved")
    page.get_by_role("dialog").press("Escape")
    go(page, "/today")
    stop = page.get_by_test_id("stop").filter(has_text=house.record(customer).values["name"])
    called = contact.values["name"].split()[0]
    expect(stop).to_contain_text(word("fa", "today_birthday", name=called))

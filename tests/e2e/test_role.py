"""Somebody is given another role while he is signed in: his screens follow, without signing out."""

import pytest
from playwright.sync_api import expect

from e2e.conftest import MakeBrowser
from e2e.house import House
from e2e.people import ADMINISTRATOR, MAREK, sign_in
from e2e.steps import wait_for_service_worker
from e2e.words import word

pytestmark = pytest.mark.e2e

CHANGE_ROLE = """async ([person, role]) => {
  const init = { method: "PATCH", headers: { "content-type": "application/json" }, body: JSON.stringify({ role }) };
  return (await fetch(`/api/people/${person}`, init)).status;
}"""


def test_a_rep_who_is_made_a_manager_has_the_managers_screens_now_and_after_a_restart_and_back(
    house: House, make_browser: MakeBrowser
) -> None:
    browser = make_browser("phone", **MAREK.surroundings)
    phone = browser.open()
    sign_in(phone, house.address, MAREK)
    wait_for_service_worker(phone)
    desk = make_browser("desk", device="desktop", **ADMINISTRATOR.surroundings).open()
    sign_in(desk, house.address, ADMINISTRATOR)
    overview = phone.get_by_role("link", name=word("en", "common_nav_overview"))
    expect(overview).to_have_count(0)

    assert desk.evaluate(CHANGE_ROLE, [house.person(MAREK.email), "manager"]) == 200
    expect(overview).to_be_visible()
    browser.context.set_offline(True)
    phone.reload()
    expect(overview).to_be_visible()
    browser.context.set_offline(False)

    assert desk.evaluate(CHANGE_ROLE, [house.person(MAREK.email), "rep"]) == 200
    expect(overview).to_have_count(0)

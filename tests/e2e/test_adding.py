"""The "+": it is wherever work is done on a phone, in nobody's way, and says what it needs before a form is filled."""

import pytest
from playwright.sync_api import expect

from e2e.conftest import MakeBrowser
from e2e.house import PASSWORD, House
from e2e.people import ADMINISTRATOR, MANAGER, MAREK, MARYAM, Rep, sign_in
from e2e.screens import go, settle
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e

ADD_PERSON = """async (person) => {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(person) };
  return (await fetch("/api/people", init)).status;
}"""
COVERED = """(add) => {
  const own = add.getBoundingClientRect();
  return [...document.querySelectorAll("main :is(a, button, input)")].filter((other) => {
    const box = other.getBoundingClientRect();
    const meets = box.left < own.right && own.left < box.right && box.top < own.bottom && own.top < box.bottom;
    return other !== add && meets && box.width > 0 && !other.closest("[hidden]");
  }).map((other) => other.outerHTML.slice(0, 120));
}"""
"""Which links, buttons and fields lie below the "+"."""


@pytest.mark.parametrize(
    ("who", "paths"), [(MAREK, ("/map", "/plan")), (MARYAM, ("/map", "/plan")), (MANAGER, ("/overview", "/map"))]
)
def test_on_a_phone_it_is_on_map_plan_and_overview_and_covers_none_of_their_controls(
    shared_house: House, make_browser: MakeBrowser, who: Rep, paths: tuple[str, ...]
) -> None:
    page = make_browser("phone", **who.surroundings).open()
    sign_in(page, shared_house.address, who)
    for path in paths:
        go(page, path)
        expect(page.get_by_test_id("screen-ready").first).to_be_visible()
        add = page.get_by_test_id("add")
        expect(add).to_have_count(1)
        settle(page)
        assert add.evaluate(COVERED) == []
        add.tap()
        expect(page.get_by_test_id("add-note")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_rep_without_a_territory_is_told_whom_to_ask_before_he_types(
    shared_house: House, make_browser: MakeBrowser
) -> None:
    desk = make_browser("desk", device="desktop", **ADMINISTRATOR.surroundings).open()
    sign_in(desk, shared_house.address, ADMINISTRATOR)
    ola = Rep("ola@demo.example", "en", MAREK.place, MAREK.zone)
    person = {"name": "Ola Nowak", "email": ola.email, "password": PASSWORD, "role": "rep"}
    assert desk.evaluate(ADD_PERSON, person) == 201

    page = make_browser("phone", **ola.surroundings).open()
    sign_in(page, shared_house.address, ola)
    page.get_by_test_id("add").first.tap()
    page.get_by_test_id("add-customer").tap()
    expect(page.get_by_text(word("en", "customers_homeless_title"))).to_be_visible()
    expect(page.locator("#new-customer")).to_be_hidden()


def test_a_new_customer_without_a_place_is_told_why_and_what_to_do(
    shared_house: House, make_browser: MakeBrowser
) -> None:
    surroundings = {**MAREK.surroundings, "place": None}
    page = make_browser("denied", **surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    page.get_by_test_id("add").click()
    page.get_by_test_id("add-customer").click()
    here = page.get_by_test_id("place-here")
    here.click()
    alert = page.get_by_role("dialog").get_by_role("alert")
    expect(alert).to_contain_text(word("en", "customers_near_denied"))
    expect(alert).to_contain_text(word("en", "customers_place_without"))
    expect(here).to_be_visible()
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": MAREK.place[0], "longitude": MAREK.place[1], "accuracy": 20})
    here.click()
    expect(page.get_by_text(pattern("en", "customers_place_taken"))).to_be_visible()
    expect(alert).to_have_count(0)

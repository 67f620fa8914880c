"""The dashboard of devices: a manager sees what each told, and what he ends there has ended."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import PASSWORD, House
from e2e.people import ADMINISTRATOR, MANAGER, MAREK, sign_in
from e2e.screens import give_devices, go
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def signed_in(shared_house: House, shared_browser: MakeBrowser) -> Page:
    """The manager of a team with devices, at his desk."""
    give_devices(shared_house)
    page = shared_browser("desk", device="desktop", **MANAGER.surroundings).open()
    sign_in(page, shared_house.address, MANAGER)
    return page


@pytest.fixture
def desk(signed_in: Page) -> Page:
    """The list of those devices, come to for one test."""
    if signed_in.get_by_role("dialog").count() > 0:
        signed_in.keyboard.press("Escape")
    go(signed_in, "/settings")
    signed_in.get_by_role("link", name=re.compile(re.escape(word("en", "devices_team")))).click()
    expect(signed_in.get_by_test_id("device").first).to_be_visible()
    return signed_in


def test_the_gravest_problem_comes_first_and_a_tap_on_a_span_cuts_the_list_to_it(desk: Page) -> None:
    rows = desk.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("Анна Смирнова")
    expect(rows.nth(1).get_by_text(pattern("en", "devices_problem_unsent"))).to_be_visible()
    expect(rows.last).to_contain_text(pattern("en", "devices_wiped_on"))
    everybody = desk.get_by_test_id("device").count()
    assert everybody == 8

    desk.get_by_test_id("span-longer").click()
    expect(desk.get_by_test_id("device")).to_have_count(1)
    expect(desk.get_by_text(pattern("en", "devices_problem_silent"))).to_be_visible()
    desk.get_by_test_id("span-longer").click()
    expect(desk.get_by_test_id("device")).to_have_count(everybody)

    desk.get_by_role("radio", name=re.compile(re.escape(word("en", "devices_filter_ended")))).click()
    expect(desk.get_by_test_id("device")).to_have_count(1)


def test_a_device_tells_the_version_of_the_app_that_runs_on_it(desk: Page) -> None:
    own = desk.get_by_role("row").filter(has_text=word("en", "sync_this_device"))
    expect(own).to_contain_text(word("en", "devices_app_newest"))


def test_files_count_among_what_waits_and_not_among_what_a_wipe_sends_first(desk: Page) -> None:
    row = desk.get_by_role("row").filter(has_text="Safari · iPhone")
    expect(row).to_contain_text("5 not sent")
    row.get_by_test_id("device").click()
    expect(desk.get_by_role("dialog")).to_contain_text("3 edits and 2 files")
    desk.get_by_test_id("wipe").click()
    expect(desk.get_by_role("dialog").get_by_role("listitem").first).to_contain_text("3 not sent")


def test_a_manager_comes_from_a_rep_to_his_devices(desk: Page, shared_house: House) -> None:
    go(desk, f"/settings/devices?person={shared_house.person(MAREK.email)}")
    expect(desk.get_by_test_id("device")).to_have_count(2)
    desk.get_by_role("link", name="Marek Kowal").click()
    expect(desk.get_by_test_id("device")).to_have_count(8)


def test_a_device_is_signed_out_and_another_wiped_each_after_a_question(desk: Page, shared_house: House) -> None:
    for device, button, mark in (
        ("Firefox · Windows", "revoke", "devices_revoked_on"),
        ("Safari · iPhone", "wipe", "devices_problem_wiping"),
    ):
        row = desk.get_by_role("row").filter(has_text=device)
        row.get_by_test_id("device").click()
        desk.get_by_test_id(button).click()
        desk.get_by_role("button", name=word("en", "common_cancel")).click()
        desk.get_by_test_id(button).click()
        desk.get_by_test_id(f"{button}-confirm").click()
        expect(row.get_by_text(pattern("en", mark))).to_be_visible()


def test_what_only_an_administrator_may_end_offers_a_manager_nothing_and_says_why(
    desk: Page, shared_house: House
) -> None:
    offer = {"name": "Nora Holm", "email": "nora@demo.example", "password": PASSWORD, "role": "manager"}
    with httpx.Client(base_url=shared_house.address) as other:
        other.post("/api/session", json={"email": ADMINISTRATOR.email, "password": PASSWORD})
        person = other.post("/api/people", json=offer).json()["person"]
        path = f"/api/territories/{shared_house.records('territory')[0].id}/cover"
        cover = other.get(path).json()["cover"]
        assert other.put(path, json={"cover": [*cover, {"person": person}]}).status_code == 200
    shared_house.add_device(offer["email"], "Chrome · macOS", 60, version="1790000000000", persisted=True)
    desk.reload()

    row = desk.get_by_role("row").filter(has_text="Chrome · macOS")
    expect(row).to_contain_text(offer["name"])
    row.get_by_test_id("device").click()
    expect(desk.get_by_test_id("not-yours")).to_have_text(word("en", "devices_not_yours"))
    for button in ("revoke", "wipe"):
        expect(desk.get_by_test_id(button)).to_have_count(0)


def test_without_the_network_the_list_says_what_it_needs(desk: Page, shared_house: House) -> None:
    shared_house.stop()
    go(desk, "/settings")
    expect(desk.get_by_role("heading", name=word("en", "devices_title"), level=1)).to_be_hidden()
    go(desk, "/settings/devices")
    expect(desk.get_by_text(word("en", "devices_offline"))).to_be_visible()
    shared_house.start()

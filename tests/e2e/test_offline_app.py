"""The app without its server: it opens, installs, updates when it is told to, and leaves nothing unsent behind."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from e2e.browser import Browser
from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.steps import edit_field, open_details, wait_for_service_worker
from e2e.wire import Wire
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e

BUILD_NAME = "document.querySelector('meta[name=build]')?.content ?? 'first'"


class Phone(NamedTuple):
    """Marek's signed-in phone and its wire."""

    browser: Browser
    page: Page
    wire: Wire


@pytest.fixture
def phone(house: House, make_browser: MakeBrowser) -> Iterator[Phone]:
    """A phone with the app on it."""
    with Wire(house.port) as wire:
        browser = make_browser("phone", **MAREK.surroundings)
        page = browser.open()
        sign_in(page, wire.address, MAREK)
        wait_for_service_worker(page)
        yield Phone(browser, page, wire)


def test_every_address_opens_with_the_server_stopped_and_the_network_off(phone: Phone, house: House) -> None:
    customer = house.customers_of(MAREK.email)[0]
    marek = house.person(MAREK.email)
    visit = next(visit for visit in house.records("visit") if visit.values.get("person") == marek)
    visited = str(house.record(str(visit.values["customer"])).values["name"])
    house.stop()
    phone.browser.lose_network(phone.wire)
    phone.page.close()
    shown_by_path: dict[str, Callable[[Page], Locator]] = {
        "/": lambda page: page.get_by_test_id("stop").first,
        "/today": lambda page: page.get_by_test_id("stop").first,
        f"/customers/{customer.id}": lambda page: page.get_by_role("heading", name=str(customer.values["name"])),
        f"/visits/{visit.id}": lambda page: page.get_by_test_id("visit-customer").get_by_text(visited),
        "/customers": lambda page: page.get_by_role("heading", name=word("en", "customers_title")),
        "/tasks": lambda page: page.get_by_test_id("task").first,
        "/sync": lambda page: page.get_by_role("heading", name=word("en", "sync_title"), exact=True),
    }
    for path, shown in shown_by_path.items():
        page = phone.browser.open()
        page.goto(f"{phone.wire.address}{path}")
        expect(shown(page)).to_be_visible()
        page.close()


def test_what_could_not_be_fetched_after_the_first_screen_says_so_and_is_fetched_anew(
    house: House, make_browser: MakeBrowser
) -> None:
    [later] = [
        script
        for script in (house.app_folder / "_app/immutable/workers/chunks").glob("*.js")
        if '"customers.page":' in script.read_text(encoding="utf-8")
    ]
    browser = make_browser("phone", service_workers="block", **MAREK.surroundings)
    page = browser.open()
    asked: list[str] = []

    def refuse_twice(route: Route) -> None:
        asked.append(route.request.url.partition("?")[2])
        route.abort() if len(asked) <= 2 else route.continue_()

    browser.context.route(re.compile(re.escape(later.name)), refuse_twice)
    with page.expect_event("requestfailed", lambda request: request.url.endswith(later.name)):
        sign_in(page, house.address, MAREK)
    page.get_by_role("link", name=word("en", "common_nav_customers"), exact=True).click()
    expect(page.get_by_text(word("en", "errors_not_fetched"))).to_be_visible()
    page.get_by_role("button", name=word("en", "common_try_again")).click()
    expect(page.get_by_role("listitem").first).to_be_visible()
    assert asked == ["", "again=1", "again=2"]


def test_a_newcomer_at_the_door_waits_for_the_words_of_the_sign_in_alone(
    house: House, make_browser: MakeBrowser
) -> None:
    page = make_browser("phone", **MAREK.surroundings).open()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(house.address)))
    page.goto(f"{house.address}/")
    expect(page.get_by_label(word("en", "signin_email"), exact=True)).to_be_visible()
    first: dict[str, list[str]] = json.loads(str(page.get_attribute("script[data-first]", "data-first")))
    assert set(first["en.js?first"]) <= set(asked)
    assert not set(first["en.js"]) & set(asked)


def test_the_app_can_be_installed(phone: Phone, house: House) -> None:
    manifest = httpx.get(f"{house.address}/manifest.webmanifest").json()
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        answer = httpx.get(f"{house.address}{icon['src']}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, icon["type"])
    phone.page.goto(f"{phone.wire.address}/today")
    devtools = phone.browser.context.new_cdp_session(phone.page)
    assert devtools.send("Page.getAppManifest")["errors"] == []
    assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def test_a_new_version_is_offered_never_forced_and_unsent_work_survives_it(
    phone: Phone, house: House, tmp_path: Path
) -> None:
    page, address = phone.page, phone.wire.address
    customer = house.customers_of(MAREK.email)[0].id
    open_details(page, address, customer)
    phone.browser.lose_network(phone.wire)
    edit_field(page, "trade", "Written before the update")
    house.stop()
    house.app = _second_build(house, tmp_path)
    house.start()
    house.end_sessions()  # the server can be reached, but the work cannot be sent yet
    phone.browser.regain_network(phone.wire)

    page.goto(f"{address}/customers/{customer}")
    offer = page.get_by_text(word("en", "common_update_ready"))
    expect(offer).to_be_visible(timeout=30_000)
    assert page.evaluate(BUILD_NAME) == "first"
    page.reload()
    expect(offer).to_be_visible()
    assert page.evaluate(BUILD_NAME) == "first"

    again = page.get_by_test_id("sign-in-again")
    expect(again).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    with page.expect_navigation():
        page.get_by_role("button", name=word("en", "common_update_now")).click()
    wait_until(lambda: page.evaluate(BUILD_NAME) == "second", 15, "the new version runs")
    page.goto(f"{address}/sync")
    expect(page.get_by_role("heading", name=pattern("en", "sync_waiting_to_send"))).to_be_visible()
    assert house.record(customer).values.get("trade") != "Written before the update"
    again.click()
    sheet = page.get_by_role("dialog", name=word("en", "signin_again_title"))
    sheet.get_by_label(word("en", "signin_email"), exact=True).fill(MAREK.email)
    sheet.get_by_label(word("en", "signin_password"), exact=True).fill("routebook")
    sheet.get_by_role("button", name=word("en", "signin_submit"), exact=True).click()
    wait_until(lambda: house.record(customer).values.get("trade") == "Written before the update", 15, "it is sent")


def test_a_new_version_accepted_in_one_tab_serves_the_other_until_that_takes_it_too(
    phone: Phone, house: House, tmp_path: Path
) -> None:
    old, address = phone.page, phone.wire.address
    customer = house.customers_of(MAREK.email)[0].id
    open_details(old, address, customer)
    new = phone.browser.open()
    open_details(new, address, customer)
    house.stop()
    house.app = _second_build(house, tmp_path)
    house.start()

    new.goto(f"{address}/customers/{customer}")
    offers = [page.get_by_text(word("en", "common_update_ready")) for page in (old, new)]
    for offer in offers:
        expect(offer).to_be_visible(timeout=30_000)
    old.get_by_role("button", name=word("en", "common_update_later")).click()
    expect(offers[0]).to_have_count(0)
    with new.expect_navigation():
        new.get_by_role("button", name=word("en", "common_update_now")).click()
    wait_until(lambda: new.evaluate(BUILD_NAME) == "second", 15, "the new version runs")
    expect(offers[0]).to_be_visible()  # the new version leads, and the other tab hears of it
    assert old.evaluate(BUILD_NAME) == "first"

    open_details(new, address, customer)
    edit_field(new, "trade", "From the new version")
    edit_field(old, "street", "From the old version 1")
    wait_until(lambda: house.record(customer).values.get("trade") == "From the new version", 15, "it is sent")
    wait_until(lambda: house.record(customer).values.get("street") == "From the old version 1", 15, "so is this")
    old.bring_to_front()
    with old.expect_navigation():
        old.get_by_role("button", name=word("en", "common_update_now")).click()
    wait_until(lambda: old.evaluate(BUILD_NAME) == "second", 15, "the new version runs here too")
    expect(offers[0]).to_have_count(0)


def _second_build(house: House, folder: Path) -> Path:
    """Return a copy of the built app that is another version of it, as a deployment would make it."""
    built = house.app_folder
    second = folder / "second"
    shutil.copytree(built, second)
    page, version = second / "index.html", second / "_app" / "version.json"
    page.write_text(page.read_text().replace("<head>", '<head><meta name="build" content="second">', 1))
    [start] = (second / "_app" / "immutable").glob("start.*.js")
    # What is immutable changes its name with its content.
    was, start = start.name, start.rename(start.with_name("start.second.js"))
    first = json.loads(version.read_text())["version"]
    for path in (page, version, start, second / "shell.json", second / "service-worker.js"):
        path.write_text(path.read_text().replace(was, start.name).replace(first, f"9{first}"))
        for twin in (".br", ".gz"):
            path.with_name(path.name + twin).unlink(missing_ok=True)
    return second


def test_who_signs_out_over_unsent_work_has_its_file_first(phone: Phone, house: House) -> None:
    page, address = phone.page, phone.wire.address
    open_details(page, address, house.customers_of(MAREK.email)[0].id)
    phone.browser.lose_network(phone.wire)
    edit_field(page, "trade", "Not yet sent")
    page.goto(f"{address}/more")
    page.get_by_test_id("sign-out").click()
    save, leave = page.get_by_test_id("sign-out-save"), page.get_by_test_id("sign-out-exported")

    # Who is asked for a place and cancels has no file, and stays.
    page.evaluate("() => { window.showSaveFilePicker = () => Promise.reject(new DOMException('', 'AbortError')); }")
    save.click()
    expect(save).to_be_enabled()
    expect(leave).to_have_count(0)

    # As on a phone, which only downloads: whether the file is there, its person knows.
    page.evaluate("delete window.showSaveFilePicker")
    with page.expect_download() as saved:
        save.click()
    edits = json.loads(saved.value.path().read_text(encoding="utf-8"))["edits"]
    assert {"trade": "Not yet sent"} in [edit["v"] for edit in edits]
    expect(page.get_by_role("dialog")).to_contain_text(saved.value.suggested_filename)
    with page.expect_download():
        page.get_by_role("button", name=word("en", "more_export_again")).click()
    leave.click()
    page.wait_for_url("**/signin")


def test_signing_out_with_unsent_work_warns_and_without_it_leaves_nothing(phone: Phone, house: House) -> None:
    page, address = phone.page, phone.wire.address
    customer = house.customers_of(MAREK.email)[0].id
    open_details(page, address, customer)
    phone.browser.lose_network(phone.wire)
    edit_field(page, "trade", "Not yet sent")
    page.goto(f"{address}/more")
    page.get_by_test_id("sign-out").click()
    expect(page.get_by_role("dialog", name=pattern("en", "more_unsent_title"))).to_be_visible()
    expect(page.get_by_test_id("sign-out-confirm")).to_have_count(0)

    phone.browser.regain_network(phone.wire)
    page.get_by_test_id("sign-out-confirm").click(timeout=30_000)
    page.wait_for_url("**/signin")
    assert house.record(customer).values["trade"] == "Not yet sent"
    kept = """async () => {
      const names = [];
      for await (const [name] of (await navigator.storage.getDirectory()).entries()) names.push(name);
      return names;
    }"""
    assert page.evaluate(kept) == []
    page.goto(f"{address}/today")
    page.wait_for_url("**/signin**")

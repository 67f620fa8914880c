"""Opening: what comes when somebody opens an address, whether the app has it or not."""

from collections import Counter
from typing import Literal

import pytest
from playwright.sync_api import Page, Request, expect

from e2e.conftest import MakeBrowser
from e2e.house import House
from e2e.people import MAREK, sign_in
from e2e.steps import wait_for_service_worker
from e2e.words import word

pytestmark = pytest.mark.e2e

NOWHERE = ("/nothing/here", "/deals/abc", "/reports")


def _expect_not_found(page: Page, address: str) -> None:
    """Open the address and see that the page says so, after one load of it."""
    loads: list[str] = []

    def note(request: Request) -> None:
        if request.is_navigation_request():
            loads.append(request.url)

    page.on("request", note)
    page.goto(address)
    expect(page.get_by_text(word("en", "common_not_found_title"))).to_be_visible()
    page.remove_listener("request", note)
    assert loads == [address]


@pytest.mark.parametrize("workers", ["allow", "block"])
def test_an_address_that_is_nowhere_is_loaded_once_and_said_to_be(
    shared_house: House, shared_browser: MakeBrowser, workers: Literal["allow", "block"]
) -> None:
    page = shared_browser(f"lost-{workers}", service_workers=workers, **MAREK.surroundings).open()
    for path in NOWHERE:
        _expect_not_found(page, shared_house.address + path)
    sign_in(page, shared_house.address, MAREK)
    if workers == "allow":
        wait_for_service_worker(page)
    for path in NOWHERE:
        _expect_not_found(page, shared_house.address + path)
    page.get_by_role("link", name=word("en", "common_go_to_today")).click()
    expect(page.get_by_test_id("check-in").first).to_be_visible()


def test_a_first_load_fetches_each_file_once(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("first", service_workers="block", **MAREK.surroundings).open()
    fetched: Counter[str] = Counter()
    said: list[str] = []

    def note(request: Request) -> None:
        if "/immutable/" in request.url:
            fetched[request.url] += 1

    page.on("request", note)
    # What the page before was still fetching is not this one's, until this one has come in its place.
    page.on("framenavigated", lambda _frame: fetched.clear())
    page.on("console", lambda message: said.append(message.text) if "preload" in message.text else None)
    page.goto(f"{shared_house.address}/")
    expect(page.get_by_label(word("en", "signin_email"), exact=True)).to_be_visible()
    assert said == []
    sign_in(page, shared_house.address, MAREK)
    for path in ("/today", "/customers", "/tasks"):
        page.goto(shared_house.address + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert {url: times for url, times in fetched.items() if times > 1} == {}, path
    assert said == []

"""Titles: the page is called after what is open on it, and that is what a screen reader says of it."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.screens import go, go_to_customer
from e2e.words import word

pytestmark = pytest.mark.e2e

APP = word("en", "common_app_name")
ANNOUNCERS = """() => [...document.querySelectorAll("[aria-live=assertive]")]
  .filter((one) => one.checkVisibility()).map((one) => one.textContent.trim()).filter(Boolean)"""
"""What the regions say that a screen reader can reach."""


def _is_called(page: Page, name: str) -> None:
    title = f"{name} · {APP}"
    expect(page).to_have_title(title)
    page.wait_for_function(f"(title) => ({ANNOUNCERS})().join() === title", arg=title)


def test_after_a_customer_the_list_is_called_the_list(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("phone", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    customers = word("en", "customers_title")
    one, other, third = shared_house.customers_of(MAREK.email)[:3]
    go(page, "/customers")
    _is_called(page, customers)
    go_to_customer(page, one.id)
    _is_called(page, str(one.values["name"]))
    page.go_back()
    _is_called(page, customers)
    go_to_customer(page, other.id)
    _is_called(page, str(other.values["name"]))
    page.get_by_role("link", name=word("en", "common_back")).first.click()
    _is_called(page, customers)
    go_to_customer(page, third.id)
    page.get_by_role("button", name=word("en", "common_more_actions")).first.click()
    page.get_by_role("button", name=word("en", "customer_delete")).click()
    page.get_by_role("button", name=word("en", "common_delete"), exact=True).click()
    page.wait_for_url(re.compile(r"/customers$"))
    _is_called(page, customers)
    # The next test looks there for who is left.
    wait_until(lambda: shared_house.record(third.id).values.get("deleted") is True, 30, "the office knows")
    go(page, "/today")
    go(page, f"/customers/{third.id}")
    _is_called(page, word("en", "customer_gone_title"))


def test_beside_the_list_each_customer_is_announced_by_his_own_name(
    shared_house: House, shared_browser: MakeBrowser
) -> None:
    desk = shared_browser("desk", device="desktop", **MAREK.surroundings).open()
    sign_in(desk, shared_house.address, MAREK)
    go(desk, "/customers")
    _is_called(desk, word("en", "customers_title"))
    there = [one for one in shared_house.customers_of(MAREK.email) if not one.values.get("deleted")]
    for customer in there[:3]:
        go_to_customer(desk, customer.id)
        _is_called(desk, str(customer.values["name"]))
    go(desk, "/tasks")
    _is_called(desk, word("en", "tasks_title"))

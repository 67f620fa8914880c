"""Steps: what people do in the app, as several tests need it."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from e2e.words import word


def open_tab(page: Page, locale: str, key: str) -> None:
    """Choose the tab with this message on a customer's page."""
    tab = page.get_by_role("tab", name=word(locale, key))
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")


def open_details(page: Page, address: str, customer: str, locale: str = "en") -> None:
    """Open the details of a customer by his address."""
    page.goto(f"{address}/customers/{customer}")
    open_tab(page, locale, "customer_tab_details")


def field_row(page: Page, field: str) -> Locator:
    """Return the row of one field of the details."""
    return page.get_by_test_id(f"field-{field}")


def edit_field(page: Page, field: str, value: str, *, stays: bool = True) -> None:
    """Change one field of the details as a person does, and wait until it is saved on the device.

    ``stays``: whether it can be seen there; what the server refuses goes as soon as that is heard.
    """
    row = field_row(page, field)
    row.get_by_role("button").first.click()
    row.get_by_role("textbox").fill(value)
    row.get_by_role("textbox").press("Enter")
    expect(row.get_by_role("textbox")).to_have_count(0)
    if stays:
        expect(row).to_contain_text(value)


def held_undo(page: Page, said: str | re.Pattern[str] = "", locale: str = "en") -> Locator:
    """Return the Undo of what was just said; it has the focus and stays as long, whatever is waited for before."""
    undo = page.get_by_role("status").filter(has_text=said).get_by_role("button", name=word(locale, "common_undo"))
    undo.focus()
    return undo


def history_of(page: Page, record: str) -> list[dict[str, Any]]:
    """Return what the server tells this person of a record's value history."""
    found: list[dict[str, Any]] = page.evaluate("(id) => fetch(`/api/history/${id}`).then((r) => r.json())", record)
    return found


def wait_for_service_worker(page: Page) -> None:
    """Wait until the service worker answers for the page: from then on it opens without a network."""
    page.evaluate("""new Promise((resolve) => {
      const look = () => navigator.serviceWorker.controller !== null && resolve(true);
      navigator.serviceWorker.addEventListener("controllerchange", look);
      look();
    })""")

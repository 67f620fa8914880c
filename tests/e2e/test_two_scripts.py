"""Two scripts: words of one direction in an interface of the other, and what a screen reader calls things."""

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, MARYAM, Rep, sign_in
from e2e.screens import go, settle

pytestmark = pytest.mark.e2e

TORN = r"""() => {
  // Every number with its unit: drawn, it is no wider than its parts.
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    for (const { 0: text, index } of node.data.matchAll(/[\d۰-۹][\d۰-۹.,٫٬]*[\s ](km|m|کیلومتر|متر)(?!\p{L})/gu)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + text.length);
      const parts = [...range.getClientRects()].filter((one) => one.width > 0);
      const width = parts.reduce((sum, one) => sum + one.width, 0);
      const around = range.getBoundingClientRect().width;
      found.push({ text: node.data.trim(), torn: around > width + 3 });
    }
  }
  return { many: found.length, torn: found.filter((one) => one.torn).map((one) => one.text) };
}"""
SAME_NAMES = """() => {
  const seen = new Map();
  for (const one of document.querySelectorAll("main select, main button[aria-label]")) {
    const name = one.getAttribute("aria-label");
    seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  return [...seen].filter(([, times]) => times > 1).map(([name]) => name);
}"""


@pytest.fixture(scope="module", params=[MARYAM._replace(locale="en"), MAREK._replace(locale="fa")], ids=["en", "fa"])
def page(request: pytest.FixtureRequest, shared_house: House, shared_browser: MakeBrowser) -> Page:
    """The app in a language of another direction than that of the addresses."""
    assert isinstance(request.param, Rep)
    shown = shared_browser(request.param.locale, **request.param.surroundings).open()
    sign_in(shown, shared_house.address, request.param)
    return shown


@pytest.mark.parametrize("path", ["/today", "/plan", "/map"])
def test_no_address_comes_between_a_number_and_its_unit(page: Page, path: str) -> None:
    go(page, path)
    expect(page.get_by_test_id("screen-ready").first).to_be_visible()
    wait_until(lambda: page.evaluate(TORN)["many"] > 0, 30, "the screen says how far it is")
    settle(page)
    assert page.evaluate(TORN)["torn"] == []


@pytest.mark.parametrize("path", ["/settings/reminders", "/deals"])
def test_no_two_controls_of_a_screen_have_one_name(page: Page, path: str) -> None:
    go(page, path)
    settle(page)
    expect(page.locator("main select, main [data-testid=deal-next]").first).to_be_visible()
    assert page.evaluate(SAME_NAMES) == []

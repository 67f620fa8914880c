"""The report is drawn beforehand, so that Check in is quick; nothing comes of that."""

from typing import Final

import pytest
from playwright.sync_api import expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in

pytestmark = pytest.mark.e2e

ASKED: Final = """
window.asked = [];
for (const door of [Worker, MessagePort, SharedWorker].filter(Boolean)) {
  const { postMessage } = door.prototype;
  if (postMessage) door.prototype.postMessage = function (message, ...rest) {
    asked.push(JSON.stringify(message));
    return postMessage.call(this, message, ...rest);
  };
}
"""
"""Notes whatever is said to the store."""
STOOD: Final = """
new MutationObserver((_, observer) => {
  if (!document.querySelector("[data-testid=screen-ready]")) return;
  performance.mark("stood");
  observer.disconnect();
}).observe(document, { attributes: true, childList: true, subtree: true });
"""
"""Notes when the stops of the day are there."""
ORDER: Final = (
    "performance.getEntriesByType('mark').map((one) => one.name).filter((one) => /^(stood|rehearsed)$/.test(one))"
)
REHEARSED: Final = "performance.getEntriesByName('rehearsed').length > 0"


def test_the_report_is_drawn_beforehand_and_asks_and_shows_and_writes_nothing(
    shared_house: House, make_browser: MakeBrowser
) -> None:
    browser = make_browser("phone", **MAREK.surroundings)
    page = browser.open()
    page.context.add_init_script(ASKED)
    sign_in(page, shared_house.address, MAREK)
    page.get_by_test_id("check-in").first.wait_for()
    wait_until(lambda: page.evaluate(REHEARSED), 120, "the report has been drawn")
    asked = page.evaluate("asked.join()")
    assert "today.stops" in asked, "the spy hears what is asked"
    assert "visit_form.list" not in asked, "the report's own questions are not asked"
    assert "rehearsal" not in asked
    expect(page.get_by_test_id("visit-menu")).to_have_count(0)

    page.get_by_test_id("check-in").first.tap()
    expect(page.get_by_test_id("note")).to_have_value("")
    expect(page.get_by_test_id("outcome-interested")).to_be_visible()


def test_the_report_is_drawn_beforehand_only_when_today_stands(shared_house: House, make_browser: MakeBrowser) -> None:
    browser = make_browser("phone", **MAREK.surroundings)
    page = browser.open()
    sign_in(page, shared_house.address, MAREK)
    page.get_by_test_id("check-in").first.wait_for()
    page.context.add_init_script(STOOD)
    page.reload()
    wait_until(lambda: page.evaluate(REHEARSED), 120, "the report has been drawn")
    assert page.evaluate(ORDER) == ["stood", "rehearsed"]

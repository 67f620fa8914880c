"""Screens: nothing overflows at any width, nothing complains, axe finds nothing serious, the keyboard reaches it."""

from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import COLOURS, violations
from e2e.complaints import complaints
from e2e.conftest import MakeBrowser
from e2e.house import House
from e2e.screens import (
    SCREENS,
    Place,
    Screen,
    Theme,
    change_theme,
    come_to,
    go,
    person_of,
    place_for,
    settle,
    theme_of,
)
from e2e.words import word

pytestmark = pytest.mark.e2e

WIDTHS = (1360, 820, 390)
OVERFLOW = """() => {
  const { scrollWidth } = document.scrollingElement;
  if (scrollWidth <= innerWidth) return [];
  const isOut = (box) => box.width > 0 && (box.right > innerWidth + 1 || box.left < -1);
  return [`${scrollWidth} > ${innerWidth}`, ...[...document.querySelectorAll("body *")]
    .filter((element) => isOut(element.getBoundingClientRect())).slice(0, 5)
    .map((element) => element.outerHTML.slice(0, 150))];
}"""


FOREIGN_DIGITS = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const around = texts.currentNode.parentElement;
    if (/[0-9]/.test(texts.currentNode.data) && !around.closest("body [dir=auto], body [dir=ltr], bdi, .ltr, script"))
      found.push(texts.currentNode.data.trim());
  }
  return found;
}"""
"""What the app itself has written in other digits than Persian ones: names, codes and addresses are set apart."""


LONGER = ("ru", "pl", "zh")
"""Languages that need no walk of their own: their words are longer, or break elsewhere, and that is seen on a phone."""
IN_ALL_LANGUAGES = ("signin", "today", "customer-orders", "visit-open", "signature", "order")
"""Where the words are many and the room is small; each costs a change of language for every other one."""
OTHER_TAB = """(locale) => {
  localStorage.setItem("routebook.locale", locale);
  dispatchEvent(new StorageEvent("storage", { key: "routebook.locale", newValue: locale }));
}"""


FETCHED = "performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.includes('/nodes/'))"
"""The code of screens that the page has fetched since it was opened."""
HAS_FETCHED = f"(names) => {{ const fetched = {FETCHED}; return names.every((name) => fetched.includes(name)); }}"


class Walk(NamedTuple):
    """A page on its way through the screens, and what it has complained of."""

    page: Page
    place: Place
    heard: list[str]


@pytest.fixture(scope="module")
def walks(shared_house: House) -> dict[str, Walk]:
    """The pages that walk through the screens, by who and language; each signs in once."""
    return {}


def _walk(walks: dict[str, Walk], screen: Screen, locale: str, house: House, make_browser: MakeBrowser) -> Walk:
    key = f"{screen.who}-{locale}"
    if key not in walks:
        page = make_browser(key, device="desktop", **person_of(screen.who, locale).surroundings).open()
        with complaints(page) as heard:
            # What slides in does so in every other test; here it would only be waited for.
            page.emulate_media(reduced_motion="reduce", color_scheme="dark" if locale == "fa" else "light")
            walks[key] = Walk(page, place_for(page, house, house.address, screen.who, locale), heard)
    return walks[key]


def _overflow_in(page: Page, locale: str) -> list[str]:
    """Return what overflows in another language, which the page changes to as when another tab has."""
    page.evaluate(OTHER_TAB, locale)
    page.wait_for_function("(locale) => document.documentElement.lang === locale", arg=locale)
    settle(page)
    found: list[str] = page.evaluate(OVERFLOW)
    return found


def _serious(page: Page, locale: str) -> dict[Theme, list[str]]:
    """Return what axe finds, by themes: of colours in English, in both; Persian has the same."""
    shown = theme_of(page)
    opposite: Theme = "light" if shown == "dark" else "dark"
    found = {shown: violations(page, without=() if locale == "en" else COLOURS)}
    if locale == "en":
        change_theme(page, opposite)
        found[opposite] = violations(page, only=COLOURS)
    return {theme: some for theme, some in found.items() if some}


@pytest.mark.parametrize("locale", ["en", "fa"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_screen_fits_every_width_and_complains_of_nothing_and_axe_finds_nothing_serious(
    screen: Screen, locale: str, shared_house: House, shared_browser: MakeBrowser, walks: dict[str, Walk]
) -> None:
    page, place, heard = _walk(walks, screen, locale, shared_house, shared_browser)
    overflow = {}
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    come_to(page, screen, place)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        overflow[width] = page.evaluate(OVERFLOW)
    assert overflow == {width: [] for width in WIDTHS}
    # What ``complaints`` takes for a part that came whole: one that did not shows in the picture's place.
    expect(page.get_by_text(word(locale, "files_no_answer"), exact=True)).to_have_count(0)
    if locale == "en" and screen.name in IN_ALL_LANGUAGES:
        assert {other: _overflow_in(page, other) for other in LONGER} == {other: [] for other in LONGER}
        _overflow_in(page, locale)
    if locale == "fa":
        assert page.evaluate(FOREIGN_DIGITS) == []
    assert page.evaluate("document.documentElement.dir") == ("rtl" if locale == "fa" else "ltr")
    assert page.evaluate("document.documentElement.lang") == locale
    assert _serious(page, locale) == {}
    complained, heard[:] = list(heard), []
    assert complained == []


def test_the_code_of_the_tabs_is_fetched_before_one_is_tapped(
    shared_house: House, shared_browser: MakeBrowser, walks: dict[str, Walk]
) -> None:
    today = next(screen for screen in SCREENS if screen.name == "today")
    page, place, _ = _walk(walks, today, "en", shared_house, shared_browser)
    page.set_viewport_size({"width": 1360, "height": 900})
    come_to(page, today, place)
    address = page.evaluate("location.origin")
    links = page.get_by_role("navigation").first.get_by_role("link")
    tabs = links.evaluate_all("(links) => links.map((link) => link.pathname)")
    assert "/deals" in tabs
    tapped, untouched = page.context.new_page(), page.context.new_page()
    tapped.goto(f"{address}/today")
    expect(tapped.get_by_test_id("stop").first).to_be_visible()
    for tab in tabs:
        go(tapped, tab)
    untouched.goto(f"{address}/today")
    untouched.wait_for_function(HAS_FETCHED, arg=tapped.evaluate(FETCHED))
    tapped.close()
    untouched.close()


def test_a_list_that_is_made_narrow_draws_no_more_rows_than_are_in_sight(
    shared_house: House, shared_browser: MakeBrowser, walks: dict[str, Walk]
) -> None:
    customers = next(screen for screen in SCREENS if screen.name == "customers")
    page, place, _ = _walk(walks, customers, "en", shared_house, shared_browser)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    come_to(page, customers, place)
    for width in (WIDTHS[-1], WIDTHS[0]):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        page.wait_for_function("document.querySelectorAll('[data-index]').length > 5")
        assert page.locator("[data-index]").count() < 60


def test_nothing_stands_above_a_screen_while_there_is_nothing_to_say(
    shared_house: House, shared_browser: MakeBrowser, walks: dict[str, Walk]
) -> None:
    today = next(screen for screen in SCREENS if screen.name == "today")
    page, place, _ = _walk(walks, today, "en", shared_house, shared_browser)
    page.set_viewport_size({"width": WIDTHS[-1], "height": 900})
    come_to(page, today, place)
    above = page.evaluate("document.querySelector('.notices').getBoundingClientRect().height")
    assert above == 0


def test_the_keyboard_reaches_the_check_in_and_ctrl_k_searches_everything(
    shared_house: House, shared_browser: MakeBrowser, walks: dict[str, Walk]
) -> None:
    today = next(screen for screen in SCREENS if screen.name == "today")
    page, place, _ = _walk(walks, today, "en", shared_house, shared_browser)
    page.set_viewport_size({"width": 1360, "height": 900})
    come_to(page, today, place)
    page.locator("[data-testid=stop][data-status=planned] button").first.click()
    page.locator("body").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.dataset.testid") == "check-in":
            break
    expect(page.get_by_test_id("check-in").first).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "the focus cannot be seen"

    name = str(shared_house.record(place.customer).values["name"])
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("searchbox")).to_be_focused()
    page.keyboard.type(name)
    expect(page.get_by_role("dialog").get_by_text(name).first).to_be_visible()

    deal = next(one for one in shared_house.records("deal") if one.values["customer"] == place.customer)
    title = str(deal.values["title"])
    page.get_by_role("dialog").get_by_role("searchbox").fill(title)
    # What the words before have found stays until these have their answer.
    page.locator("[data-testid=hit][data-kind=deal]").filter(has_text=title).first.click()
    expect(page.get_by_role("dialog").get_by_role("heading", name=title)).to_be_visible()
    page.wait_for_url("**/customers/*")
    page.keyboard.press("Escape")
    go(page, "/today")


def test_a_list_that_one_comes_back_to_stands_where_it_was(
    shared_house: House, shared_browser: MakeBrowser, walks: dict[str, Walk]
) -> None:
    tasks, deals, customer = (
        next(one for one in SCREENS if one.name == name) for name in ("tasks", "deals", "customer")
    )
    page, place, _ = _walk(walks, tasks, "en", shared_house, shared_browser)
    page.set_viewport_size({"width": 390, "height": 420})
    for screen, shown, link in (
        (tasks, page.locator("section.done a").last, "/customers/"),
        (deals, page.locator(".list a").last, "/customers/"),
        (customer, page.locator(".timeline a").nth(5), "/visits/"),
    ):
        come_to(page, screen, place)
        address = page.url
        shown.scroll_into_view_if_needed()
        settle(page)
        top = page.evaluate("scrollY")
        assert top > 100, f"{screen.name} is too short to be scrolled"
        shown.click()
        page.wait_for_url(f"**{link}*")
        expect(page.locator(".skeleton")).to_have_count(0)
        page.go_back()
        page.wait_for_url(address)
        page.wait_for_function("(top) => Math.abs(scrollY - top) < 3", arg=top)
    page.set_viewport_size({"width": 1360, "height": 900})


def test_a_sheet_left_by_escape_keeps_what_was_written_and_the_keyboard_reaches_what_is_said_meanwhile(
    shared_house: House, shared_browser: MakeBrowser, walks: dict[str, Walk]
) -> None:
    customer = next(screen for screen in SCREENS if screen.name == "customer")
    page, place, _ = _walk(walks, customer, "en", shared_house, shared_browser)
    page.set_viewport_size({"width": 1360, "height": 900})
    come_to(page, next(screen for screen in SCREENS if screen.name == "customers-saved-list"), place)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Not saved yet, but kept")).to_have_count(0)
    come_to(page, customer, place)
    page.get_by_test_id("add").click()
    page.get_by_test_id("add-note").click()
    page.get_by_test_id("new-note").fill("Half a thought")
    page.mouse.click(5, 5)
    expect(page.get_by_test_id("new-note")).to_have_value("Half a thought")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_test_id("new-note")).to_have_value("Half a thought")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_test_id("add").click()
    undo = page.get_by_role("dialog").get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        if undo.evaluate("button => button === document.activeElement"):
            break
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(undo).to_have_count(0)
    page.get_by_test_id("add-note").click()
    expect(page.get_by_test_id("new-note")).to_have_value("Half a thought")
    page.get_by_test_id("new-note").fill("")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)

"""Quick picks: a finger or Enter takes what was seen and typed, and nothing closes over what is half written."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.pictures import take
from e2e.screens import go, go_to_customer
from e2e.slow_book import SlowBook
from e2e.words import word

pytestmark = pytest.mark.e2e

SLOW_PHONE = """() => {
  const later = (owner, name) => {
    const at = owner[name].bind(owner);
    const held = [];
    let isSlow = false;
    owner[name] = (...asked) => isSlow
      ? new Promise((resolve) => held.push(() => resolve(at(...asked))))
      : at(...asked);
    return {
      hold: () => { isSlow = true; },
      letGo: () => { isSlow = false; for (const answer of held.splice(0)) answer(); },
      get held() { return held.length; },
    };
  };
  window.slowPlace = later(navigator.geolocation, "getCurrentPosition");
  window.slowPicture = later(window, "createImageBitmap");
  const after = window.setTimeout;
  window.setTimeout = (work, ms, ...more) => after(work, window.isPatient && ms === 500 ? 60_000 : ms, ...more);
}"""
"""A phone that finds its place, or reads a picture, only when the test lets it; to a patient one all comes soon."""


@pytest.fixture(scope="module")
def page(shared_house: House, shared_browser: MakeBrowser) -> Page:
    """Marek's phone."""
    page = shared_browser("quick-picks", microphone=True, **MAREK.surroundings).open()
    page.add_init_script(f"({SLOW_PHONE})()")
    sign_in(page, shared_house.address, MAREK)
    return page


@pytest.fixture(scope="module")
def book(page: Page) -> SlowBook:
    """The book on it."""
    return SlowBook(page)


def test_the_rows_of_the_check_in_list_stay_where_they_are_when_the_place_comes_late(page: Page) -> None:
    page.add_init_script("if (sessionStorage.slowPlace) slowPlace.hold()")
    page.evaluate("sessionStorage.slowPlace = 1")
    page.reload()
    page.get_by_test_id("add").tap()
    rows = page.get_by_test_id("choose-customer")
    nearby = page.get_by_role("button", name=word("en", "add_show_nearby"))
    expect(rows).to_have_count(4)
    expect(nearby).to_be_visible()

    def shown() -> list[tuple[str, object]]:
        return [(row.inner_text(), row.bounding_box()) for row in rows.all()]

    before = shown()
    page.evaluate("delete sessionStorage.slowPlace; slowPlace.letGo()")
    # What comes of the place comes before what is asked of the book afterwards.
    page.get_by_role("searchbox").fill("zzqq")
    expect(page.get_by_text(word("en", "add_nobody_found"))).to_be_visible()
    page.get_by_role("searchbox").fill("")
    expect(rows).to_have_count(4)
    assert shown() == before
    expect(page.get_by_role("dialog")).not_to_contain_text(word("en", "add_nearby"))

    nearby.tap()
    expect(page.get_by_role("dialog")).to_contain_text(f"· {word('en', 'add_nearby')}")
    expect(rows).to_have_count(4)
    assert [row for row, _ in before] != rows.all_inner_texts()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # Where the place comes soon the list begins with it.
    page.evaluate("isPatient = true")
    page.get_by_test_id("add").tap()
    expect(page.get_by_role("dialog")).to_contain_text(f"· {word('en', 'add_nearby')}")
    expect(nearby).to_have_count(0)
    page.evaluate("delete globalThis.isPatient")
    page.keyboard.press("Escape")


def test_enter_takes_the_first_hit_of_the_words_in_the_box_and_waits_for_it(
    page: Page, book: SlowBook, shared_house: House
) -> None:
    own = shared_house.customers_of(MAREK.email)
    names = [str(one.values["name"]) for one in own]
    first, second = next((a, b) for a, b in pairwise(own) if names.count(b.values["name"]) == 1)
    former, meant = str(first.values["name"]), str(second.values["name"])

    for path, query, shown in (
        ("/today", "everything.search", "[data-testid=hit]"),
        ("/customers", "customers.page", "[data-index] a"),
        ("/map", "customers.page", "[data-testid=map-found]"),
    ):
        go(page, path)
        if path == "/today":
            page.get_by_role("button", name=word("en", "common_search_everything")).click()
        box = page.get_by_role("searchbox").last
        box.fill(former)
        expect(page.locator(shown).first).to_contain_text(former)
        book.hold(query, meant)
        box.fill(meant)
        book.wait_until_asked()
        box.press("Enter")
        book.let_go()
        if path == "/map":
            expect(page.get_by_test_id("map-card")).to_contain_text(meant)
        else:
            page.wait_for_url(f"**/customers/{second.id}")

    # Whoever leaves the box, or goes on typing, means nothing by it any more.
    go(page, "/customers")
    box = page.get_by_role("searchbox").first
    box.fill(former)
    expect(page.locator("[data-index] a").first).to_contain_text(former)
    book.hold("customers.page", meant)
    box.fill(meant)
    book.wait_until_asked()
    box.press("Enter")
    box.blur()
    book.let_go()
    expect(page.locator("[data-index] a").first).to_contain_text(meant)
    assert page.url.endswith("/customers")


def test_a_voice_note_beside_words_takes_no_word_away_and_neither_does_a_kill(page: Page, shared_house: House) -> None:
    customer = shared_house.customers_of(MAREK.email)[0].id
    go_to_customer(page, customer)
    note = page.get_by_test_id("new-note")
    page.get_by_test_id("add").tap()
    page.get_by_test_id("add-note").tap()
    note.fill("Wants ten cartons on Friday")
    page.get_by_test_id("record").tap()
    # A second is soon over.
    expect(page.get_by_test_id("recording")).to_contain_text(re.compile(r"0:0[1-9]|0:[1-5]\d"))
    page.get_by_test_id("stop-recording").tap()
    expect(page.get_by_text(word("en", "files_voice_saved"))).to_be_visible()
    expect(note).to_have_value("Wants ten cartons on Friday")
    page.reload()
    expect(page.get_by_test_id("customer")).to_be_visible()
    page.get_by_test_id("add").tap()
    page.get_by_test_id("add-note").tap()
    expect(note).to_have_value("Wants ten cartons on Friday")
    page.get_by_role("dialog").get_by_role("button", name=word("en", "common_save"), exact=True).tap()
    expect(note).to_have_count(0)
    wait_until(
        lambda: "Wants ten cartons on Friday" in [one.values.get("body") for one in shared_house.records("note")],
        20,
        "the office has the note",
    )


def test_a_photo_that_is_ready_late_closes_no_other_sheet(page: Page, shared_house: House) -> None:
    go_to_customer(page, shared_house.customers_of(MAREK.email)[0].id)
    page.get_by_test_id("add").tap()
    page.get_by_test_id("add-photo").tap()
    page.evaluate("slowPicture.hold()")
    page.get_by_test_id("add-choose-photos").locator("input").set_input_files(take(page))
    wait_until(lambda: page.evaluate("slowPicture.held > 0"), 15, "the picture is being read")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_test_id("add").tap()
    page.get_by_test_id("add-task").tap()
    title = page.get_by_test_id("task-title")
    title.fill("Half a sen")
    page.evaluate("slowPicture.letGo()")
    expect(page.get_by_text("1 photo saved")).to_be_visible()
    expect(title).to_have_value("Half a sen")

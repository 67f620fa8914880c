"""First light: a rep's offline visit survives the death of his browser and reaches the manager."""

import contextlib
import json
import sqlite3

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MANAGER, MAREK, MARYAM, Rep, sign_in
from e2e.wire import Wire
from e2e.words import pattern, word

NOTE_BY_LOCALE = {"en": "Ewa takes 12 units before the fair.", "fa": "مریم پیش از نمایشگاه ۱۲ عدد می‌خواهد."}
REACHES_THE_MANAGER_WITHIN_S = 2


def _visits_with_note(house: House, note: str) -> list[dict[str, object]]:
    """Return the values of every visit in the server's database that carries this note."""
    with contextlib.closing(sqlite3.connect(house.database)) as database:
        docs = database.execute("SELECT doc FROM record WHERE kind = 'visit' AND doc LIKE ?", (f"%{note}%",)).fetchall()
    return [json.loads(doc)["v"] for (doc,) in docs]


def _report(page: Page, rep: Rep) -> str:
    """Check in at the next stop, write the note, pick tomorrow for the next step, finish; return the customer's name."""
    page.get_by_test_id("check-in").first.click()
    page.wait_for_url("**/visits/*")
    page.get_by_test_id("note").fill(NOTE_BY_LOCALE[rep.locale])
    page.get_by_role("button", name=word(rep.locale, "common_tomorrow")).click()
    expect(page.get_by_test_id("next-step")).to_be_visible()
    customer = page.get_by_test_id("visit-customer").inner_text()
    page.get_by_test_id("outcome-interested").click()
    return customer


@pytest.mark.e2e
@pytest.mark.parametrize("rep", [MAREK, MARYAM], ids=["english", "persian"])
def test_an_offline_visit_survives_kill_9_and_reaches_the_manager_within_two_seconds(
    rep: Rep, house: House, make_browser: MakeBrowser
) -> None:
    note = NOTE_BY_LOCALE[rep.locale]
    with Wire(house.port) as wire:
        manager = make_browser("manager", device="desktop", locale=MANAGER.locale).open()
        sign_in(manager, house.address, MANAGER)
        manager.goto(f"{house.address}/overview")
        feed = manager.get_by_test_id("live-visits")
        expect(feed).to_be_visible()

        phone = make_browser("phone", locale=rep.locale, place=rep.place)
        page = phone.open()
        sign_in(page, wire.address, rep)
        phone.wait_until_cookie_is_on_disk("routebook")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")

        wire.cut()
        page.goto(f"{wire.address}/today")
        assert page.evaluate("document.documentElement.dir") == ("rtl" if rep.locale == "fa" else "ltr")
        customer = _report(page, rep)
        expect(page.get_by_text(pattern(rep.locale, "visit_finished")).first).to_be_visible()
        phone.kill()

        page = phone.open()
        page.goto(f"{wire.address}/today")
        visited = page.get_by_test_id("stop").filter(has_text=customer)
        expect(visited.get_by_text(pattern(rep.locale, "today_visited"))).to_be_visible()
        visited.get_by_role("link").first.click()
        expect(page.get_by_text(note)).to_be_visible()
        assert _visits_with_note(house, note) == []

        wire.mend()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        wait_until(lambda: _visits_with_note(house, note) != [], 30, "the visit is in the server's database")
        expect(feed.get_by_text(customer).first).to_be_visible(timeout=REACHES_THE_MANAGER_WITHIN_S * 1000)
        [visit] = _visits_with_note(house, note)
        assert visit["status"] == "done"
        assert visit["outcome"] == "interested"
        assert isinstance(visit["checked_in_at"], int)
        assert isinstance(visit["checked_out_at"], int)
        assert visit["presence"] in {"at_customer", "elsewhere"}

"""First light: a rep's offline visit survives the death of his browser and reaches the manager."""

import time

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, Record, wait_until
from e2e.people import MANAGER, MAREK, MARYAM, Rep, sign_in
from e2e.steps import wait_for_service_worker
from e2e.wire import Wire
from e2e.words import pattern, word

NOTE_BY_LOCALE = {"en": "Ewa takes 12 units before the fair.", "fa": "مریم پیش از نمایشگاه ۱۲ عدد می‌خواهد."}
REACHES_THE_MANAGER_WITHIN_S = 2.0


def _visits_with_note(house: House, note: str) -> list[Record]:
    """Return every visit in the server's database that carries this note."""
    return [visit for visit in house.records("visit") if visit.values.get("note") == note]


def _report(page: Page, rep: Rep) -> str:
    """Check in at the next stop, note, next step tomorrow, finish; return the customer's name."""
    page.get_by_test_id("check-in").first.click()
    page.wait_for_url("**/visits/*")
    page.get_by_test_id("note").fill(NOTE_BY_LOCALE[rep.locale])
    page.get_by_role("button", name=word(rep.locale, "common_tomorrow")).click()
    expect(page.get_by_test_id("next-step")).to_be_visible()
    customer = page.get_by_test_id("visit-customer").inner_text()
    page.get_by_test_id("outcome-interested").click()
    expect(page.get_by_text(pattern(rep.locale, "visit_finished")).first).to_be_visible()
    return customer


@pytest.mark.e2e
@pytest.mark.parametrize("rep", [MAREK, MARYAM], ids=["english", "persian"])
def test_an_offline_visit_survives_kill_9_and_reaches_the_manager_within_two_seconds(
    rep: Rep, house: House, make_browser: MakeBrowser
) -> None:
    note = NOTE_BY_LOCALE[rep.locale]
    with Wire(house.port) as wire:
        manager = make_browser("manager", device="desktop", **MANAGER.surroundings).open()
        sign_in(manager, house.address, MANAGER)
        manager.goto(f"{house.address}/overview")
        feed = manager.get_by_test_id("live-visits")
        expect(feed).to_be_visible()

        phone = make_browser("phone", **rep.surroundings)
        page = phone.open()
        sign_in(page, wire.address, rep)
        wait_for_service_worker(page)
        page = phone.restart(page)

        wire.cut()
        phone.context.set_offline(True)
        page.goto(f"{wire.address}/today")
        assert page.evaluate("document.documentElement.dir") == ("rtl" if rep.locale == "fa" else "ltr")
        customer = _report(page, rep)
        phone.kill()

        page = phone.open()
        phone.context.set_offline(True)
        page.goto(f"{wire.address}/today")
        visited = page.get_by_test_id("stop").filter(has_text=customer)
        expect(visited.get_by_text(pattern(rep.locale, "today_visited"))).to_be_visible()
        visited.get_by_role("link").first.click()
        expect(page.get_by_test_id("note")).to_have_value(note)
        step = page.get_by_test_id("next-step").locator(".m").inner_text()
        page.goto(f"{wire.address}/tasks")
        expect(page.get_by_test_id("task").filter(has_text=customer).filter(has_text=step)).to_have_count(1)
        assert _visits_with_note(house, note) == []
        expect(feed.get_by_text(customer)).to_have_count(0)

        wire.mend()
        begun = time.monotonic()
        phone.context.set_offline(False)  # what the radio tells the browser
        # Looked at more often than `expect` does, which waits a second in between.
        wait_until(feed.get_by_text(customer).first.is_visible, 10, "the manager sees it")
        took = time.monotonic() - begun
        wait_until(lambda: _visits_with_note(house, note) != [], 10, "the note is in the server's database")

    assert took <= REACHES_THE_MANAGER_WITHIN_S
    [visit] = _visits_with_note(house, note)
    assert visit.values["status"] == "done"
    assert visit.values["outcome"] == "interested"
    assert isinstance(visit.values["checked_in_at"], int)
    assert isinstance(visit.values["checked_out_at"], int)
    assert visit.values["presence"] in {"at_customer", "elsewhere"}
    [task] = [task for task in house.records("task") if task.values.get("visit") == visit.id]
    assert (task.values["title"], task.values["customer"]) == (step, visit.values["customer"])

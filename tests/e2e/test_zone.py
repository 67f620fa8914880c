"""The zone of a device's clock: it may change while the app is open, and then everything goes by the new one."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import CDPSession, Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.screens import go_to_customer

pytestmark = pytest.mark.e2e

HOME = ZoneInfo(MAREK.zone)


def _travel(page: Page, session: CDPSession, zone: ZoneInfo) -> None:
    """Let the phone's clock be in another zone, and its person come back to the app."""
    session.send("Emulation.setTimezoneOverride", {"timezoneId": zone.key})
    page.wait_for_function("(zone) => Intl.DateTimeFormat().resolvedOptions().timeZone === zone", arg=zone.key)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def _clock(at_ms: int, zone: ZoneInfo) -> str:
    there = datetime.fromtimestamp(at_ms / 1_000, zone)
    return f"{there.hour}:{there.minute:02}"


def _shows_stops(page: Page, planned: list[tuple[str, int]], zone: ZoneInfo) -> None:
    for name, at_ms in planned:
        at = re.compile(rf"(?<!\d){_clock(at_ms, zone)}(?!\d)")
        # Two shops of a chain may be in one day.
        expect(page.get_by_test_id("stop").filter(has_text=name).filter(has_text=at).first).to_be_visible()


def test_who_lands_in_another_zone_sees_and_sets_times_by_its_clock(house: House, make_browser: MakeBrowser) -> None:
    today = datetime.now(HOME).date()
    # Somewhere where it is the same day now.
    away = next(
        zone for zone in map(ZoneInfo, ("Asia/Tehran", "Atlantic/Azores")) if datetime.now(zone).date() == today
    )
    me = house.person(MAREK.email)
    planned = [
        (house.record(visit.values["customer"]).values["name"], visit.values["planned_at"])
        for visit in house.records("visit")
        if visit.values.get("person") == me
        and visit.values.get("planned_day") == today.isoformat()
        and visit.values["status"] == "planned"
        and visit.values.get("planned_at")
    ]
    assert planned
    page = make_browser("phone", **{**MAREK.surroundings, "zone": None}).open()
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTimezoneOverride", {"timezoneId": HOME.key})
    sign_in(page, house.address, MAREK)
    _shows_stops(page, planned, HOME)
    _travel(page, session, away)
    _shows_stops(page, planned, away)

    known = {task.id for task in house.records("task")}
    go_to_customer(page, house.customers_of(MAREK.email)[0].id)
    page.get_by_test_id("remind").click()
    page.get_by_test_id("date-tomorrow").click()
    wait_until(lambda: len(house.records("task")) > len(known), 20, "the task is at the server")
    [task] = [task for task in house.records("task") if task.id not in known]
    assert _clock(task.values["remind_at"], away) == "9:00"

"""The calendar has all that falls due for its person, behind a link that only he knows and can renew."""

import re
import unicodedata
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
import pytest_asyncio

from server.reminders import BAKERY, WARSAW, Scene, ms, open_scene
from server.team import EWA, MAREK, NORTH, make_id


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path, url="https://crm.demo.example") as opened:
        yield opened


async def link(scene: Scene) -> str:
    """Return a new link of Marek's."""
    answer = await scene.phone.post("/api/calendar", json={})
    assert answer.status_code == 201
    path: str = answer.json()["path"]
    return path


async def events(scene: Scene, path: str) -> dict[str, Any]:
    """Return what another program reads there, by title."""
    await scene.reminding.follower.catch_up()
    answer = await scene.house.client().get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    text = answer.content.decode()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n")), "lines are folded"
    calendar: Any = icalendar.Calendar.from_ical(text)
    assert (calendar["VERSION"], calendar["X-WR-CALNAME"]) == ("2.0", "Routebook")
    assert calendar["PRODID"]
    assert calendar.errors == []
    found = calendar.walk("VEVENT")
    assert all({"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= set(event) for event in found)
    assert all(event.errors == [] and len(event.walk("VALARM")) == 1 for event in found)
    assert len({event["UID"] for event in found}) == len(found)
    return {str(event["SUMMARY"]): event for event in found}


async def test_everything_that_falls_due_is_in_the_calendar(scene: Scene) -> None:
    await scene.task(1, title="Samples, „fresh”; and more\nof them", remind_at=ms("2026-11-19 22:30"))
    await scene.task(2, title="Offer", due_day="2026-11-21")
    await scene.task(3, title="Done", due_day="2026-11-21", status="done")
    await scene.task(4, title="Never")
    await scene.task(5, title="Yesterday's", due_day="2026-11-18")
    await scene.task(6, title="Ewa's", due_day="2026-11-21", person=EWA)
    await scene.write("contact", make_id(401), BAKERY, customer=BAKERY, name="Ann", birthday="1980-02-03")
    await scene.write("deal", make_id(402), BAKERY, customer=BAKERY, title="Ovens", stage="new", close_day="2026-11-17")
    found = await events(scene, await link(scene))
    assert set(found) == {
        "Samples, „fresh”; and more\nof them",
        "Offer",
        "Yesterday's",
        "Ann has a birthday today",
        "Slipping: Ovens",
    }
    timed = found["Samples, „fresh”; and more\nof them"]
    assert timed["DTSTART"].dt == datetime(2026, 11, 19, 21, 30, tzinfo=UTC), "a calendar has hours of its own"
    assert timed["URL"] == f"https://crm.demo.example/customers/{BAKERY}"
    assert (found["Offer"]["DTSTART"].dt, found["Offer"]["DTEND"].dt) == (date(2026, 11, 21), date(2026, 11, 22))
    assert found["Ann has a birthday today"]["DTSTART"].dt == date(2027, 2, 3)
    assert found["Slipping: Ovens"]["DTSTART"].dt == date(2026, 11, 18)
    assert found["Offer"].walk("VALARM")[0]["TRIGGER"].dt == timedelta(hours=9)


async def test_text_from_other_programs_leaves_no_character_that_a_calendar_may_not_have(scene: Scene) -> None:
    await scene.write("customer", BAKERY, BAKERY, name="Ba\x0bke\x1fry\x7f")
    await scene.task(1, title="Samples\x0bfresh\x1f;\x85\tand\u2028more\x00\r\nof\rthem", due_day="2026-11-21")
    path = await link(scene)
    found = await events(scene, path)
    assert set(found) == {"Samples\nfresh;\n\tand\nmore\nof\nthem"}
    [event] = found.values()
    assert event.walk("VALARM")[0]["DESCRIPTION"] == event["SUMMARY"]
    assert event["DESCRIPTION"] == "Task for Ba\nkery"
    text = (await scene.house.client().get(path)).content.decode()
    wrong = {char for char in text if unicodedata.category(char) in {"Cc", "Zl", "Zp"}} - {"\r", "\n", "\t"}
    assert wrong == set()
    assert re.search("\r(?!\n)|(?<!\r)\n", text) is None, "whole line ends alone"


async def test_who_asks_for_the_head_gets_no_calendar_and_all_that_is_said_of_it(scene: Scene) -> None:
    path = await link(scene)
    await scene.task(1, title="Offer", due_day="2026-11-21")
    await scene.reminding.follower.catch_up()
    client = scene.house.client()
    whole, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(whole.headers)
    for wrong in ("", "?key=" + "A" * 43):
        whole, head = await client.get(f"/api/calendar.ics{wrong}"), await client.head(f"/api/calendar.ics{wrong}")
        assert (head.status_code, head.content) == (whole.status_code, b"")
    await scene.phone.delete("/api/calendar")
    assert (await client.head(path)).status_code == 404


async def test_what_rang_stays_in_the_calendar_until_it_is_done(scene: Scene) -> None:
    path = await link(scene)
    await scene.task(1, title="Offer", remind_at=ms("2026-11-19 10:30"))
    before = (await events(scene, path))["Offer"]["UID"]
    await scene.at("2026-11-19 10:30")
    assert (await events(scene, path))["Offer"]["UID"] == before
    await scene.task(1, status="done")
    assert await events(scene, path) == {}


async def test_nothing_is_called_late_before_it_is(scene: Scene) -> None:
    path = await link(scene)
    await scene.task(1, title="Prices", type="call", due_day="2026-11-20", remind_at=ms("2026-11-20 14:00"))
    await scene.write("deal", make_id(402), BAKERY, customer=BAKERY, title="Ovens", stage="new", close_day="2026-11-20")
    found = await events(scene, path)
    assert set(found) == {"Call Bakery"}
    assert found["Call Bakery"]["DTSTART"].dt == datetime(2026, 11, 20, 14, tzinfo=WARSAW).astimezone(UTC)
    await scene.at("2026-11-21 08:59")
    assert set(await events(scene, path)) == {"Call Bakery"}
    await scene.at("2026-11-21 09:00")
    found = await events(scene, path)
    assert set(found) == {"Call Bakery", "Overdue: call Bakery", "Slipping: Ovens"}
    assert found["Overdue: call Bakery"]["DTSTART"].dt == date(2026, 11, 21), "on the day after its own"
    assert found["Slipping: Ovens"]["DTSTART"].dt == date(2026, 11, 21)


async def test_a_call_cycle_is_in_the_calendar_once_it_is_over_and_until_the_visit_is_made(scene: Scene) -> None:
    path = await link(scene)
    about = {"customer": BAKERY, "person": MAREK, "status": "done"}
    await scene.write("visit", make_id(601), BAKERY, checked_in_at=ms("2026-10-21 14:00"), **about)
    assert await events(scene, path) == {}
    await scene.at("2026-11-20 09:00")
    [event] = (await events(scene, path)).values()
    assert (str(event["SUMMARY"]), event["DTSTART"].dt) == ("Due for a visit: Bakery", date(2026, 11, 20))
    assert event["URL"] == f"https://crm.demo.example/customers/{BAKERY}"
    await scene.write("visit", make_id(602), BAKERY, checked_in_at=ms("2026-11-20 10:00"), **about)
    assert await events(scene, path) == {}


async def test_the_calendar_rings_when_the_phone_would(scene: Scene) -> None:
    await scene.write("setting", make_id(601), MAREK, name="morning_hour", value=6)
    await scene.task(1, title="Late", remind_at=ms("2026-11-20 22:30"))
    await scene.task(2, title="Midday", remind_at=ms("2026-11-20 12:00"))
    await scene.task(3, title="Offer", due_day="2026-11-21")
    found = await events(scene, await link(scene))
    rings = {title: event.walk("VALARM")[0]["TRIGGER"].dt for title, event in found.items()}
    assert rings == {
        "Late": timedelta(hours=8, minutes=30),
        "Midday": timedelta(),
        "Offer": timedelta(hours=7),
    }, "quiet hours end at seven, whatever the morning is"
    assert found["Offer"]["DTSTART"].dt == date(2026, 11, 21)


async def test_a_new_link_ends_the_one_before(scene: Scene) -> None:
    assert (await scene.phone.get("/api/calendar")).json()["created"] == 0
    first = await link(scene)
    second = await link(scene)
    assert (await scene.phone.get("/api/calendar")).json() == {"created": scene.house.clock.now_ms, "path": ""}
    gone = await scene.house.client().get(first)
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    assert await events(scene, second) == {}
    for _ in range(2):
        assert (await scene.phone.delete("/api/calendar")).status_code == 204
    assert (await scene.house.client().get(second)).status_code == 404


async def test_the_database_does_not_know_the_secret(scene: Scene) -> None:
    secret = (await link(scene)).partition("=")[2]
    assert len(secret) >= 43
    [(person, token_hash)] = await scene.read("SELECT person, token_hash FROM calendar_feed")
    assert person == MAREK
    assert secret.encode() not in bytes(token_hash)


@pytest.mark.parametrize("key", ["?key=", "?key=x", "", "?key=" + "x" * 65, "?key=" + "A" * 43, "?key=%00"])
async def test_a_wrong_link_is_a_problem(scene: Scene, key: str) -> None:
    answer = await scene.house.client().get(f"/api/calendar.ics{key}")
    assert answer.status_code in {400, 404}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_calendar_shows_what_its_person_may_see_now(scene: Scene) -> None:
    path = await link(scene)
    await scene.task(1, title="Offer", due_day="2026-11-21")
    assert set(await events(scene, path)) == {"Offer"}
    manager = await scene.house.signed_in("manager")
    await manager.put(f"/api/territories/{NORTH}/cover", json={"cover": [{"person": EWA}]})
    assert await events(scene, path) == {}
    administrator = await scene.house.signed_in("administrator")
    await administrator.patch(f"/api/people/{MAREK}", json={"active": False})
    assert (await scene.house.client().get(path)).status_code == 404

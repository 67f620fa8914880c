"""What a device says of a reminder counts by its secret alone: shown, done, put off, opened; the history has it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from routebook_server.reminders import grouping
from routebook_server.reminders.series import next_id
from server.push_service import Message
from server.reminders import BAKERY, Scene, ms, open_scene, task_id, wall
from server.team import EWA, MAREK, NORTH, make_id

TEHRAN = ZoneInfo("Asia/Tehran")


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def anywhere(tmp_path: Path, address: str) -> AsyncIterator[Scene]:
    """The scene, once on SQLite and once on PostgreSQL."""
    async with open_scene(tmp_path, address) as opened:
        yield opened


async def ring(scene: Scene, **values: Any) -> Message:
    """Let one reminder come, at half past ten."""
    await scene.task(1, remind_at=ms("2026-11-19 10:30"), due_day="2026-11-19", **values)
    [message] = await scene.at("2026-11-19 10:30")
    return message


async def test_a_device_confirms_what_it_has_shown_as_often_as_it_likes(anywhere: Scene) -> None:
    scene = anywhere
    message = await ring(scene)
    for _ in range(2):
        assert (await scene.said(message, "shown")).status_code == 204
        scene.house.clock.advance(seconds=5)
    [delivered] = (await scene.journal())[0]["deliveries"]
    assert (delivered["state"], wall(delivered["shown_at"])) == ("shown", "2026-11-19 10:30")
    assert delivered["shown_at"] == ms("2026-11-19 10:30")
    assert delivered["sent_at"] == ms("2026-11-19 10:30")


async def test_many_devices_confirm_at_once_in_few_commits(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MANY", 61)
    for number in range(60):
        await scene.task(number, remind_at=ms("2026-11-19 10:30"))
    messages = await scene.at("2026-11-19 10:30")
    database = scene.house.application.database
    writes, write = 0, database.write

    async def counted(work: Any, **options: Any) -> Any:
        nonlocal writes
        writes += 1
        return await write(work, **options)

    monkeypatch.setattr(database, "write", counted)
    answers = await asyncio.gather(*(scene.said(message, "shown") for message in messages))
    assert {answer.status_code for answer in answers} == {204}
    assert writes < 30
    assert await scene.read("SELECT state, count(*) FROM delivery GROUP BY state") == [("shown", 60)]


async def test_a_confirmation_that_cannot_be_written_is_not_said_to_be(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await ring(scene)

    async def full(_work: Any, **_options: Any) -> Any:
        raise sqlite3.OperationalError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(scene.house.application.database, "write", full)
        assert (await scene.said(message, "shown")).status_code == 503
    assert (await scene.said(message, "shown")).status_code == 204


async def test_done_from_the_notification_is_an_edit_of_the_person_by_the_server(anywhere: Scene) -> None:
    scene = anywhere
    message = await ring(scene)
    scene.house.clock.advance(seconds=60)
    answer = await scene.said(message, "act", action="done")
    assert (answer.status_code, answer.json()) == (200, {"action": "done", "remind_at": None})
    entries = (await scene.phone.get(f"/api/history/{task_id(1)}")).json()
    assert (entries[0]["person"], entries[0]["device"]) == (MAREK, 0)
    changes = {change["field"]: change["new"] for change in entries[0]["changes"]}
    assert changes == {"status": "done", "done_at": ms("2026-11-19 10:31")}
    again = await scene.said(message, "act", action="done")
    assert again.json() == answer.json()
    assert len((await scene.phone.get(f"/api/history/{task_id(1)}")).json()) == len(entries)
    [entry] = await scene.journal()
    assert (entry["action"], entry["deliveries"][0]["state"]) == ("done", "acted")


async def test_the_next_of_a_series_is_there_before_any_app_is_opened(anywhere: Scene) -> None:
    scene = anywhere
    message = await ring(scene, repeat="week", repeat_from=ms("2026-11-19 10:30"))
    assert (await scene.said(message, "act", action="done")).status_code == 200
    following = next_id(task_id(1))
    assert (await scene.value(task_id(1)))["next_task"] == following
    made = await scene.value(following)
    assert (made["title"], made["status"], made["due_day"]) == ("Bring samples", "open", "2026-11-26")
    assert wall(made["remind_at"]) == "2026-11-26 10:30"
    assert (await scene.said(message, "act", action="done")).status_code == 200, "said again, it makes no other"
    assert await scene.read("SELECT count(*) FROM record WHERE kind = 'task'") == [(2,)]
    [again] = await scene.at("2026-11-26 10:30")
    await scene.said(again, "act", action="done")
    assert (await scene.value(next_id(following)))["due_day"] == "2026-12-03", "and so it goes on"


@pytest.mark.parametrize(
    ("language", "shown", "following"),
    [
        ("en", {}, "2026-11-22"),
        ("fa", {}, "2026-11-21"),  # from the last of Mehr to the last of Aban, of 30 days both
        ("en", {"locale": "fa"}, "2026-11-21"),
        ("en", {"calendar": "persian"}, "2026-11-21"),
        ("fa", {"calendar": "gregory"}, "2026-11-22"),
        ("fa", {"locale": "fa", "calendar": "gregory"}, "2026-11-22"),
        ("fa", {"calendar": "maya"}, "2026-11-21"),
    ],
)
async def test_a_series_goes_on_by_the_months_that_the_device_shows(
    scene: Scene, language: str, shown: dict[str, str], following: str
) -> None:
    await scene.write("person", MAREK, "shared", locale=language, time_zone="Asia/Tehran")
    begin = ms("2026-10-22 10:30", TEHRAN)
    scene.house.clock.now_ms = begin - 60_000
    subscription = scene.service.browsers["phone"].subscription()
    assert (await scene.phone.put("/api/push/subscription", json={**subscription, **shown})).status_code == 200
    # The service worker, which renews by itself, does not know what the app shows.
    assert (await scene.phone.put("/api/push/subscription", json=subscription)).status_code == 200
    await scene.task(1, repeat="month", remind_at=begin, due_day="2026-10-22")
    [message] = await scene.at_ms(begin)
    await scene.said(message, "act", action="done")
    made = await scene.value(next_id(task_id(1)))
    assert wall(made["remind_at"], TEHRAN) == f"{following} 10:30"


@pytest.mark.parametrize(
    ("action", "day", "at"),
    [("snooze_hour", "2026-11-19", "2026-11-19 11:31"), ("snooze_tomorrow", "2026-11-20", "2026-11-20 09:00")],
)
async def test_what_is_put_off_rings_again_at_its_new_time(scene: Scene, action: str, day: str, at: str) -> None:
    message = await ring(scene)
    scene.house.clock.advance(seconds=20)
    answer = await scene.said(message, "act", action=action)
    assert answer.json() == {"action": action, "remind_at": ms(at)}
    task = await scene.value(task_id(1))
    assert (task["due_day"], task["remind_at"], task["snoozes"]) == (day, ms(at), {"0000": [1, 0]})
    assert (await scene.said(message, "act", action=action)).json() == answer.json(), "said twice, put off once"
    assert (await scene.value(task_id(1)))["snoozes"] == {"0000": [1, 0]}
    [next_one] = await scene.at(at)
    assert next_one.payload["id"] != message.payload["id"]
    await scene.said(next_one, "act", action="snooze_hour")
    assert (await scene.value(task_id(1)))["snoozes"] == {"0000": [2, 0]}


@pytest.mark.parametrize(
    ("action", "tapped", "heard", "rings"),
    [
        ("snooze_tomorrow", "2026-11-19 18:00", "2026-11-20 08:00", "2026-11-20 09:00"),
        ("snooze_tomorrow", "2026-11-19 18:00", "2026-11-22 08:00", "2026-11-22 08:00"),
        ("snooze_hour", "2026-11-19 10:30", "2026-11-19 11:00", "2026-11-19 11:30"),
        ("snooze_hour", "2026-11-19 10:30", "2026-11-19 15:00", "2026-11-19 15:00"),
        # A device's clock may be wrong: nothing is answered before it was sent, nor later than now.
        ("snooze_hour", "2026-11-01 10:00", "2026-11-19 11:00", "2026-11-19 11:30"),
        ("snooze_hour", "2027-11-01 10:00", "2026-11-19 11:00", "2026-11-19 12:00"),
    ],
)
async def test_what_is_put_off_without_a_network_is_reckoned_from_the_tap(
    scene: Scene, action: str, tapped: str, heard: str, rings: str
) -> None:
    message = await ring(scene)
    scene.house.clock.now_ms = ms(heard)
    answer = await scene.said(message, "act", action=action, at=ms(tapped))
    assert wall(answer.json()["remind_at"]) == rings
    task = await scene.value(task_id(1))
    assert (task["due_day"], wall(task["remind_at"])) == (rings[:10], rings)
    [again] = await scene.at_ms(max(ms(heard), ms(rings)))
    assert again.payload["record"] == task_id(1)


async def test_what_was_done_without_a_network_was_done_then(scene: Scene) -> None:
    message = await ring(scene, repeat="day", repeat_from=ms("2026-11-19 10:30"))
    scene.house.clock.now_ms = ms("2026-11-20 08:00")
    assert (await scene.said(message, "shown", at=ms("2026-11-19 10:31"))).status_code == 204
    assert (await scene.said(message, "act", action="done", at=ms("2026-11-19 18:00"))).status_code == 200
    assert (await scene.value(task_id(1)))["done_at"] == ms("2026-11-19 18:00")
    made = await scene.value(next_id(task_id(1)))
    assert (made["due_day"], wall(made["remind_at"])) == ("2026-11-20", "2026-11-20 10:30"), "no day is left out"
    [entry] = await scene.journal()
    [delivered] = entry["deliveries"]
    assert wall(delivered["shown_at"]) == "2026-11-19 10:31"
    assert wall(delivered["acted_at"]) == "2026-11-19 18:00"


async def test_opened_changes_nothing_but_the_log(scene: Scene) -> None:
    message = await ring(scene)
    before = await scene.value(task_id(1))
    assert (await scene.said(message, "act", action="open")).json() == {"action": "open", "remind_at": None}
    assert await scene.value(task_id(1)) == before
    [entry] = await scene.journal()
    assert (entry["action"], entry["deliveries"][0]["state"]) == ("open", "acted")
    assert (await scene.said(message, "act", action="done")).status_code == 200, "first looked at, then done"
    assert (await scene.journal())[0]["action"] == "done"
    await scene.said(message, "act", action="open")
    assert (await scene.journal())[0]["action"] == "done"


async def test_what_is_done_on_one_device_is_not_sent_to_the_other(scene: Scene) -> None:
    await scene.signed_in("rep", "tablet")
    scene.service.answers["tablet"] = [(503, {})]
    message = await ring(scene)
    await scene.said(message, "act", action="done")
    assert await scene.pass_by(120) == []
    assert await scene.states() == ["acted", "cancelled"]


@pytest.mark.parametrize("token", ["x", "A" * 24, "\u0660" * 24, "of another one"])
async def test_a_wrong_secret_is_told_nothing(scene: Scene, token: str) -> None:
    message = await ring(scene)
    await scene.task(2, remind_at=ms("2026-11-19 10:31"))
    [other] = await scene.at("2026-11-19 10:31")
    token = other.payload["token"] if token == "of another one" else token
    client = scene.house.client()
    told = []
    for delivery in (message.payload["id"], make_id(999), "no-id"):
        for what, more in (("shown", {}), ("act", {"action": "done"})):
            answer = await client.post(f"/api/reminders/{delivery}/{what}", json={"token": token, **more})
            told.append((answer.status_code, answer.json()["code"], answer.json()["detail"]))
    assert set(told) == {(404, "not_found", "There is no such reminder.")}
    assert (await scene.value(task_id(1)))["status"] == "open"


async def test_an_old_secret_is_told_that_it_is_old(scene: Scene) -> None:
    message = await ring(scene)
    scene.house.clock.advance(days=7, seconds=1)
    answer = await scene.said(message, "act", action="done")
    assert (answer.status_code, answer.json()["detail"]) == (404, "The reminder is too old to be answered.")


@pytest.mark.parametrize(
    ("change", "action", "detail"),
    [
        ({"deleted": True}, "done", "The task is gone."),
        ({"status": "done"}, "snooze_hour", "The task is done already."),
        ({"remind_at": ms("2026-11-25 10:00")}, "snooze_hour", "The task was put to another time meanwhile."),
    ],
)
async def test_what_cannot_be_done_any_more_is_said(
    scene: Scene, change: dict[str, object], action: str, detail: str
) -> None:
    message = await ring(scene)
    await scene.task(1, **change)
    before = await scene.value(task_id(1))
    answer = await scene.said(message, "act", action=action)
    assert (answer.status_code, answer.json()["detail"]) == (404, detail)
    assert await scene.value(task_id(1)) == before


async def test_an_action_counts_with_the_rights_of_now(scene: Scene) -> None:
    message = await ring(scene)
    manager = await scene.house.signed_in("manager")
    await manager.put(f"/api/territories/{NORTH}/cover", json={"cover": [{"person": EWA}]})
    answer = await scene.said(message, "act", action="done")
    assert answer.json()["detail"] == "The task is gone."
    await manager.put(f"/api/territories/{NORTH}/cover", json={"cover": [{"person": MAREK}]})
    device = (await scene.phone.get("/api/session")).json()["device"]
    await manager.delete(f"/api/devices/{device}")
    answer = await scene.said(message, "act", action="done")
    assert (answer.status_code, answer.json()["code"]) == (401, "device_revoked")
    assert (await scene.value(task_id(1)))["status"] == "open"


async def test_what_has_no_task_can_only_be_opened(scene: Scene) -> None:
    await scene.write("contact", make_id(401), BAKERY, customer=BAKERY, name="Ann", birthday="1980-11-20")
    [message] = await scene.at("2026-11-20 09:00")
    answer = await scene.said(message, "act", action="done")
    assert (answer.status_code, answer.json()["field"]) == (400, "action")
    assert (await scene.said(message, "act", action="open")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"token": ""},
        {"token": 5},
        {"token": "x", "action": "burn"},
        {"token": "x" * 65},
        {"token": "x", "action": "done", "at": "now"},
    ],
)
async def test_what_makes_no_sense_is_a_problem(scene: Scene, body: dict[str, object]) -> None:
    message = await ring(scene)
    answer = await scene.house.client().post(f"/api/reminders/{message.payload['id']}/act", json=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_log_is_ones_own_and_comes_page_by_page(scene: Scene) -> None:
    for number in range(5):
        await scene.task(number, title=f"Task {number}", remind_at=ms(f"2026-11-19 10:3{number // 2}"))
    await scene.at("2026-11-19 10:40")
    seen, before = [], ""
    for _ in range(4):
        page = (
            await scene.phone.get("/api/reminders", params={"limit": 2, "before": before} if before else {"limit": 2})
        ).json()
        seen += [entry["title"] for entry in page["entries"]]
        before = page["next"]
        if not before:
            break
    assert sorted(seen) == [f"Task {number}" for number in range(5)]
    assert seen[0] == "Task 4", "the newest first"
    other = await scene.house.signed_in("other_rep")
    assert (await other.get("/api/reminders")).json() == {"entries": [], "next": ""}
    for wrong in ({"limit": 0}, {"limit": 201}, {"before": "x"}, {"before": "1." + "z" * 26}):
        assert (await scene.phone.get("/api/reminders", params=wrong)).status_code == 400

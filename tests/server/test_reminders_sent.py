"""Reminders reach the devices of whom they concern in their minute, once, and only while the records say so."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from routebook_server.records.store import Values
from routebook_server.reminders import grouping
from routebook_server.reminders.letters import Letter, Outcome, Result
from routebook_server.reminders.pushing import WITHIN_S
from routebook_server.reminders.reminding import IN_FLIGHT
from routebook_server.reminders.states import rest_after
from server.push_service import Message
from server.reminders import BAKERY, Scene, ms, open_scene, task_id, wall
from server.team import EWA, MAREK, NORTH, SOUTH, make_id


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def anywhere(tmp_path: Path, address: str) -> AsyncIterator[Scene]:
    """The scene, once on SQLite and once on PostgreSQL."""
    async with open_scene(tmp_path, address) as opened:
        yield opened


def titles(messages: list[Message]) -> list[str]:
    return [message.payload["title"] for message in messages]


async def test_a_reminder_comes_in_its_minute_and_never_again(anywhere: Scene) -> None:
    scene = anywhere
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    assert await scene.at("2026-11-19 10:29") == []
    [message] = await scene.at("2026-11-19 10:30")
    assert message.device == "phone"
    payload = message.payload
    assert (payload["title"], payload["body"], payload["url"]) == (
        "Bring samples", "Task for Bakery", f"/customers/{BAKERY}",
    )  # fmt: skip
    assert (payload["rule"], payload["kind"], payload["record"], payload["root"]) == (
        "task",
        "task",
        task_id(1),
        BAKERY,
    )
    assert [action["action"] for action in payload["actions"]] == ["done", "snooze_hour", "snooze_tomorrow"]
    assert message.headers["topic"] == payload["id"] == payload["tag"]
    assert message.headers["urgency"] == "high"
    assert int(message.headers["ttl"]) == (payload["expires"] - ms("2026-11-19 10:30")) // 1_000
    assert await scene.at("2026-11-19 10:31") == []
    assert await scene.at("2026-11-20 10:30") == []
    assert await scene.states() == ["sent"]


async def test_each_device_of_the_person_gets_it_and_nobody_elses(scene: Scene) -> None:
    await scene.signed_in("rep", "tablet")
    await scene.signed_in("other_rep", "ewas")
    await scene.signed_in("manager", "managers")
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    messages = await scene.at("2026-11-19 10:30")
    assert sorted(message.device for message in messages) == ["phone", "tablet"]
    assert messages[0].payload["id"] != messages[1].payload["id"]


async def test_a_task_of_a_day_rings_on_its_morning_where_its_person_is(scene: Scene) -> None:
    await scene.task(1, due_day="2026-11-20")
    assert await scene.at("2026-11-20 08:59") == []
    assert titles(await scene.at("2026-11-20 09:00")) == ["Bring samples"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "done"}, "done"),
        ({"status": "cancelled"}, "done"),
        ({"deleted": True}, "deleted"),
        ({"person": EWA}, "reassigned"),
        ({"remind_at": ms("2026-11-19 16:00")}, "moved"),
        ({"remind_at": None}, "moved"),
    ],
)
async def test_what_is_no_longer_so_when_its_minute_comes_is_not_sent(
    scene: Scene, change: dict[str, object], why: str
) -> None:
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    await scene.reminding.follower.catch_up()
    await scene.task(1, **change)
    # Even where what is due has not been worked out anew since: the records are asked once more.
    scene.house.clock.now_ms = ms("2026-11-19 10:30")
    await scene.reminding.work()
    assert scene.service.messages == []
    # Nor one that could not be sent the first time.
    await scene.task(2, remind_at=ms("2026-11-19 10:40"))
    scene.service.answers["phone"] = [(503, {})]
    assert await scene.at("2026-11-19 10:40") == []
    await scene.task(2, **change)
    assert await scene.pass_by(120) == []
    [entry] = await scene.journal()
    assert (entry["cancelled"], entry["deliveries"][0]["state"]) == (why, "cancelled")


async def test_a_task_that_is_moved_rings_at_its_new_time(scene: Scene) -> None:
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    await scene.at("2026-11-19 10:30")
    await scene.task(1, remind_at=ms("2026-11-19 12:00"))
    assert await scene.at("2026-11-19 11:59") == []
    assert titles(await scene.at("2026-11-19 12:00")) == ["Bring samples"]


async def test_a_task_that_changes_hands_rings_for_whoever_has_it(scene: Scene) -> None:
    _client, browser = await scene.signed_in("administrator", "admins")
    admin = (await scene.house.application.database.fetch("SELECT person FROM account WHERE role = 'administrator'"))[0]
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    await scene.reminding.follower.catch_up()
    await scene.task(1, person=admin[0])
    assert [message.device for message in await scene.at("2026-11-19 10:30")] == [browser.name]


async def test_who_may_not_see_the_record_any_more_is_not_reminded_of_it(anywhere: Scene) -> None:
    scene = anywhere
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    await scene.task(2, remind_at=ms("2026-11-19 10:31"))
    assert len(await scene.at("2026-11-19 10:30")) == 1
    await scene.write("customer", BAKERY, BAKERY, territory=SOUTH)
    assert await scene.at("2026-11-19 10:31") == []
    manager = await scene.house.signed_in("manager")
    await scene.write("customer", BAKERY, BAKERY, territory=NORTH)
    await scene.task(3, remind_at=ms("2026-11-19 10:40"))
    await manager.put(f"/api/territories/{NORTH}/cover", json={"cover": [{"person": EWA}]})
    assert await scene.at("2026-11-19 10:40") == []


async def test_what_falls_into_quiet_hours_comes_at_their_end_and_the_log_says_so(scene: Scene) -> None:
    await scene.task(1, remind_at=ms("2026-11-19 22:15"))
    await scene.task(2, remind_at=ms("2026-11-20 06:59"))
    assert await scene.at("2026-11-19 22:15") == []
    assert await scene.at("2026-11-20 06:59") == []
    assert len(await scene.at("2026-11-20 07:00")) == 2
    moved = {
        entry["record"]: (entry["moved"], wall(entry["due_at"]), wall(entry["send_at"]))
        for entry in await scene.journal()
    }
    assert moved[task_id(1)] == ("quiet_hours", "2026-11-19 22:15", "2026-11-20 07:00")
    assert moved[task_id(2)] == ("quiet_hours", "2026-11-20 06:59", "2026-11-20 07:00")


async def test_a_persons_own_hours_count_from_the_moment_they_are_chosen(anywhere: Scene) -> None:
    scene = anywhere
    await scene.task(1, remind_at=ms("2026-11-19 13:30"))
    await scene.task(2, due_day="2026-11-20")
    await scene.reminding.follower.catch_up()
    rest = {"from": "13:00", "to": "15:00"}
    await scene.write("setting", make_id(301), MAREK, name="quiet_hours", value=rest)
    await scene.write("setting", make_id(302), MAREK, name="morning_hour", value=6)
    assert await scene.at("2026-11-19 13:30") == []
    assert len(await scene.at("2026-11-19 15:00")) == 1
    assert len(await scene.at("2026-11-20 06:00")) == 1
    await scene.write("setting", make_id(301), MAREK, deleted=True)
    await scene.task(3, remind_at=ms("2026-11-20 13:30"))
    assert len(await scene.at("2026-11-20 13:30")) == 1


async def test_who_moves_to_another_time_zone_is_reminded_by_its_clock_and_once(scene: Scene) -> None:
    await scene.task(1, due_day="2026-11-19")
    await scene.task(2, due_day="2026-11-20")
    assert len(await scene.at("2026-11-19 09:00")) == 1
    await scene.write("person", MAREK, "shared", time_zone="America/New_York")
    assert await scene.at("2026-11-19 15:00") == [], "nine in New York, but he has heard of it"
    assert await scene.at("2026-11-20 09:00") == []
    assert len(await scene.at("2026-11-20 15:00")) == 1


async def test_a_device_whose_subscription_is_dead_is_sent_nothing_more(anywhere: Scene) -> None:
    scene = anywhere
    for number, status in ((1, 404), (2, 410)):
        scene.service.answers["phone"] = [(status, {})]
        await scene.task(number, remind_at=ms(f"2026-11-19 1{number}:30"))
        assert await scene.at(f"2026-11-19 1{number}:30") == []
        assert (await scene.phone.get("/api/push/subscription")).json() == {"endpoint": "", "renewed": 0}
        [delivered] = (await scene.journal())[0]["deliveries"]
        assert (delivered["state"], delivered["problem"]) == ("failed", "gone")
        await scene.task(10 + number, remind_at=ms(f"2026-11-19 1{number}:40"))
        assert await scene.at(f"2026-11-19 1{number}:40") == []
        assert (await scene.journal())[0]["deliveries"] == []
        browser = scene.service.browsers["phone"]
        assert (await scene.phone.put("/api/push/subscription", json=browser.subscription())).status_code == 200


async def test_what_a_push_service_does_not_take_now_is_sent_again_later_and_later(anywhere: Scene) -> None:
    scene = anywhere
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    scene.service.answers["phone"] = [(503, {}), (500, {}), (429, {"Retry-After": "600"})]
    assert await scene.at("2026-11-19 10:30") == []
    got: list[Message] = []
    for wait in (rest_after(1), rest_after(2), 600_000):
        assert await scene.pass_by(wait / 1_000 - 1) == []
        got = await scene.pass_by(1)
    assert titles(got) == ["Bring samples"]
    [delivered] = (await scene.journal())[0]["deliveries"]
    assert (delivered["state"], delivered["attempts"], delivered["problem"]) == ("sent", 4, "")


async def test_what_a_push_service_refuses_for_good_is_not_sent_again(scene: Scene) -> None:
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    scene.service.answers["phone"] = [(400, {}), (302, {"Location": "http://127.0.0.1:1/"})]
    assert await scene.at("2026-11-19 10:30") == []
    assert await scene.pass_by(3_600) == []
    await scene.task(2, remind_at=ms("2026-11-19 12:00"))
    assert await scene.at("2026-11-19 12:00") == [], "a redirect is followed nowhere"
    problems = [entry["deliveries"][0]["problem"] for entry in await scene.journal()]
    assert problems == ["status_302", "status_400"]


async def test_a_push_service_that_cannot_be_reached_is_tried_until_the_reminder_is_out_of_date(scene: Scene) -> None:
    broken = {**scene.service.browsers["phone"].subscription(), "endpoint": "http://127.0.0.1:1/push/phone"}
    assert (await scene.phone.put("/api/push/subscription", json=broken)).status_code == 200
    await scene.task(1, remind_at=ms("2026-11-19 08:00"))
    for hour in range(8, 20):
        assert await scene.at(f"2026-11-19 {hour:02}:00") == []
    [delivered] = (await scene.journal())[0]["deliveries"]
    assert (delivered["state"], delivered["problem"]) == ("planned", "unreachable")
    assert await scene.at("2026-11-19 20:00") == []
    assert await scene.states() == ["expired"]
    assert delivered["attempts"] >= 10


async def test_however_many_are_due_and_however_they_come_back_none_is_left_for_later(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, settle, released = IN_FLIGHT + 44, scene.reminding._settle, asyncio.Event()

    class Slow:
        """Takes a few at once, and all the others together when those are written down."""

        taken = 0

        async def send(self, letter: Letter, _keys: object, _now_ms: int) -> Result:
            self.taken += 1
            if self.taken > 30:
                await released.wait()
            return Result(letter, Outcome.SENT)

        async def close(self) -> None:
            """Nothing is held."""

    async def settled(results: list[Result]) -> None:
        await settle(results)
        released.set()

    monkeypatch.setattr(grouping, "MANY", count + 1)
    monkeypatch.setattr(scene.reminding, "_pusher", Slow())
    monkeypatch.setattr(scene.reminding, "_settle", settled)
    at = ms("2026-11-19 10:30")
    values = {"title": "Many", "person": MAREK, "status": "open", "remind_at": at}
    tasks = [Values("task", task_id(number), MAREK, values) for number in range(count)]
    await scene.house.application.store.edit(tasks)
    await scene.at_ms(at)
    assert await scene.read("SELECT state, count(*) FROM delivery GROUP BY state") == [("sent", count)]


async def test_a_push_service_that_hangs_keeps_neither_others_from_ringing_nor_the_server_from_stopping(
    tmp_path: Path,
) -> None:
    over, arrived = asyncio.Event(), asyncio.Event()

    async def heard(message: Message) -> None:
        if message.device == "phone":
            await over.wait()
        elif message.payload["record"] == task_id(2):
            arrived.set()

    async with open_scene(tmp_path) as scene:
        scene.service.heard = heard
        await scene.signed_in("rep", "tablet")
        await scene.task(1, remind_at=ms("2026-11-19 10:30"))
        await scene.task(2, remind_at=ms("2026-11-19 10:31"))
        await scene.reminding.follower.catch_up()
        scene.house.clock.now_ms = ms("2026-11-19 10:30")
        working = asyncio.create_task(scene.reminding.work())
        async with asyncio.timeout(20):
            while len(scene.service.messages) < 2:
                await asyncio.to_thread(threading.Event().wait, 0.02)
        scene.house.clock.now_ms = ms("2026-11-19 10:31")
        async with asyncio.timeout(15):
            await arrived.wait()
        assert "sending" in await scene.states()
        begun = time.monotonic()
    assert time.monotonic() - begun < WITHIN_S / 2
    await working
    over.set()


async def test_a_server_that_was_away_for_hours_sends_what_is_late(scene: Scene) -> None:
    await scene.task(1, remind_at=ms("2026-11-19 09:00"))
    await scene.task(2, remind_at=ms("2026-11-19 15:00"))
    messages = await scene.at("2026-11-19 20:30")
    assert sorted(message.payload["record"] for message in messages) == [task_id(1), task_id(2)]
    assert sorted(message.payload["body"][:9] for message in messages) == ["For 09:00", "For 15:00"]


@pytest.mark.parametrize("how", ["signed out", "revoked", "wiped", "deactivated", "expired"])
async def test_a_device_that_is_let_in_no_more_is_sent_nothing(scene: Scene, how: str) -> None:
    administrator = await scene.house.signed_in("administrator")
    device = (await scene.phone.get("/api/session")).json()["device"]
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    scene.service.answers["phone"] = [(503, {})]
    await scene.at("2026-11-19 10:30")
    match how:
        case "signed out":
            await scene.phone.delete("/api/session")
        case "revoked":
            await administrator.delete(f"/api/devices/{device}")
        case "wiped":
            await administrator.post(f"/api/devices/{device}/wipe", json={})
        case "deactivated":
            await administrator.patch(f"/api/people/{MAREK}", json={"active": False})
        case _:
            await scene.run_sql("UPDATE session SET expires = 0")
    await scene.task(2, remind_at=ms("2026-11-19 10:35"))
    assert await scene.at("2026-11-19 10:35") == []
    assert await scene.at("2026-11-19 11:35") == []


async def test_who_signs_in_on_anothers_browser_does_not_get_his_reminders_there(scene: Scene) -> None:
    other = await scene.house.signed_in("other_rep")
    browser = scene.service.browsers["phone"]
    assert (await other.put("/api/push/subscription", json=browser.subscription())).status_code == 200
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    assert await scene.at("2026-11-19 10:30") == []


async def test_two_jobs_at_once_send_each_reminder_once(anywhere: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = anywhere
    monkeypatch.setattr(grouping, "MANY", 41)
    for number in range(40):
        await scene.task(number, remind_at=ms("2026-11-19 10:30"))
    await scene.reminding.follower.catch_up()
    scene.house.clock.now_ms = ms("2026-11-19 10:30")
    # As where one process stood still, and another one took the lease.
    other = scene.another_job()
    await asyncio.gather(scene.reminding.work(), other.work(), scene.reminding.work())
    await other.close()
    assert len(scene.service.messages) == 40
    assert len({message.payload["id"] for message in scene.service.messages}) == 40

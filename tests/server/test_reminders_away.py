"""What fell due while the server was away is sent when it is back, once and late, up to seven days back."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from routebook_server.backup.moving import move_rows
from routebook_server.backup.restoring import restore_backup
from routebook_server.backup.taking import take_backup
from routebook_server.database import SqliteDatabase, open_database, open_sqlite
from routebook_server.database.address import sqlite_address
from routebook_server.reminders import planning
from routebook_server.reminders.grouping import MANY
from routebook_server.scheduler import Scheduler
from server.mail_server import MailSink
from server.reminders import BAKERY, Scene, ms, open_scene, task_id
from server.team import make_id

SELECT = "SELECT at FROM reminded_until"


def unseen(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


@pytest.fixture(autouse=True)
def _nobody_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no job run but the test's: one in the background would note the minute whenever it likes."""

    async def rest(_self: Scheduler) -> None:
        """Run nothing."""

    monkeypatch.setattr(Scheduler, "run", rest)


@contextlib.asynccontextmanager
async def open_alone(place: Path, address: str = "", **chosen: Any) -> AsyncIterator[Scene]:
    """Yield the scene, whose job has read all that there is."""
    async with open_scene(place, address, **chosen) as opened:
        await opened.reminding.follower.catch_up()
        yield opened
        await opened.reminding.close()


@pytest_asyncio.fixture
async def scene(tmp_path: Path, address: str) -> AsyncIterator[Scene]:
    async with open_alone(tmp_path, address) as opened:
        yield opened


async def bodies(scene: Scene, text: str) -> dict[str, str]:
    """Let the server be back so late, and return the bodies of what comes by title."""
    return {one.payload["title"]: one.payload["body"] for one in await back(scene, text)}


async def back(scene: Scene, text: str) -> list[Any]:
    """Let the server be back so late, after it was there until now, and return what comes."""
    await scene.reminding.follower.catch_up()
    await scene.reminding.tick()
    scene.house.clock.now_ms = ms(text)
    before = len(scene.service.messages)
    await scene.reminding.tick()
    return scene.service.messages[before:]


async def test_what_fell_due_meanwhile_says_for_when_it_was(scene: Scene) -> None:
    await scene.task(1, title="Samples", remind_at=ms("2026-11-19 18:00"))
    await scene.task(2, title="Offer", due_day="2026-11-20")
    await scene.task(3, title="Prices", remind_at=ms("2026-11-20 10:00"))
    assert await bodies(scene, "2026-11-20 12:30") == {
        "Samples": "For Thursday, 18:00 · Task for Bakery",
        "Offer": "Task for Bakery",
        "Prices": "For 10:00 · Task for Bakery",
    }
    found = {entry["title"]: entry for entry in await scene.journal()}
    assert {entry["deliveries"][0]["state"] for entry in found.values()} == {"sent"}
    assert found["Samples"]["send_at"] == ms("2026-11-19 18:00")
    assert found["Samples"]["deliveries"][0]["sent_at"] == ms("2026-11-20 12:30")
    assert await back(scene, "2026-11-20 12:40") == []


async def test_seven_days_are_looked_back_and_no_more(scene: Scene) -> None:
    await scene.task(1, title="Long ago", remind_at=ms("2026-11-19 10:00"))
    await scene.task(2, title="A week ago", remind_at=ms("2026-11-19 18:00"))
    await scene.task(3, title="Of a day", due_day="2026-11-20")
    assert await bodies(scene, "2026-11-26 12:00") == {
        "A week ago": "7 days late · Task for Bakery",
        "Of a day": "For Friday · Task for Bakery",
    }


async def test_a_birthday_that_has_passed_is_not_called_todays(scene: Scene) -> None:
    about = {"customer": BAKERY, "name": "Ann"}
    await scene.write("contact", make_id(401), BAKERY, birthday="1980-11-20", **about)
    assert await bodies(scene, "2026-11-23 12:00") == {"Ann: birthday": "For Friday · Bakery"}
    await scene.reminding.look_around()
    assert await back(scene, "2026-11-27 12:00") == []
    [(at,)] = await scene.read("SELECT at FROM due WHERE rule = 'birthday'")
    await scene.at("2026-11-28 12:00")
    await scene.reminding.look_around()
    assert at == ms("2026-11-20 09:00")
    assert await scene.read("SELECT at FROM due WHERE rule = 'birthday'") == [(ms("2027-11-20 09:00"),)]


async def test_many_that_are_late_are_one_message_with_the_times_of_each(scene: Scene) -> None:
    for number in range(MANY):
        await scene.task(number, title=f"Task {number}", remind_at=ms(f"2026-11-19 1{number}:00"))
    [message] = await back(scene, "2026-11-20 12:00")
    assert message.payload["rule"] == "several"
    assert message.payload["body"].split("\n") == [f"Task {n} · For Thursday, 1{n}:00" for n in range(MANY)]
    assert (await scene.said(message, "shown")).status_code == 204
    assert await scene.states() == ["shown"] * MANY


async def test_what_is_late_waits_for_the_end_of_the_quiet_hours_too(scene: Scene) -> None:
    await scene.task(1, remind_at=ms("2026-11-19 10:00"))
    assert await back(scene, "2026-11-20 03:00") == []
    assert await scene.states() == ["planned"]
    assert await back(scene, "2026-11-20 06:59") == []
    [message] = await back(scene, "2026-11-20 07:00")
    assert message.payload["body"] == "For Thursday, 10:00 · Task for Bakery"
    assert message.payload["expires"] == ms("2026-11-20 19:00")
    assert int(message.headers["ttl"]) == 12 * 3_600


async def test_what_is_late_can_be_answered_for_as_long_as_any(scene: Scene) -> None:
    await scene.task(1, remind_at=ms("2026-11-19 10:00"))
    [message] = await back(scene, "2026-11-26 09:00")
    scene.house.clock.now_ms = ms("2026-12-03 08:59")
    assert (await scene.said(message, "act", action="done")).status_code == 200


async def test_what_was_done_meanwhile_or_said_after_its_time_is_not_sent(scene: Scene) -> None:
    await scene.task(1, remind_at=ms("2026-11-19 10:00"))
    await scene.task(2, remind_at=ms("2026-11-17 10:00"))
    await scene.reminding.follower.catch_up()
    await scene.reminding.tick()
    await scene.task(1, status="done")
    assert await back(scene, "2026-11-20 12:00") == []
    assert await scene.journal() == []


async def test_a_first_start_over_old_tasks_is_silent(scene: Scene) -> None:
    await scene.task(1, remind_at=ms("2026-11-19 10:00"))
    await scene.task(2, remind_at=ms("2026-11-20 10:00"))
    scene.house.clock.now_ms = ms("2026-11-20 12:00")
    await scene.reminding.follower.catch_up()
    await scene.reminding.tick()
    assert [one.payload["record"] for one in scene.service.messages] == [task_id(2)]


async def test_the_minute_is_written_at_most_once_a_minute_and_not_before_all_is_read(scene: Scene) -> None:
    other = scene.another_job()
    await other.tick()
    assert await scene.read(SELECT) == [], "what was pushed last before it died may not be in the table yet"
    await other.follower.catch_up()
    written = []
    begun = scene.house.clock.now_ms
    for second in range(0, 150, 10):
        scene.house.clock.now_ms = begun + second * 1_000
        await other.tick()
        written += await scene.read(SELECT)
    assert [at - begun for (at,) in written] == [0] * 6 + [60_000] * 6 + [120_000] * 3
    scene.house.clock.now_ms = begun - 86_400_000
    await other.tick()
    assert await scene.read(SELECT) == [(begun - 86_400_000,)], "a clock that was set back"


async def test_what_was_pushed_just_before_the_server_died_is_sent_too(scene: Scene) -> None:
    await scene.reminding.tick()
    await scene.task(1, remind_at=ms("2026-11-19 10:00"))
    scene.house.clock.now_ms = ms("2026-11-20 12:00")
    other = scene.another_job()
    await other.tick()
    await other.follower.begin()
    await other.follower.catch_up()
    await other.tick()
    await other.close()
    assert [one.payload["record"] for one in scene.service.messages] == [task_id(1)]


async def test_who_is_killed_between_two_steps_sends_each_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "STEP", 1)
    for number in (1, 2, 3):
        await scene.task(number, title=f"Task {number}", remind_at=ms("2026-11-19 10:00"))
    await scene.reminding.follower.catch_up()
    await scene.reminding.tick()
    scene.house.clock.now_ms = ms("2026-11-20 12:00")
    plan = scene.reminding._planning(planning.plan_step)
    assert await scene.house.application.database.write(plan) == 1
    other = scene.another_job()
    await other.follower.rebuild()
    await other.tick()
    await other.tick()
    await other.close()
    assert sorted(one.payload["record"] for one in scene.service.messages) == [task_id(n) for n in (1, 2, 3)]
    assert len(await scene.journal()) == 3


async def test_what_no_device_shows_goes_by_email_as_ever(tmp_path: Path) -> None:
    async with MailSink().running() as sink:
        chosen: dict[str, Any] = {"smtp": f"smtp://127.0.0.1:{sink.port}", "mail_from": "crm@demo.example"}
        async with open_alone(tmp_path, **chosen) as scene:
            await scene.task(1, remind_at=ms("2026-11-19 10:00"))
            assert len(await back(scene, "2026-11-21 12:00")) == 1
            for text, mails in (("2026-11-21 12:09", 0), ("2026-11-21 12:10", 1), ("2026-11-21 13:00", 1)):
                await back(scene, text)
                await scene.reminding.mail()
                assert len(sink.mails) == mails, text
            assert "For Thursday, 10:00 · Task for Bakery" in sink.mails[0].get_content()


async def test_a_restored_book_does_not_know_up_to_when_the_lost_one_reminded(tmp_path: Path) -> None:
    async with open_alone(tmp_path) as scene:
        await scene.reminding.tick()
        assert await scene.read(SELECT) == [(ms("2026-11-19 07:00"),)]
        backup, target = tmp_path / "book.backup", sqlite_address(tmp_path / "restored.db")
        await take_backup(scene.house.application.database, backup, unseen)
        await restore_backup(backup, target, scene.house.clock.now_ms, unseen)
    database = open_database(target)
    try:
        assert await database.fetch(SELECT) == []
    finally:
        await database.close()


async def test_a_moved_book_goes_on_from_the_minute_that_it_knows(tmp_path: Path) -> None:
    async with open_alone(tmp_path) as scene:
        await scene.reminding.tick()
        source = scene.house.application.database
        assert isinstance(source, SqliteDatabase)
        target = open_sqlite(tmp_path / "moved.db")
        try:
            await source.read(lambda rows: target.write_now(lambda into: move_rows(rows, into, unseen)))
            assert await target.fetch(SELECT) == [(ms("2026-11-19 07:00"),)]
        finally:
            await target.close()

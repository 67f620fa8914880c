"""What is due is kept up to date from the records alone, can be built again, and written only where it changes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from routebook_server.database import driver_of
from routebook_server.reminders import following
from routebook_server.reminders.planning import is_anything_due
from routebook_sync.messages import Row
from server.reminders import BAKERY, Scene, ms, open_scene, task_id
from server.team import MAREK, NORTH, SOUTH, make_id

SELECT = "SELECT record, rule, person, mark, at, send_at FROM due ORDER BY record, rule"


@pytest_asyncio.fixture
async def scene(tmp_path: Path, address: str) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path, address) as opened:
        yield opened


async def due(scene: Scene) -> list[tuple[Any, ...]]:
    """Return what is due after all has been taken in."""
    await scene.reminding.follower.catch_up()
    return await scene.read(SELECT)


async def fill(scene: Scene) -> None:
    """Write some of everything that may fall due, and of what may not."""
    for number in range(7):
        await scene.task(number, due_day=f"2026-11-2{number}", type="call" if number % 2 else None)
    await scene.task(8, status="done", due_day="2026-11-20")
    await scene.write("contact", make_id(401), BAKERY, customer=BAKERY, name="Ann", birthday="1980-12-03")
    await scene.write("deal", make_id(402), BAKERY, customer=BAKERY, title="Ovens", stage="new", close_day="2026-12-01")
    await scene.write("note", make_id(403), BAKERY, customer=BAKERY, person=MAREK, written_at=1, body="x")


async def test_what_is_built_again_is_what_was_followed_step_by_step(scene: Scene, monkeypatch: Any) -> None:
    await fill(scene)
    await scene.at("2026-11-20 09:00")
    followed = await due(scene)
    assert len(followed) == 7 + 3 + 2
    monkeypatch.setattr(following, "STEP", 2)
    await scene.reminding.follower.rebuild()
    assert await scene.read(SELECT) == followed
    assert await scene.at("2026-11-20 09:05") == [], "what was sent is not sent again"


async def test_another_process_goes_on_where_the_first_one_was(scene: Scene) -> None:
    await fill(scene)
    before = await due(scene)
    other = scene.another_job()
    await other.follower.begin()
    await scene.task(1, due_day="2026-11-28")
    await other.follower.catch_up()
    after = await scene.read(SELECT)
    assert [row for row in after if row[0] != task_id(1)] == [row for row in before if row[0] != task_id(1)]
    assert {row[3] for row in after if row[0] == task_id(1)} == {"2026-11-28"}


async def test_a_customer_that_moves_away_takes_along_what_is_due_there(scene: Scene) -> None:
    await fill(scene)
    before = await due(scene)
    await scene.write("customer", BAKERY, BAKERY, territory=SOUTH)
    assert await due(scene) == before, "whether he may see it is asked when its minute comes"
    await scene.write("customer", BAKERY, BAKERY, deleted=True)
    assert await due(scene) == []
    await scene.write("customer", BAKERY, BAKERY, deleted=None, territory=NORTH)
    await scene.reminding.follower.rebuild()
    assert await due(scene) == before


async def test_after_a_restore_everything_is_looked_through_again_and_nothing_rings_twice(scene: Scene) -> None:
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    [first] = await scene.at("2026-11-19 10:30")
    # A backup from before it was sent: the reminder is not known any more, and the epoch is another one.
    for sql in ("DELETE FROM delivery", "DELETE FROM reminder", "UPDATE bucket SET epoch = epoch + 1000"):
        await scene.run_sql(sql)
    await scene.reminding.follower.rebuild()
    [second] = await scene.pass_by(60)
    assert second.payload["id"] == first.payload["id"]
    assert len(scene.service.browsers["phone"].shown) == 1, "the device knows it by its id"


async def test_a_record_that_no_rule_can_read_stops_no_other(scene: Scene) -> None:
    stamps = {"1" * 18: list[str]()}
    broken: dict[str, Any] = {
        "title": "Broken",
        "person": MAREK,
        "status": "open",
        "remind_at": "soon",
        "due_day": ["x"],
        "type": {},
    }
    mad: dict[str, Any] = {
        "customer": BAKERY,
        "title": 5,
        "stage": ["new"],
        "close_day": "2026-11-18",
        "stage_since": True,
    }
    far: dict[str, Any] = {
        "title": "Far",
        "person": MAREK,
        "status": "open",
        "remind_at": (1 << 48) - 1,
        "due_day": "9999-12-31",
    }
    rows = [("task", broken), ("deal", mad), ("task", far)]
    await scene.house.application.store.load(
        [
            (f"t:{NORTH}", Row(kind, make_id(900 + n), BAKERY, 0, values, stamps))
            for n, (kind, values) in enumerate(rows)
        ]
    )
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    messages = await scene.at("2026-11-19 10:30")
    assert [message.payload["title"] for message in messages] == ["Bring samples"]


async def test_nothing_is_written_while_nothing_falls_due(scene: Scene) -> None:
    await fill(scene)
    await due(scene)
    database = scene.house.application.database
    before = await scene.read("SELECT * FROM due_cursor ORDER BY bucket")
    await scene.write("note", make_id(404), BAKERY, customer=BAKERY, person=MAREK, written_at=2, body="y")
    await scene.reminding.follower.catch_up()
    assert await scene.read("SELECT * FROM due_cursor ORDER BY bucket") == before, "a note is nothing to remind of"
    now_ms = scene.house.clock.now_ms
    assert not await database.read(lambda connection: is_anything_due(connection, now_ms))


async def test_what_is_due_is_found_by_an_index_however_much_there_is(scene: Scene) -> None:
    def plan(connection: Any) -> str:
        driver = driver_of(connection)
        if driver.is_shared:
            driver.execute("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN" if driver.is_shared else "EXPLAIN QUERY PLAN"
        sqls = ("SELECT 1 FROM due WHERE send_at <= 5 AND send_at > 1", "SELECT 1 FROM delivery WHERE next_at <= 5")
        return "\n".join(str(row[-1]) for sql in sqls for row in driver.fetch(f"{explain} {sql} LIMIT 1"))

    found = await scene.house.application.database.write(plan)
    assert "due_by_send_at" in found
    assert "delivery_by_next" in found


async def test_what_became_of_reminders_long_ago_is_forgotten(scene: Scene) -> None:
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    await scene.at("2026-11-19 10:30")
    await scene.reminding.forget()
    assert len(await scene.journal()) == 1
    scene.house.clock.advance(days=91)
    await scene.reminding.forget()
    assert await scene.read("SELECT count(*) FROM reminder") == [(0,)]
    await scene.reminding.follower.rebuild()
    assert await scene.pass_by(1) == [], "too long ago to be sent again"

"""A customer whose call cycle is over reminds by itself: once a cycle, whoever looks after him, by his own hours."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from routebook_server.reminders import following
from routebook_sync.identifier import new_id
from routebook_sync.messages import Row
from server.reminders import BAKERY, Scene, ms, open_scene
from server.team import EWA, MAREK, NORTH, SOUTH, make_id

SEEN, LATER, PLANNED, SETTING = make_id(601), make_id(602), make_id(603), make_id(604)
SELECT = "SELECT record, rule, person, mark, at, send_at FROM due ORDER BY record, rule"


@pytest_asyncio.fixture
async def scene(tmp_path: Path, address: str) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path, address) as opened:
        yield opened


async def visit(scene: Scene, record: str, at: str = "", **values: Any) -> None:
    """Write a visit of Marek's at the bakery, made at a time of his wall, or change it."""
    given = {"customer": BAKERY, "person": MAREK, "status": "done", **values}
    if at:
        given["checked_in_at"] = ms(at)
    await scene.write("visit", record, BAKERY, **given)


def words(messages: list[Any]) -> list[tuple[str, str, str]]:
    return [(m.payload["rule"], m.payload["title"], m.payload["body"]) for m in messages]


DUE = ("call_cycle", "Due for a visit: Bakery", "30 days since the last visit")


async def test_a_cycle_that_is_over_rings_on_the_first_morning_on_which_today_says_so_and_only_once(
    scene: Scene,
) -> None:
    await visit(scene, SEEN, "2026-10-21 14:00")
    assert await scene.at("2026-11-20 08:59") == []
    [message] = await scene.at("2026-11-20 09:00")
    assert words([message]) == [DUE]
    assert message.payload["url"] == f"/customers/{BAKERY}"
    assert message.payload["actions"] == []
    assert message.headers["urgency"] == "normal"
    assert [(entry["rule"], entry["kind"], entry["title"]) for entry in await scene.journal()] == [
        ("call_cycle", "customer", "Bakery")
    ]
    for day in ("21", "22", "28"):
        assert await scene.at(f"2026-11-{day} 09:00") == [], "once a cycle"
    await visit(scene, LATER, "2026-11-28 10:00")
    assert await scene.at("2026-12-28 08:59") == []
    assert words(await scene.at("2026-12-28 09:00")) == [DUE]


async def test_who_was_never_visited_has_no_cycle_and_who_was_visited_in_time_is_not_due(scene: Scene) -> None:
    assert await scene.at("2026-11-20 09:00") == []
    await visit(scene, SEEN, "2026-10-21 14:00")
    await visit(scene, LATER, "2026-11-19 08:00", status="open")
    assert await scene.at("2026-11-20 09:00") == []
    await visit(scene, LATER, deleted=True)
    assert words(await scene.at("2026-11-20 09:05")) == [DUE], "the visit was none"


async def test_a_planned_visit_stands_for_the_reminder_until_its_day_has_passed(scene: Scene) -> None:
    await visit(scene, SEEN, "2026-10-21 14:00")
    await visit(scene, PLANNED, status="planned", planned_day="2026-11-23")
    assert await scene.at("2026-11-23 09:00") == []
    assert words(await scene.at("2026-11-24 09:00")) == [(*DUE[:2], "34 days since the last visit")]
    await visit(scene, PLANNED, status="planned", planned_day="2026-11-26")
    assert await scene.at("2026-11-27 09:00") == [], "he has been told of this cycle"


async def test_the_cycle_is_that_of_the_value_class_as_the_organisation_sets_it(scene: Scene) -> None:
    await visit(scene, SEEN, "2026-11-05 10:00")
    await scene.write("customer", BAKERY, BAKERY, value_class="vip")
    assert await scene.at("2026-11-19 08:30") == []
    await scene.write("setting", SETTING, "shared", name="call_cycles", value={"vip": 16, "main": "x"})
    assert await scene.at("2026-11-19 09:00") == []
    assert words(await scene.at("2026-11-21 09:00")) == [(*DUE[:2], "16 days since the last visit")]
    # Shorter cycles ring for nobody whose day has passed long ago.
    await scene.write("setting", SETTING, "shared", name="call_cycles", value={"vip": 7})
    assert await scene.at("2026-11-23 09:00") == []


async def test_many_of_one_morning_come_as_one_that_opens_the_plan(scene: Scene) -> None:
    for number in range(4):
        customer = make_id(210 + number)
        await scene.write("customer", customer, customer, name=f"Shop {number}", territory=NORTH, owner=MAREK)
        values = {"customer": customer, "person": MAREK, "status": "done", "checked_in_at": ms("2026-10-21 14:00")}
        await scene.write("visit", make_id(620 + number), customer, **values)
    [message] = await scene.at("2026-11-20 09:00")
    assert (message.payload["title"], message.payload["url"]) == ("4 reminders", "/plan")


async def test_it_is_the_owners_and_only_while_he_may_see_the_customer(scene: Scene) -> None:
    await visit(scene, SEEN, "2026-10-21 14:00")
    await scene.write("customer", BAKERY, BAKERY, owner=EWA)
    assert await scene.at("2026-11-20 09:00") == []
    await scene.write("customer", BAKERY, BAKERY, owner=MAREK, territory=SOUTH)
    assert await scene.at("2026-11-20 09:05") == []
    await scene.write("customer", BAKERY, BAKERY, territory=NORTH, deleted=True)
    assert await scene.at("2026-11-20 09:10") == []


async def test_it_keeps_its_persons_morning_and_quiet_hours(scene: Scene) -> None:
    await scene.write("setting", make_id(605), MAREK, name="morning_hour", value=6)
    await scene.write("setting", make_id(606), MAREK, name="quiet_hours", value={"from": "20:00", "to": "08:00"})
    await visit(scene, SEEN, "2026-10-21 14:00")
    assert await scene.at("2026-11-20 07:59") == []
    assert words(await scene.at("2026-11-20 08:00")) == [DUE]
    [entry] = await scene.journal()
    assert (entry["moved"], entry["due_at"]) == ("quiet_hours", ms("2026-11-20 06:00"))


async def test_a_choice_under_the_id_that_every_device_gives_it_counts_before_one_from_before(scene: Scene) -> None:
    choices: list[tuple[str, str, str, Any]] = [
        (make_id(605), MAREK, "morning_hour", 12),
        (new_id(2, (1).to_bytes(10, "big")), MAREK, "morning_hour", 6),
        (make_id(606), "shared", "call_cycles", {"regular": 90}),
        (new_id(5, bytes(10)), "shared", "call_cycles", {"regular": 30}),
    ]
    for record, root, name, value in choices:
        await scene.write("setting", record, root, name=name, value=value)
    await scene.write("customer", BAKERY, BAKERY, value_class="regular")
    await scene.write("setting", make_id(607), MAREK, name="quiet_hours", value={"from": "00:00", "to": "00:00"})
    await visit(scene, SEEN, "2026-10-21 14:00")
    assert await scene.at("2026-11-20 05:59") == []
    assert words(await scene.at("2026-11-20 06:00")) == [DUE]


@pytest.mark.parametrize(("what", "why"), [("visited", "done"), ("planned", "moved")])
async def test_what_is_no_longer_due_when_it_is_sent_again_says_why_not(scene: Scene, what: str, why: str) -> None:
    await visit(scene, SEEN, "2026-10-21 14:00")
    scene.service.answers["phone"] = [(503, {})]
    assert await scene.at("2026-11-20 09:00") == []
    if what == "visited":
        await visit(scene, LATER, "2026-11-20 09:00", status="open")
    else:
        await visit(scene, PLANNED, status="planned", planned_day="2026-11-20")
    assert await scene.pass_by(300) == []
    assert [entry["cancelled"] for entry in await scene.journal()] == [why]


async def test_what_is_built_again_is_what_was_followed_step_by_step(scene: Scene, monkeypatch: Any) -> None:
    for number in range(5):
        customer = make_id(210 + number)
        await scene.write("customer", customer, customer, name=f"Shop {number}", territory=NORTH, owner=MAREK)
        for turn in range(3):
            values = {"customer": customer, "person": MAREK, "status": "done"}
            at = ms(f"2026-11-0{number + turn + 1} 10:00")
            await scene.write("visit", make_id(620 + 10 * number + turn), customer, checked_in_at=at, **values)
            await scene.reminding.follower.catch_up()
    followed = await scene.read(SELECT)
    assert len(followed) == 5
    monkeypatch.setattr(following, "STEP", 2)
    await scene.reminding.follower.rebuild()
    assert await scene.read(SELECT) == followed
    # Read with the rules of an older version: everything is looked through again.
    await scene.run_sql("DELETE FROM due")
    await scene.run_sql("DELETE FROM due_cursor WHERE bucket = ''")
    await scene.reminding.follower.begin()
    await scene.reminding.follower.catch_up()
    assert await scene.read(SELECT) == followed


async def test_a_visit_that_changes_nothing_writes_nothing(scene: Scene) -> None:
    await visit(scene, SEEN, "2026-10-21 14:00")
    await scene.reminding.follower.catch_up()
    before = await scene.read("SELECT * FROM due_cursor ORDER BY bucket")
    await visit(scene, SEEN, note="They asked for rye.")
    await scene.reminding.follower.catch_up()
    assert await scene.read("SELECT * FROM due_cursor ORDER BY bucket") == before


async def test_a_visit_that_no_rule_can_read_stops_no_other(scene: Scene) -> None:
    await visit(scene, SEEN, "2026-10-21 14:00")
    mad = {"customer": BAKERY, "status": ["done"], "checked_in_at": "noon", "planned_day": 5, "deleted": {}}
    await scene.run_sql("DELETE FROM due")
    await scene.house.application.store.load(
        [(f"t:{NORTH}", Row("visit", make_id(901), BAKERY, 0, mad, {"1" * 18: []}))]
    )
    assert words(await scene.at("2026-11-20 09:00")) == [DUE]

"""The typed tables follow the documents, tell how far they are behind, and can be built again."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest_asyncio

from routebook_server.records.buckets import territory_bucket
from routebook_server.records.projection import STEP, Projector
from routebook_sync import base32
from routebook_sync.clock import DEVICE_WIDTH
from routebook_sync.joins import MAX_SAFE
from routebook_sync.messages import Row
from server.devices import ANNA, BAKERY, CHEMIST, MIRA, NORTH, SOUTH, Team, make_id, open_team

VISIT = make_id(1)


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


async def test_every_field_becomes_a_column_and_sets_and_counters_their_value(team: Team) -> None:
    phone = team.device(1, ANNA)
    gone = phone.stamp()
    phone.edit("customer", BAKERY, BAKERY, {"tags": {"vip": [[phone.stamp()], []], "gone": [[gone], [gone]]}})
    phone.edit("task", VISIT, BAKERY, {"title": "Call", "person": ANNA, "status": "open", "snoozes": {"0001": [5, 2]}})
    await phone.sync()
    await team.projector.catch_up()

    assert await team.read("SELECT id, name, territory, tags, bucket FROM projection_customer ORDER BY name") == [
        (BAKERY, "Bakery", NORTH, '["vip"]', territory_bucket(NORTH)),
        (CHEMIST, "Chemist", SOUTH, None, territory_bucket(SOUTH)),
    ]
    assert await team.read("SELECT title, snoozes, done_at FROM projection_task") == [("Call", 3, None)]


async def test_a_counter_beyond_every_number_does_not_stop_the_tables(team: Team) -> None:
    totals = {base32.encode(device, DEVICE_WIDTH): [MAX_SAFE, 0] for device in range(1, 1_100)}
    call = {"title": "Call", "person": ANNA, "status": "open", "snoozes": totals}
    write = {"title": "Write", "person": ANNA, "status": "open"}
    bucket, stamps = territory_bucket(NORTH), {"1" * 18: list[str]()}
    await team.store.load(
        [
            (bucket, Row("task", VISIT, BAKERY, 0, call, stamps)),
            (bucket, Row("task", make_id(2), BAKERY, 0, write, stamps)),
        ]
    )
    await team.projector.catch_up()

    assert await team.read("SELECT title, snoozes FROM projection_task ORDER BY id") == [
        ("Call", MAX_SAFE),
        ("Write", None),
    ]


async def test_the_lag_is_told_and_falls_to_zero(team: Team) -> None:
    phone = team.device(1, ANNA)
    assert (await phone.http.get("/api/projection")).json() == {"rows": 7}
    await team.projector.catch_up()
    assert (await phone.http.get("/api/projection")).json() == {"rows": 0}


async def test_more_rows_than_one_step_are_all_projected(team: Team) -> None:
    rows = [
        (territory_bucket(NORTH), Row("note", make_id(1000 + n), BAKERY, 0, {"body": str(n)}, {"1" * 18: []}))
        for n in range(2 * STEP + 1)
    ]
    await team.store.load(rows)
    await team.projector.catch_up()
    assert await team.read("SELECT count(*) FROM projection_note") == [(2 * STEP + 1,)]


async def test_a_moved_customer_is_in_its_new_bucket_once(team: Team) -> None:
    await team.projector.catch_up()
    manager = team.device(2, MIRA)
    await manager.sync()
    manager.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    await manager.sync()
    await team.projector.catch_up()

    assert await team.read("SELECT bucket, home, territory FROM projection_customer WHERE id = ?", BAKERY) == [
        (territory_bucket(SOUTH), 1, SOUTH)
    ]


async def test_rebuilding_gives_the_same_tables(team: Team) -> None:
    await team.projector.catch_up()
    before = await team.read("SELECT * FROM projection_customer ORDER BY id")
    await team.projector.rebuild()
    assert await team.read("SELECT * FROM projection_customer ORDER BY id") == before


async def test_a_running_projector_follows_each_commit_by_itself(team: Team) -> None:
    running = asyncio.create_task(team.projector.run())
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, {"customer": BAKERY, "person": ANNA, "status": "open"})
    await phone.sync()
    async with asyncio.timeout(30):
        while not await team.read("SELECT 1 FROM projection_visit WHERE id = ?", VISIT):
            pass
    team.heads.close()
    await running


async def test_far_behind_the_tables_give_way_for_as_long_as_a_step_took(team: Team) -> None:
    rows = [
        (territory_bucket(NORTH), Row("note", make_id(1000 + n), BAKERY, 0, {"body": str(n)}, {"1" * 18: []}))
        for n in range(3 * STEP)
    ]
    await team.store.load(rows)
    before = (await team.projector.lag()).rows
    hours, has_stepped = itertools.count(0, 3600), asyncio.Event()

    def timer() -> float:
        hour = next(hours)
        if hour:
            has_stepped.set()
        return hour

    projecting = asyncio.create_task(Projector(team.database, team.heads, timer, rest_s=0).run())
    async with asyncio.timeout(20):
        await has_stepped.wait()
        phone = team.device(1, ANNA)
        phone.edit("customer", BAKERY, BAKERY, {"city": "Hel"})
        await phone.sync()
        team.heads.close()
        await projecting
    assert (await team.projector.lag()).rows == before - STEP + 1

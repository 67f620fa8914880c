"""What a device is told, and what it is not (SPEC R31-R34, R51-R57)."""

import tracemalloc
from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from routebook_server.records.buckets import SHARED, person_bucket, territory_bucket
from routebook_sync.clock import SERVER_DEVICE, Clock, stamp_from_clock
from routebook_sync.messages import MAX_BUDGET, MIN_BUDGET, Control, ControlKind, Row
from server.devices import ANNA, BAKERY, BEN, CHEMIST, MIRA, NOON, NORTH, SOUTH, Team, make_id, open_team

VISIT = make_id(1)
IN_NORTH, IN_SOUTH = territory_bucket(NORTH), territory_bucket(SOUTH)


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


def visit(customer: str = BAKERY, **more: object) -> dict[str, object]:
    return {"customer": customer, "person": ANNA, "status": "planned", **more}


def note_row(number: int, body: str = "x" * 1000) -> tuple[str, Row]:
    stamp = f"1i00000000000000{number % 1000:04d}".replace("8", "a").replace("9", "b")
    return IN_NORTH, Row("note", make_id(1000 + number), BAKERY, 0, {"customer": BAKERY, "body": body}, {stamp: []})


async def test_nothing_new_gives_no_rows_and_the_same_cursors(team: Team) -> None:
    phone = team.device(1, ANNA)
    first = await phone.sync()
    again = await phone.sync()

    assert again.rows == {}
    assert again.cursors == first.cursors
    assert again.complete == again.grants
    assert not again.more


async def test_pages_keep_to_the_budget_and_together_hold_every_row_once(team: Team) -> None:
    await team.store.load(note_row(number) for number in range(200))
    phone = team.device(1, ANNA)
    seen: list[str] = []
    pages = 0
    while True:
        reply = await phone.sync(budget=MIN_BUDGET)
        size = sum(len(msgspec.json.encode(row)) for rows in reply.rows.values() for row in rows)
        assert size <= MIN_BUDGET + 2_000
        seen += [row.i for row in reply.rows.get(IN_NORTH, [])]
        pages += 1
        assert (IN_NORTH in reply.complete) is not reply.more
        if not reply.more:
            break

    assert pages > 10
    assert len(seen) == len(set(seen)) == 201


async def test_a_page_gives_at_least_one_row_however_large(team: Team) -> None:
    await team.store.load([note_row(1, "x" * 60_000), note_row(2, "y" * 60_000)])
    phone = team.device(1, ANNA)
    await phone.sync(budget=MIN_BUDGET)
    reply = await phone.sync(budget=MIN_BUDGET)

    assert [row.i for row in reply.rows[IN_NORTH]] == [make_id(1002)]


async def test_a_small_page_of_large_records_takes_little_memory(team: Team) -> None:
    await team.store.load(note_row(number, "x" * 400 * 1024) for number in range(128))
    phone = team.device(1, ANNA)
    await phone.sync(budget=MIN_BUDGET)
    tracemalloc.start()
    try:
        reply = await phone.sync(budget=MIN_BUDGET)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(reply.rows[IN_NORTH]) == 1
    assert peak < 24 * 1024 * 1024, "not all of the span, which has 50 MiB"


async def test_a_few_records_too_large_to_be_joined_come_all_the_same(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    await team.store.load(note_row(number, "x" * 400 * 1024) for number in range(48))
    seen: list[str] = []
    while len(seen) < 48:
        seen += [row.i for row in (await phone.sync(budget=MAX_BUDGET)).rows[IN_NORTH]]

    assert seen == [make_id(1000 + number) for number in range(48)]
    assert (await phone.sync()).rows == {}


async def test_own_bucket_comes_first_then_shared_then_territories(team: Team) -> None:
    await team.store.load(note_row(number) for number in range(100))
    await team.store.load([(person_bucket(ANNA), Row("setting", make_id(5), ANNA, 0, {"name": "x"}, {"1" * 18: []}))])
    reply = await team.device(1, ANNA).sync(budget=MIN_BUDGET)

    assert list(reply.rows) == [person_bucket(ANNA), SHARED, IN_NORTH]
    assert reply.complete == [person_bucket(ANNA), SHARED]


async def test_an_own_edit_is_not_echoed(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, visit())
    phone.edit("visit", VISIT, BAKERY, {"outcome": "order"})
    phone.edit("customer", BAKERY, BAKERY, {"city": "Łódź"})

    reply = await phone.sync()

    assert reply.rows == {}
    assert reply.complete == reply.grants
    assert (await phone.sync()).rows == {}


async def test_an_own_edit_is_echoed_when_the_record_had_changed_unseen(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    await phone.sync()
    tablet.edit("customer", BAKERY, BAKERY, {"phone": "+48 42 000 00 00"})
    await tablet.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Łódź"})

    reply = await phone.sync()

    assert [row.v for row in reply.rows[IN_NORTH]] == [
        {"name": "Bakery", "territory": NORTH, "phone": "+48 42 000 00 00", "city": "Łódź"}
    ]


async def test_a_reply_brings_what_others_did_between_the_own_edits(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, visit())
    await phone.send()
    tablet.edit("note", make_id(2), BAKERY, {"customer": BAKERY, "person": MIRA, "written_at": NOON})
    await tablet.sync()

    reply = await phone.sync()

    assert {row.i for row in reply.rows[IN_NORTH]} == {VISIT, make_id(2)}


async def test_a_lost_reply_is_harmless(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, visit())
    phone.edit("visit", make_id(2), BAKERY, visit(status="never"))
    lost = (await phone.send()).json()
    again = (await phone.send()).json()

    assert again["verdicts"] == lost["verdicts"]
    assert again["pushed"] == lost["pushed"] == 2
    assert len(await team.read("SELECT 1 FROM history WHERE id = ?", VISIT)) == 1
    assert VISIT in {row["i"] for row in again["rows"][IN_NORTH]}


async def test_a_verdict_is_repeated_until_it_is_acknowledged(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, visit(status="never"))
    await phone.send()
    assert len((await phone.sync(edits=[])).verdicts) == 1
    assert (await phone.sync()).verdicts == []
    assert await team.read("SELECT * FROM verdict") == []


async def test_a_rep_is_never_sent_what_lies_outside_his_grants(team: Team) -> None:
    rep = team.device(1, ANNA)
    reply = await rep.sync(cursors={IN_SOUTH: [1, 0], person_bucket(BEN): [1, 0]})

    assert set(reply.rows) == {SHARED, IN_NORTH}
    assert set(reply.cursors) == set(reply.grants) == {person_bucket(ANNA), SHARED, IN_NORTH}


async def test_a_territory_granted_later_comes_whole(team: Team) -> None:
    rep = team.device(1, ANNA)
    await rep.sync()
    team.territories[ANNA] = [NORTH, SOUTH]
    reply = await rep.sync()

    assert [row.i for row in reply.rows[IN_SOUTH]] == [CHEMIST]


async def test_a_cursor_of_another_epoch_or_beyond_the_head_reads_from_the_start(team: Team) -> None:
    rep = team.device(1, ANNA)
    for cursor in ([7, 1], [1, 10**9]):
        reply = await rep.sync(cursors={IN_NORTH: cursor})
        assert Control(ControlKind.RESET, IN_NORTH) in reply.control
        assert [row.i for row in reply.rows[IN_NORTH]] == [BAKERY]


async def test_the_device_is_told_of_a_newer_schema_and_of_a_wrong_clock(team: Team) -> None:
    rep = team.device(1, ANNA)
    reply = await rep.sync(schema="older", now=NOON + 600_000)
    assert reply.control == [Control(ControlKind.UPGRADE), Control(ControlKind.CLOCK, offset=600_000)]
    assert reply.now == NOON
    assert (await rep.sync()).control == []


async def test_a_moved_customer_takes_everything_along_and_leaves_one_marker(team: Team) -> None:
    anna, ben, manager = team.device(1, ANNA), team.device(2, BEN), team.device(3, MIRA)
    anna.edit("visit", VISIT, BAKERY, visit())
    for device in (anna, ben, manager):
        await device.sync()
    manager.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    assert (await manager.sync()).verdicts == []

    left = await anna.sync()
    when = stamp_from_clock(Clock(NOON, 0, SERVER_DEVICE))
    assert left.rows == {IN_NORTH: [Row("moved", BAKERY, BAKERY, 1, s={when: []})]}
    came = await ben.sync()
    assert {(row.i, row.h) for row in came.rows[IN_SOUTH]} == {(BAKERY, 1), (VISIT, 1)}

    anna.edit("visit", VISIT, BAKERY, {"outcome": "order"})
    told = await anna.sync()
    assert [(verdict.verdict, verdict.code) for verdict in told.verdicts] == [("held", "forbidden")]


async def test_a_customer_that_moves_away_and_back_leaves_no_marker_where_it_is(team: Team) -> None:
    manager, anna = team.device(3, MIRA), team.device(1, ANNA)
    await manager.sync()
    for territory in (SOUTH, NORTH):
        manager.edit("customer", BAKERY, BAKERY, {"territory": territory})
    assert (await manager.sync()).verdicts == []

    rows = await team.read(
        "SELECT bucket, kind, home FROM record WHERE bucket IN (?, ?) ORDER BY bucket, seq", IN_NORTH, IN_SOUTH
    )
    assert rows == [(IN_NORTH, "customer", 2), (IN_SOUTH, "customer", 0), (IN_SOUTH, "moved", 2)]
    assert [row.h for row in (await anna.sync()).rows[IN_NORTH]] == [2]


async def test_a_manager_cannot_move_a_customer_to_a_territory_that_is_not_his(team: Team) -> None:
    team.territories[MIRA] = [NORTH]
    manager = team.device(3, MIRA)
    await manager.sync()
    manager.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})

    assert [(verdict.code, verdict.field) for verdict in (await manager.sync()).verdicts] == [
        ("forbidden_field", "territory")
    ]


async def test_a_new_child_of_a_moved_customer_comes_back_with_its_home_revision(team: Team) -> None:
    manager, ben = team.device(3, MIRA), team.device(2, BEN)
    await manager.sync()
    manager.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    await manager.sync()
    await ben.sync()
    ben.edit("visit", VISIT, BAKERY, {"customer": BAKERY, "person": BEN, "status": "open"})

    assert [(row.i, row.h) for row in (await ben.sync()).rows[IN_SOUTH]] == [(VISIT, 1)]


async def test_whoever_is_granted_more_than_a_thousand_territories_reads_them_all_and_hears_of_each_change(
    team: Team,
) -> None:
    territories = [make_id(0x10_000 + number) for number in range(1_200)]
    team.territories[MIRA] = territories
    stamp = "1i0000000000000000"
    await team.store.load(
        (territory_bucket(name), Row("note", make_id(0x20_000 + at), BAKERY, 0, {"body": "x"}, {stamp: []}))
        for at, name in enumerate(territories)
    )
    desk = team.device(4, MIRA)
    reply = await desk.sync(budget=MAX_BUDGET)
    assert not reply.more
    assert set(reply.cursors) > {territory_bucket(name) for name in territories}
    assert (await desk.sync()).rows == {}

    last = territory_bucket(territories[-1])
    await team.store.load([(last, Row("note", make_id(0x30_000), BAKERY, 0, {"body": "y"}, {stamp: []}))])
    assert [row.i for row in (await desk.sync()).rows[last]] == [make_id(0x30_000)]

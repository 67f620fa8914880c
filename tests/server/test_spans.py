"""Rows packed once for all devices: right whatever is written meanwhile, and shown to nobody else (SPEC R31)."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from routebook_server.records import spans
from routebook_server.records.buckets import territory_bucket
from routebook_server.records.store import Values
from routebook_sync.messages import MAX_BUDGET, Row, View
from server.devices import ANNA, BAKERY, BEN, MIRA, NORTH, SOUTH, Team, make_id, open_team

IN_NORTH, IN_SOUTH = territory_bucket(NORTH), territory_bucket(SOUTH)
STAMP = "1" * 18
MANY = 3 * spans.NUMBERS


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        await opened.store.load(customer(number) for number in range(MANY))
        yield opened


def customer_id(number: int) -> str:
    return make_id(0x10_0000 + number)


def customer(number: int) -> tuple[str, Row]:
    key = customer_id(number)
    values = {"name": f"Customer {number}", "territory": NORTH, "cost_to_serve_12m": 1_000 + number}
    return IN_NORTH, Row("customer", key, key, 0, values, {STAMP: []})


async def read_all(team: Team, number: int, person: str, **asked: object) -> dict[str, Row]:
    """Return what a new device of a person holds in the end of the north, by id."""
    device = team.device(number, person)
    while (await device.sync(budget=MAX_BUDGET, **asked)).more:
        pass
    return {key: row for key, row in device.confirmed.items() if row.v.get("territory") == NORTH}


async def stored(team: Team, column: str = "doc") -> dict[str, Row]:
    """Return the customers of the north as they are stored."""
    found = await team.read(f"SELECT {column} FROM record WHERE bucket = ? AND kind = 'customer'", IN_NORTH)
    return {row.i: row for row in (msgspec.json.decode(doc, type=Row) for (doc,) in found)}


async def test_the_second_device_is_sent_what_the_first_one_was(team: Team) -> None:
    assert await read_all(team, 1, ANNA) == await read_all(team, 2, ANNA) == await stored(team, "coalesce(open, doc)")


async def test_a_device_that_takes_no_gzip_reads_the_same(team: Team) -> None:
    packed = await read_all(team, 1, ANNA)
    plain = team.device(2, ANNA)
    plain.http.headers["accept-encoding"] = "identity"
    reply = await plain.sync(budget=MAX_BUDGET)

    assert "content-encoding" not in (await plain.send(cursors={}, budget=MAX_BUDGET)).headers
    assert {row.i for row in reply.rows[IN_NORTH]} >= set(packed)


async def test_what_a_manager_was_sent_is_not_what_a_rep_is_sent(team: Team) -> None:
    full = await read_all(team, 1, MIRA)
    shown = await read_all(team, 2, ANNA)

    assert all("cost_to_serve_12m" in row.v for row in full.values() if row.i != BAKERY)
    assert not any("cost_to_serve_12m" in row.v for row in shown.values())
    assert full.keys() == shown.keys()
    assert await read_all(team, 3, MIRA) == full


async def test_a_rep_of_elsewhere_is_sent_no_kept_rows(team: Team) -> None:
    await read_all(team, 1, ANNA)

    assert await read_all(team, 2, BEN, cursors={IN_NORTH: [1, 0]}) == {}


async def test_a_changed_row_is_sent_as_it_is_now(team: Team) -> None:
    await read_all(team, 1, ANNA)
    await team.store.edit([Values("customer", customer_id(5), customer_id(5), {"name": "Another"})])
    device = team.device(2, ANNA)
    reply = await device.sync(budget=MAX_BUDGET)

    assert [row.v["name"] for row in reply.rows[IN_NORTH] if row.i == customer_id(5)] == ["Another"]


async def test_a_customer_who_moved_away_is_not_sent_from_memory(team: Team) -> None:
    await read_all(team, 1, ANNA)
    await team.store.edit([Values("customer", customer_id(5), customer_id(5), {"territory": SOUTH})])
    reply = await team.device(2, ANNA).sync(budget=MAX_BUDGET)

    assert customer_id(5) not in {row.i for row in reply.rows[IN_NORTH] if row.k == "customer"}
    assert "Customer 5" not in {row.v.get("name") for row in reply.rows[IN_NORTH]}


async def test_what_another_process_wrote_is_seen(team: Team) -> None:
    await read_all(team, 1, ANNA)
    # Past this store and all that it could remember: as another process would.
    await team.write("UPDATE record SET seq = ? WHERE id = ?", MANY + 100, customer_id(5))
    await team.write("UPDATE bucket SET seq = ? WHERE bucket = ?", MANY + 100, IN_NORTH)
    device = team.device(2, ANNA)
    reply = await device.sync(budget=MAX_BUDGET)

    assert [row.i for row in reply.rows[IN_NORTH]].count(customer_id(5)) == 1
    assert reply.cursors[IN_NORTH][1] == MANY + 100


async def test_a_device_that_reads_from_0_among_writers_meets_every_row(team: Team) -> None:
    done = asyncio.Event()

    async def write(first: int) -> None:
        for number in range(first, MANY, 97):
            await team.store.edit(
                [Values("customer", customer_id(number), customer_id(number), {"name": f"New {number}"})]
            )
        done.set()

    async def read(number: int) -> dict[str, Row]:
        while not done.is_set():
            await read_all(team, number, ANNA, cursors={})
        return await read_all(team, number, ANNA)

    held, *_ = await asyncio.gather(read(1), read(2), write(0), write(40))

    assert await read_all(team, 3, ANNA) == await stored(team, "coalesce(open, doc)")
    assert held.keys() == (await stored(team)).keys()


async def test_a_body_that_was_purged_is_sent_to_nobody_from_memory(team: Team) -> None:
    gone, told = customer_id(5), "Another, gone"
    # Deleted in place, so that it lies in a whole span.
    deleted = Row("customer", gone, gone, 0, {"deleted": True, "name": told, "territory": NORTH}, {STAMP: []})
    bare = Row("customer", gone, gone, 0, {"deleted": True}, {STAMP: []})
    update = "UPDATE record SET doc = ?, open = NULL WHERE id = ?"
    await team.write(update, msgspec.json.encode(deleted).decode(), gone)
    for number, person in ((1, ANNA), (2, MIRA)):
        assert (await read_all(team, number, person))[gone].v["name"] == told
    # Past this store and all that it could remember, as another process does, under the same number and head.
    await team.write(update, msgspec.json.encode(bare).decode(), gone)
    for number, person in ((3, ANNA), (4, MIRA), (5, ANNA)):
        device = team.device(number, person)
        while (await device.sync(budget=MAX_BUDGET)).more:
            pass
        assert device.confirmed[gone].v == {"deleted": True}


def test_what_is_kept_stays_within_its_limit() -> None:
    kept = spans.Spans(limit=10_000)
    for after in range(0, 100 * spans.NUMBERS, spans.NUMBERS):
        place = spans.Place(IN_NORTH, 1, View.FULL, after)
        kept.pack({IN_NORTH: [spans.Fresh(place, (1, 0), 1, b"x" * 500)]})

    assert 0 < kept.size <= 10_000

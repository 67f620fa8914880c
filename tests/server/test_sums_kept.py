"""The sums that the write path keeps are those of the rows, whatever was written; ``verify`` finds and mends others."""

from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.records.buckets import SHARED, territory_bucket
from routebook_server.records.store import Values
from routebook_server.records.sums import parts_of_view
from routebook_server.records.verify import Fault, bucket_names, verify_bucket
from routebook_sync.checksum import bucket_checksum, partition_checksums
from routebook_sync.messages import Row
from server.devices import ANNA, BAKERY, CHEMIST, MIRA, NOON, NORTH, SOUTH, Team, make_id, open_team, rows_of

NOTE, TASK, SHOP, FLOUR = make_id(1), make_id(2), make_id(3), make_id(4)


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened
        assert await faults(opened) == []


async def faults(team: Team, *, mend: bool = False) -> list[Fault]:
    """Return what is wrong in the whole database."""

    def verify(connection: Connection) -> list[Fault]:
        return [fault for name in bucket_names(connection) for fault in verify_bucket(connection, name, mend=mend)]

    return await team.database.write(verify)


async def test_a_bucket_knows_the_sum_of_its_rows_and_of_each_partition(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("note", NOTE, BAKERY, {"customer": BAKERY, "person": ANNA, "written_at": NOON, "body": "x"})
    phone.edit("task", TASK, BAKERY, {"title": "Call", "person": ANNA, "status": "open", "snoozes": {"0001": [1, 0]}})
    phone.edit("note", NOTE, BAKERY, {"body": "y"})
    await phone.sync()
    phone.edit("note", NOTE, BAKERY, {"deleted": True})
    await phone.sync()

    bucket = territory_bucket(NORTH)
    rows = await rows_of(team, bucket)
    [(count, total, parts)] = await team.read("SELECT rows, total, parts FROM bucket WHERE bucket = ?", bucket)
    assert (total, count) == bucket_checksum(rows)
    assert parts_of_view(parts, full=True) == partition_checksums(rows)
    assert count == 3


async def test_a_row_with_hidden_fields_is_summed_up_in_both_views(team: Team) -> None:
    await team.store.edit([Values("product", FLOUR, "shared", {"name": "Flour", "price": 5, "cost": 3})])
    await team.store.edit([Values("product", FLOUR, "shared", {"cost": 4})])

    [(total, open_total, parts)] = await team.read(
        "SELECT total, open_total, parts FROM bucket WHERE bucket = ?", SHARED
    )
    assert (total, open_total) == (
        bucket_checksum(await rows_of(team, SHARED))[0],
        bucket_checksum(await rows_of(team, SHARED, column="coalesce(open, doc)"))[0],
    )
    assert total != open_total
    shown = await rows_of(team, SHARED, column="coalesce(open, doc)")
    assert [row.v for row in shown if row.k == "product"] == [{"name": "Flour", "price": 5}]
    assert parts_of_view(parts, full=False) == partition_checksums(shown)


async def test_a_move_carries_the_sums_of_its_aggregate_into_the_other_bucket(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    phone.edit("note", NOTE, BAKERY, {"customer": BAKERY, "person": ANNA, "written_at": NOON, "body": "x"})
    await phone.sync()
    await desk.sync()
    desk.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    # A new record, a move away and a move back in one transaction with it.
    desk.edit("note", make_id(5), BAKERY, {"customer": BAKERY, "person": MIRA, "written_at": NOON, "body": "y"})
    desk.edit("customer", BAKERY, BAKERY, {"territory": NORTH})
    desk.edit("customer", CHEMIST, CHEMIST, {"territory": NORTH})
    desk.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    await desk.sync()

    rows = dict(await team.read("SELECT bucket, rows FROM bucket"))
    assert (rows[territory_bucket(NORTH)], rows[territory_bucket(SOUTH)]) == (1, 3)


async def test_a_group_that_fails_leaves_the_sums_alone(team: Team) -> None:
    phone = team.device(1, ANNA)
    before = await team.read("SELECT total, rows FROM bucket ORDER BY bucket")
    phone.edit("customer", SHOP, SHOP, {"name": "Shop", "territory": NORTH}, group="both")
    phone.edit("note", NOTE, SHOP, {"customer": SHOP, "person": ANNA, "written_at": "noon"}, group="both")
    await phone.sync()
    assert await team.read("SELECT total, rows FROM bucket ORDER BY bucket") == before


async def test_rows_loaded_in_bulk_are_summed_up_and_replaced_ones_are_not_counted_twice(team: Team) -> None:
    north, south = territory_bucket(NORTH), territory_bucket(SOUTH)
    stamp, later = "1" * 18, "2" * 18
    rows = [(north, Row("note", make_id(100 + at), BAKERY, 0, {"body": "x"}, {stamp: []})) for at in range(9)]
    await team.store.load(rows)
    assert await faults(team) == []
    replaced = Row("note", make_id(100), BAKERY, 0, {"body": "z"}, {later: []})
    elsewhere = Row("note", make_id(101), CHEMIST, 0, {"body": "z"}, {later: []})
    await team.store.load([(north, replaced), (south, elsewhere), (north, replaced)])
    assert dict(await team.read("SELECT bucket, rows FROM bucket WHERE bucket LIKE 't:%'")) == {north: 9, south: 2}


async def test_what_is_wrong_is_found_and_mended(team: Team) -> None:
    await team.store.edit([Values("product", FLOUR, "shared", {"name": "Flour", "cost": 3})])

    def spoil(connection: Connection) -> None:
        driver = driver_of(connection)
        driver.execute("UPDATE record SET open = NULL WHERE id = ?", FLOUR)
        driver.execute("UPDATE record SET sum = 1 WHERE id = ?", BAKERY)
        driver.execute("UPDATE bucket SET rows = rows + 1, parts = NULL WHERE bucket = ?", SHARED)

    await team.database.write(spoil)
    assert {(fault.bucket, fault.id) for fault in await faults(team)} == {
        (SHARED, FLOUR),
        (SHARED, ""),
        (territory_bucket(NORTH), BAKERY),
    }
    assert len(await faults(team, mend=True)) == 3

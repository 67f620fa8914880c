"""What the server writes itself goes the same way as a device's edits: same checks, same history, same rows."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from routebook_server.records.buckets import territory_bucket
from routebook_server.records.store import RefusedError, Values
from routebook_sync.clock import SERVER_DEVICE, clock_from_stamp
from routebook_sync.messages import Row
from server.devices import ANNA, BAKERY, MIRA, NORTH, SOUTH, Team, make_id, open_team

VISIT = make_id(1)
IN_NORTH = territory_bucket(NORTH)


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


async def test_a_computed_figure_reaches_the_device(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Łódź"})
    await phone.sync()
    await team.store.edit([Values("customer", BAKERY, BAKERY, {"revenue_12m": 500, "city": "Lodz"})])

    reply = await phone.sync()

    assert [(row.v["revenue_12m"], row.v["city"]) for row in reply.rows[IN_NORTH]] == [(500, "Lodz")]
    entries = await team.store.history(BAKERY, [IN_NORTH], 1)
    assert entries is not None
    assert (entries[0].person, entries[0].device) == ("", SERVER_DEVICE)


async def test_the_servers_stamp_exceeds_what_it_overwrites_even_from_a_fast_clock(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.skew_ms = 100_000
    ahead = phone.edit("customer", BAKERY, BAKERY, {"city": "Łódź"})
    await phone.sync()
    await team.store.edit([Values("customer", BAKERY, BAKERY, {"city": "Lodz"})])

    row = await team.row(BAKERY)
    assert row is not None
    assert row["v"]["city"] == "Lodz"
    newest = max(row["s"])
    assert newest > ahead.at
    assert clock_from_stamp(newest).device == SERVER_DEVICE


async def test_a_refused_edit_of_the_server_stores_nothing_of_its_call(team: Team) -> None:
    with pytest.raises(RefusedError) as refused:
        await team.store.edit(
            [
                Values("customer", VISIT, VISIT, {"name": "Kiosk", "territory": SOUTH}),
                Values("visit", make_id(2), make_id(3), {"customer": make_id(3), "person": ANNA, "status": "open"}),
            ]
        )
    assert {verdict.code for verdict in refused.value.verdicts} == {"missing_root"}
    assert await team.row(VISIT) is None
    assert await team.read("SELECT * FROM held") == []


async def test_another_author_of_the_server_has_only_his_own_rights(team: Team) -> None:
    team.device(2, MIRA)
    manager = team.actor(2)
    await team.store.edit([Values("customer", BAKERY, BAKERY, {"city": "Łódź"})], manager)
    with pytest.raises(RefusedError):
        await team.store.edit([Values("customer", BAKERY, BAKERY, {"revenue_12m": 1})], manager)
    with pytest.raises(RefusedError):
        await team.store.edit([Values("person", ANNA, "shared", {"role": "administrator"})], manager)


async def test_loaded_rows_come_numbered_and_whole_and_may_be_loaded_again(team: Team) -> None:
    rows = [(IN_NORTH, Row("note", make_id(50 + n), BAKERY, 0, {"body": str(n)}, {"1" * 18: []})) for n in range(3)]
    assert await team.store.load(iter(rows)) == 3
    assert await team.store.load(rows[:1]) == 1

    reply = await team.device(1, ANNA).sync()
    assert [row.i for row in reply.rows[IN_NORTH]] == [BAKERY, make_id(51), make_id(52), make_id(50)]
    assert reply.cursors[IN_NORTH] == [1, 5]

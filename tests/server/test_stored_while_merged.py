"""A long push is stored while it is merged, part by part. Nobody can tell: it takes effect as a whole or not at all."""

from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import Connection

from routebook_server.database.driver import PostgresDriver, SqliteDriver
from routebook_server.records.batch import find_stops
from routebook_server.records.buckets import territory_bucket
from routebook_server.records.verify import bucket_names, verify_bucket
from routebook_sync.messages import Row, VerdictKind
from server.devices import ANNA, BAKERY, CHEMIST, MIRA, NORTH, SOUTH, Team, make_id, open_team, rows_of

VISIT, SHOP = make_id(1), make_id(2)
IN_NORTH, IN_SOUTH = territory_bucket(NORTH), territory_bucket(SOUTH)
SAID: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "status": "open"}


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    # Every edit is stored before the next one is merged.
    async with open_team(address, part=1) as opened:
        yield opened

        def verify(connection: Connection) -> list[Any]:
            return [fault for name in bucket_names(connection) for fault in verify_bucket(connection, name)]

        assert await opened.database.read(verify) == []


async def test_a_record_that_changes_again_stands_once_under_its_last_number(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    await desk.sync()
    phone.edit("visit", VISIT, BAKERY, SAID)
    phone.edit("visit", make_id(3), BAKERY, SAID)
    phone.edit("visit", VISIT, BAKERY, {"note": "one"})
    phone.edit("visit", VISIT, BAKERY, {"note": "two"})
    reply = await phone.sync()

    assert (reply.verdicts, reply.rows) == ([], {}), "its author is not told what he wrote"
    stored = await team.read("SELECT id, seq FROM record WHERE bucket = ? ORDER BY seq", IN_NORTH)
    assert [record_id for record_id, _seq in stored][-2:] == [make_id(3), VISIT]
    assert reply.cursors[IN_NORTH][1] == stored[-1][1]
    assert [row.v.get("note") for row in (await desk.sync()).rows[IN_NORTH]] == [None, "two"]
    entries = await team.read("SELECT new FROM history WHERE id = ? ORDER BY number", VISIT)
    assert [msgspec.json.decode(new).get("note") for (new,) in entries] == [None, "one", "two"]


async def test_a_group_that_is_refused_leaves_nothing_between_edits_that_stand(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, SAID)
    phone.edit("visit", VISIT, BAKERY, {"note": "of the group"}, group="both")
    phone.edit("visit", VISIT, BAKERY, {"latitude": "north"}, group="both")
    phone.edit("visit", VISIT, BAKERY, {"note": "after it"})
    reply = await phone.sync()

    assert [(verdict.n, verdict.verdict) for verdict in reply.verdicts] == [
        (2, VerdictKind.REJECTED),
        (3, VerdictKind.REJECTED),
    ]
    assert await team.read("SELECT count(*) FROM history WHERE id = ?", VISIT) == [(2,)]
    row = await team.row(VISIT)
    assert row is not None
    assert row["v"]["note"] == "after it"


async def test_a_customer_that_moves_there_and_back_takes_along_what_was_stored(team: Team) -> None:
    desk = team.device(4, MIRA)
    await desk.sync()
    desk.edit("visit", VISIT, BAKERY, {**SAID, "person": MIRA})
    desk.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    desk.edit("visit", make_id(3), BAKERY, {**SAID, "person": MIRA})
    desk.edit("customer", BAKERY, BAKERY, {"territory": NORTH})
    desk.edit("customer", CHEMIST, CHEMIST, {"territory": NORTH})
    assert (await desk.sync()).verdicts == []

    def ids(rows: list[Row], kind: str) -> set[str]:
        return {row.i for row in rows if row.k == kind}

    north, south = await rows_of(team, IN_NORTH), await rows_of(team, IN_SOUTH)
    assert ids(north, "visit") == {VISIT, make_id(3)}
    assert ids(north, "customer") == {BAKERY, CHEMIST}
    assert [row.k for row in south] == ["moved", "moved"], "of either customer; the bakery's in the north is gone"
    assert ids(north, "moved") == set()


async def test_words_of_a_text_that_was_stored_a_moment_ago_are_merged(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    phone.edit("visit", VISIT, BAKERY, {**SAID, "note": "bread and salt"})
    await phone.sync()
    await desk.sync()
    phone.edit("visit", VISIT, BAKERY, {"note": "fresh bread and salt"})
    await phone.sync()
    desk.edit("visit", make_id(3), BAKERY, {**SAID, "person": MIRA})
    desk.edit("visit", VISIT, BAKERY, {"note": "bread and salt today"})
    await desk.sync()
    row = await team.row(VISIT)
    assert row is not None
    assert row["v"]["note"] == "fresh bread and salt today"


async def test_what_was_stored_before_a_fault_is_undone_and_stored_edit_by_edit(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    calls = []
    driver = PostgresDriver if team.database.is_shared else SqliteDriver
    begin = driver.begin_storing

    def fail_once(self: Any, storing: Any, rows: Any) -> None:
        calls.append(storing)
        if len(calls) == 4:
            raise ValueError("planted")
        begin(self, storing, rows)

    monkeypatch.setattr(driver, "begin_storing", fail_once)
    for number in range(4):
        phone.edit("visit", make_id(10 + number), BAKERY, SAID)
    assert (await phone.sync()).verdicts == []
    assert len(calls) == 4, "one by one, nothing is stored before the end"
    assert await team.read("SELECT count(*) FROM history WHERE device = 1") == [(4,)]
    assert await team.read("SELECT count(*) FROM record WHERE kind = 'visit'") == [(4,)]


@pytest.mark.parametrize("part", [1, 3, 250])
@pytest.mark.parametrize("count", [0, 1, 7, 249, 250, 251, 1_000, 4_001])
def test_no_part_is_longer_than_it_may_be_and_the_last_one_is_short(count: int, part: int) -> None:
    stops = [0, *find_stops(count, part), count]
    sizes = [end - begin for begin, end in pairwise(stops)]
    assert max(sizes) <= part
    assert min(sizes[:-1], default=1) >= 1
    assert sizes[-1] <= max(part // 2, 1)

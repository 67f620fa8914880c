"""`routebook move` from SQLite to PostgreSQL and back: the archive and custody come along, and sums stay equal."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

import pytest

from routebook_server.database import open_database
from routebook_server.database.address import sqlite_address
from routebook_server.keeping import move
from routebook_server.records.archiving import Archiver
from routebook_server.records.buckets import archive_of, territory_bucket
from routebook_server.settings import Settings
from server.devices import ANNA, BAKERY, MIRA, NOON, NORTH, Team, make_id, rows_of
from server.test_sums_kept import faults

pytestmark = pytest.mark.postgres

VISIT, *NOTES = (make_id(number) for number in range(1, 5))
DAY = 86_400_000
IN_NORTH = territory_bucket(NORTH)
_SELECT_BUCKETS = "SELECT bucket, epoch, seq, horizon, rows, total, open_total, parts FROM bucket ORDER BY bucket"
_SELECT_HELD = "SELECT record, receipt, root, code, received_at, device, author, edits FROM held ORDER BY record"


async def archive_and_hold(team: Team) -> None:
    """Let old notes of the bakery go to its archive, and a visit there that is Anna's no more into custody."""
    phone = team.device(1, ANNA)
    await phone.sync()
    for number, note in enumerate(NOTES):
        written = {"customer": BAKERY, "person": ANNA, "written_at": NOON + number, "body": "Old"}
        phone.edit("note", note, BAKERY, written)
    await phone.sync()
    team.clock.now_ms += 500 * DAY
    assert await Archiver(team.database, team.clock, 400 * DAY).archive(team.heads) == 2
    team.territories[ANNA] = []
    phone.edit("visit", VISIT, BAKERY, {"customer": BAKERY, "person": ANNA, "status": "planned"})
    await phone.sync()


async def look(address: str) -> tuple[Team, list[Any]]:
    """Return a team over a database as it lies there, and the sums, custody and archive that it holds."""
    team = Team(open_database(address))
    team.clock.now_ms += 500 * DAY
    assert await faults(team) == []
    buckets = [(*rest, bytes(parts or b"")) for *rest, parts in await team.read(_SELECT_BUCKETS)]
    return team, [buckets, await team.read(_SELECT_HELD), await rows_of(team, archive_of(IN_NORTH))]


async def close(team: Team) -> None:
    team.heads.close()
    await team.store.close()
    await team.database.close()


async def test_a_book_with_an_archive_and_an_offer_moves_to_postgres_and_back(
    postgres_address: str, tmp_path: Path
) -> None:
    first, last = sqlite_address(tmp_path / "first.db"), sqlite_address(tmp_path / "last.db")
    team = Team(open_database(first))
    await team.settle_in()
    await archive_and_hold(team)
    await close(team)
    seen = []
    for source, target in ((None, first), (first, postgres_address), (postgres_address, last)):
        if source is not None:
            done = await asyncio.to_thread(move, Settings(), argparse.Namespace(source=source, target=target))
            assert done == 0
        team, found = await look(target)
        seen.append(found)
        if target != last:
            await close(team)

    assert seen[0] == seen[1] == seen[2]
    buckets, held, archived = seen[0]
    assert archive_of(IN_NORTH) in {bucket for bucket, *_rest in buckets}
    assert [row.i for row in archived] == NOTES[:2]
    assert len(held) == 1
    desk = team.device(4, MIRA)
    await desk.sync()
    desk.edit("held_edit", held[0][0], BAKERY, {"status": "applied"})
    await desk.sync()
    assert await team.row(VISIT) is not None, "what was offered can be applied where it came to"
    await close(team)

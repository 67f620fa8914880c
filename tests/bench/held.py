"""Area: what an empty sync costs the server, by what the bucket holds."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from bench.empty_sync import NOW, STAMP, empty_request, make_id
from bench.line import Line, at_least, at_most
from routebook_server.database import SqliteDatabase, open_sqlite
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.gateway import Gateway
from routebook_server.records.buckets import SHARED, person_bucket, territory_bucket
from routebook_server.records.heads import Heads
from routebook_server.records.load import load_rows
from routebook_server.records.store import Store
from routebook_sync.entities.person import Role
from routebook_sync.generate import schema_hash
from routebook_sync.messages import Row, SyncReply, SyncRequest

HELD: Final = (1_000, 10_000, 100_000, 1_000_000)
"""Records in one territory."""
ROUNDS: Final = 15
REQUESTS: Final = 20
"""In one round."""
PLANTED: Final = (1_000, 100_000)
PLANTED_ROUNDS: Final = 5
PLANTED_REQUESTS: Final = 4
PERSON: Final = make_id(1)
BUCKETS: Final = (person_bucket(PERSON), SHARED, territory_bucket(make_id(2)), territory_bucket(make_id(3)))
ELSEWHERE: Final = territory_bucket(make_id(4))
"""A bucket that the device is not granted."""
ACTOR: Final = Actor(PERSON, Role.REP, 12, BUCKETS)
# In SQL, because a million rows through the server's own doors would take the most of the time.
_FILL: Final = """
    WITH RECURSIVE number (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
    INSERT INTO record (bucket, seq, id, kind, root, home, device, doc, sum, open_sum)
    SELECT bucket, n, printf('01k0000000%016d', n), kind, root, home, device, doc, sum, open_sum
    FROM record, number WHERE bucket = ? AND seq = 1
"""


class Place:
    """A server whose first territory holds so many records, and a device that has read them all."""

    def __init__(self, folder: Path, held: int, *, is_planted: bool = False) -> None:
        """``is_planted``: every request also scans the whole table, as the figure has to show."""
        self.database: SqliteDatabase = open_sqlite(folder / f"{held}-{is_planted}.db")
        self.store = Store(self.database, lambda: NOW, Heads())
        self.gateway = Gateway(self.store, lambda: NOW, schema_hash(), self._scan if is_planted else None)
        self._written = 0
        rows = [
            (name, Row("note", make_id(at), make_id(9), 0, {"body": "x" * 200}, {STAMP: []}))
            for at, name in enumerate(BUCKETS)
        ]
        self.database.write_now(lambda connection: load_rows(connection, rows))
        with self.database.engine.begin() as connection:
            connection.exec_driver_sql(_FILL, (held, BUCKETS[2]))
            connection.exec_driver_sql("UPDATE bucket SET seq = ?, rows = seq WHERE bucket = ?", (held, BUCKETS[2]))
        heads = {name: [1, held if name == BUCKETS[2] else 1] for name in BUCKETS}
        self.body = msgspec.json.encode({**empty_request(ACTOR.device), "cursors": heads})
        self.spent: list[float] = []

    async def measure(self, requests: int) -> None:
        """Note the CPU time of one empty sync, of this whole process.

        Somebody else writes before each: what was read before is worth nothing then, as in a house where people work.
        """
        spent = 0.0
        for _ in range(requests):
            self._write_elsewhere()
            started = time.process_time()
            reply = await self.gateway.sync(ACTOR, self.body)
            spent += time.process_time() - started
            told = msgspec.json.decode(reply, type=SyncReply)
            assert (told.rows, told.sums, told.more) == ({}, {}, False)
        self.spent.append(spent / requests)

    def _write_elsewhere(self) -> None:
        # On this thread, and so that no checkpoint follows: its work would be counted to some later request.
        self._written += 1
        row = Row("note", make_id(1_000 + self._written), make_id(9), 0, {"body": "y"}, {STAMP: []})
        self.database.write_now(lambda connection: load_rows(connection, [(ELSEWHERE, row)]))

    async def _scan(self, _actor: Actor, _request: SyncRequest) -> None:
        await self.database.fetch("SELECT sum(length(doc)) FROM record")

    async def close(self) -> None:
        """Close the database."""
        await self.store.close()
        await self.database.close()


def run() -> Iterator[Line]:
    """Yield how much the dearest empty sync costs against the cheapest, and that a scan of the table would show."""
    with tempfile.TemporaryDirectory() as folder:
        places = [Place(Path(folder), held) for held in HELD]
        yield at_most("empty_sync_vs_held", asyncio.run(_measure(places, ROUNDS, REQUESTS)), "ratio", 1.3)
        planted = [Place(Path(folder), held, is_planted=True) for held in PLANTED]
        ratio = asyncio.run(_measure(planted, PLANTED_ROUNDS, PLANTED_REQUESTS))
        yield at_least("empty_sync_vs_held_planted", ratio, "ratio", 5)


async def _measure(places: list[Place], rounds: int, requests: int) -> float:
    try:
        for _ in range(rounds):
            for place in places:
                await place.measure(requests)
        costs = [statistics.median(place.spent[1:]) for place in places]
        return max(costs) / min(costs)
    finally:
        for place in places:
            await place.close()

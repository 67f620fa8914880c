"""Area: a device that is a little behind in a store that holds a great deal."""

import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from bench.line import Line, at_most
from bench.served import person_of, territory_of
from routebook_server.database import open_sqlite
from routebook_server.database.sqlite import PRAGMAS
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.gateway import Gateway
from routebook_server.records.buckets import territory_bucket
from routebook_server.records.heads import Heads
from routebook_server.records.store import Store
from routebook_sync.entities.person import Role

HELD: Final = int(os.environ.get("BENCH_HELD", "1000000"))
BEHIND: Final = 100
ROUNDS: Final = 300
NOW: Final = 1_800_000_000_000
BUCKET: Final = territory_bucket(territory_of(0))
# Finished documents, as long as those of visits are; what they hold is not looked at.
FILL: Final = """
WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?)
INSERT INTO record (bucket, seq, id, kind, root, home, device, doc)
SELECT ?, n, printf('01k7n5cng0e00800%010d', n), 'visit', printf('01k7n5cng0e00900%010d', n % 50000), 0, 0,
  printf('{"k":"visit","i":"01k7n5cng0e00800%010d","r":"01k7n5cng0e00900%010d","v":{"customer":"01k7n5cng0e00900%010d",'
  || '"person":"01k7n5cng0e007000000000001","status":"done","purpose":"sales","planned_day":"2027-01-15",'
  || '"checked_in_at":%d,"checked_out_at":%d,"presence":"at_customer","outcome":"order","note":"%s"},'
  || '"s":{"1nvrg8g00000000001":[]}}',
  n, n % 50000, n % 50000, 1700000000000 + n, 1700000900000 + n, hex(randomblob(30)))
FROM counted
"""


def run() -> Iterator[Line]:
    """Yield the time of a pull of a hundred rows by that of plain sqlite3 reading the same documents."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        yield at_most("incremental_100_of_1m", asyncio.run(_measure(Path(folder) / "held.db")), "ratio", 2)


async def _measure(path: Path) -> float:
    database = open_sqlite(path)

    def fill(connection: sqlite3.Connection) -> None:
        with connection:
            connection.execute(FILL, (HELD, BUCKET))
            connection.execute("INSERT INTO bucket (bucket, epoch, seq) VALUES (?, 1, ?)", (BUCKET, HELD))

    with sqlite3.connect(path) as filling:
        fill(filling)
    filling.close()
    plain = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        plain.execute(f"PRAGMA {pragma}")
    gateway = Gateway(Store(database, lambda: NOW, Heads()), lambda: NOW, "")
    actor = Actor(person_of(1), Role.REP, 1, (BUCKET,))
    asked = {
        "protocol": 2,
        "schema": "",
        "device": 1,
        "now": NOW,
        "view": "rep",
        "cursors": {BUCKET: [1, HELD - BEHIND]},
    }
    body = msgspec.json.encode(asked)
    try:
        ratios = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            await gateway.sync(actor, body)
            ours = time.perf_counter() - begun
            begun = time.perf_counter()
            found = plain.execute(
                "SELECT doc FROM record WHERE bucket = ? AND seq > ? ORDER BY seq", (BUCKET, HELD - BEHIND)
            ).fetchall()
            ratios.append(ours / (time.perf_counter() - begun))
            assert len(found) == BEHIND
        assert len(msgspec.json.decode(await gateway.sync(actor, body))["rows"][BUCKET]) == BEHIND
        return statistics.median(ratios)
    finally:
        plain.close()
        await database.close()

"""Area: the canonical store against plain sqlite3."""

import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec

from bench.line import Line, at_least
from routebook_server.database import SqliteDatabase, open_sqlite
from routebook_server.database.sqlite import PRAGMAS
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.gateway import Gateway
from routebook_server.gateway.incoming import read_edits, read_request
from routebook_server.records.buckets import territory_bucket
from routebook_server.records.heads import Heads
from routebook_server.records.push import Push
from routebook_server.records.store import Store
from routebook_server.records.tables import record
from routebook_sync import base32
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.entities.person import Role
from routebook_sync.messages import Row

SEED: Final = int(os.environ.get("BENCH_SEED", "7"))
RUNS: Final = int(os.environ.get("BENCH_RUNS", "9"))
NOW: Final = 1_800_000_000_000
TERRITORY: Final = base32.encode(1, 26)
BUCKET: Final = territory_bucket(TERRITORY)
PERSON: Final = base32.encode(2, 26)
CUSTOMERS: Final = 2_000
ROWS: Final = 12_000
ACTOR: Final = Actor(PERSON, Role.REP, 1, (BUCKET,))
NEWCOMER: Final = Actor(PERSON, Role.REP, 2, (BUCKET,))
"""The same person's new phone, which has pushed nothing: no verdicts wait for it."""
UPSERT: Final = f"INSERT OR REPLACE INTO record VALUES ({', '.join('?' * len(record.columns))})"


class Sample:
    """Rows and edits of a rep's territory, from a seed."""

    def __init__(self) -> None:
        self.random = Random(SEED)
        self._count = 0
        self._edits = 0
        self.customers = [self.make_id() for _ in range(CUSTOMERS)]
        self.visits: list[tuple[str, str]] = []
        self._stamps: dict[str, str] = {}
        """Of the outcome and the note of each of these visits, as the device that changes them has read them."""

    def make_id(self) -> str:
        """Return the next id, in the shape of a UUID version 7."""
        self._count += 1
        return base32.encode((NOW + self._count) << 80 | 7 << 76 | self.random.getrandbits(62), 26)

    def stamp(self, device: int) -> str:
        """Return the next stamp of a device."""
        self._count += 1
        return stamp_from_clock(Clock(NOW - 1_000_000 + self._count, 0, device))

    def visit_values(self, customer: str) -> dict[str, Any]:
        """Return what a finished visit holds."""
        return {
            "customer": customer,
            "person": PERSON,
            "status": "done",
            "purpose": "sales",
            "planned_day": "2027-01-15",
            "checked_in_at": NOW - 3_600_000,
            "checked_out_at": NOW - 2_400_000,
            "presence": "at_customer",
            "latitude": self.random.randrange(90_000_000),
            "longitude": self.random.randrange(180_000_000),
            "outcome": "order",
            "note": "Sprzedaż dobra; заказ через неделю, بعداً زنگ بزن.",
        }

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Yield the customers, then visits at them."""
        for number, customer in enumerate(self.customers):
            values = {
                "name": f"Piekarnia Łódź {number}",
                "territory": TERRITORY,
                "city": "Łódź",
                "relation": "business",
            }
            yield BUCKET, Row("customer", customer, customer, 0, values, {self.stamp(0): []})
        for _ in range(ROWS - CUSTOMERS):
            customer, visit, stamp = self.random.choice(self.customers), self.make_id(), self.stamp(0)
            self.visits.append((visit, customer))
            self._stamps[visit] = stamp
            yield BUCKET, Row("visit", visit, customer, 0, self.visit_values(customer), {stamp: []})

    def request(self, count: int) -> bytes:
        """Return a request with so many edits: every other one is a new visit, the others change one.

        All of it as most requests are: of a device that has read what it changes, on the day when it was done.
        """
        edits = []
        for _ in range(count):
            self._edits += 1
            edit: dict[str, Any] = {"n": self._edits, "kind": "visit", "at": self.stamp(1)}
            if self._edits % 2:
                customer, visit = self.random.choice(self.customers), self.make_id()
                edit |= {"id": visit, "root": customer, "v": self.visit_values(customer)}
            else:
                visit, customer = self.visits[self.random.randrange(len(self.visits))]
                edit |= {
                    "id": visit,
                    "root": customer,
                    "v": {"outcome": "follow_up", "note": f"Second thoughts {self._edits}"},
                    "base": dict.fromkeys(("outcome", "note"), self._stamps[visit]),
                }
                self._stamps[visit] = edit["at"]
            edits.append(edit)
        request = {"protocol": 1, "schema": "", "device": 1, "now": NOW, "cursors": {BUCKET: [1, ROWS]}}
        return msgspec.json.encode({**request, "edits": edits})


def run() -> Iterator[Line]:
    """Yield the store's lines."""
    # The folder of the project, not that of temporary files, which may be in memory.
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        yield from asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> list[Line]:
    sample = Sample()
    database = open_sqlite(folder / "store.db")
    store = Store(database, lambda: NOW, Heads())
    try:
        await store.load(sample.rows())
        raw = _open_raw(folder / "raw.db", database)
        lines = []
        for count, limit in ((1_000, 0.30), (100, 0.35)):
            ratios = [await _compare_push(store, sample, raw, count) for _ in range(RUNS + 1)][1:]
            lines.append(at_least(f"push_merge_{count}", statistics.median(ratios), "ratio", limit))
        gateway = Gateway(store, lambda: NOW, "")
        plain = _connect(folder / "store.db")
        ratios = [await _compare_pull(gateway, plain) for _ in range(RUNS + 1)][1:]
        plain.close()
        lines.append(at_least("snapshot_pull", statistics.median(ratios), "ratio", 0.60))
        raw.close()
    finally:
        await store.close()
        await database.close()
    return lines


def _connect(path: Path) -> sqlite3.Connection:
    """Return plain sqlite3 on a file, set as the store's own connections are."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _open_raw(path: Path, database: SqliteDatabase) -> sqlite3.Connection:
    """Return plain sqlite3 on a database with the same table, rows and pragmas."""
    source = str(path.with_name("store.db"))
    connection = _connect(path)
    connection.execute("ATTACH ? AS source", (source,))
    for (sql,) in connection.execute(
        "SELECT sql FROM source.sqlite_master WHERE tbl_name = 'record' AND sql IS NOT NULL"
    ).fetchall():
        connection.execute(sql)
    connection.execute("INSERT INTO record SELECT * FROM source.record")
    connection.execute("DETACH source")
    return connection


async def _compare_push(store: Store, sample: Sample, raw: sqlite3.Connection, count: int) -> float:
    """Return our rate by that of plain sqlite3, for the same documents."""
    body = sample.request(count)
    started = time.perf_counter()
    request = read_request(body)
    edits, mended = read_edits(request.edits)
    pushed = await store.push(Push(ACTOR, edits, request.cursors, request.ack, mended))
    ours = time.perf_counter() - started
    assert pushed.verdicts == []
    # What it stored are the newest rows.
    changed = {edit["id"] for edit in msgspec.json.decode(body)["edits"]}
    ready = await store.database.read(
        lambda connection: list(
            connection.connection.cursor().execute("SELECT * FROM record ORDER BY seq DESC LIMIT ?", (len(changed),))
        )
    )
    assert {row[2] for row in ready} == changed
    ready.reverse()
    started = time.perf_counter()
    raw.execute("BEGIN IMMEDIATE")
    raw.executemany(UPSERT, ready)
    raw.execute("COMMIT")
    theirs = time.perf_counter() - started
    return theirs / ours


async def _compare_pull(gateway: Gateway, plain: sqlite3.Connection) -> float:
    """Return the CPU time of plain sqlite3 by ours, for a page of 10 000 rows; ours ends with the reply's bytes."""
    request = msgspec.json.encode(
        {"protocol": 1, "schema": "", "device": 2, "now": NOW, "cursors": {}, "budget": 4 * 1024 * 1024}
    )
    started = time.process_time()
    reply = await gateway.sync(NEWCOMER, request)
    ours = time.process_time() - started
    rows = len(msgspec.json.decode(reply)["rows"][BUCKET])
    started = time.process_time()
    found = plain.execute("SELECT doc FROM record WHERE bucket = ? ORDER BY seq LIMIT ?", (BUCKET, rows)).fetchall()
    theirs = time.process_time() - started
    assert len(found) == rows
    return theirs / ours

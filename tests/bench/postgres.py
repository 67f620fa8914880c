"""Area: the canonical store on PostgreSQL against plain asyncpg, on a cluster that writes every commit to the disk."""

import asyncio
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec

from bench.line import Line, at_least
from bench.store import ACTOR, NOW, RUNS, Sample
from postgres import Cluster, find_programs
from routebook_server.database import open_database
from routebook_server.gateway.incoming import read_edits, read_request
from routebook_server.records.heads import Heads
from routebook_server.records.push import Push
from routebook_server.records.store import Store
from routebook_server.records.tables import record

EDITS: Final = 1_000
NAME: Final = f"postgres_push_{EDITS}"
_TYPES: Final = {"seq": "int8", "home": "int4", "device": "int4", "sum": "int8", "open_sum": "int8"}
_LISTS: Final = ", ".join(f"${n}::{_TYPES.get(column.name, 'text')}[]" for n, column in enumerate(record.columns, 1))
_CHANGES: Final = ", ".join(f"{column.name} = excluded.{column.name}" for column in record.columns)
UPSERT: Final = f"INSERT INTO raw SELECT * FROM unnest({_LISTS}) ON CONFLICT (id) DO UPDATE SET {_CHANGES}"


def run() -> Iterator[Line]:
    """Yield the line of PostgreSQL; where its programs are not installed, none, but say so on the error output."""
    programs = find_programs()
    if programs is None:
        print(f"{NAME}: not measured, as there is no PostgreSQL; POSTGRES_BIN names its folder", file=sys.stderr)  # noqa: T201
        return
    # The folder of the project, not that of temporary files, which may be in memory.
    with Cluster(programs, fsync=True, beside=Path.cwd()) as cluster:
        address = cluster.create("template0")
        yield from asyncio.run(_measure(address))


async def _measure(address: str) -> list[Line]:
    sample = Sample()
    database = open_database(address)
    store = Store(database, lambda: NOW, Heads())
    raw = await asyncpg.connect(address)
    try:
        await store.load(sample.rows())
        await raw.execute("CREATE TABLE raw (LIKE record INCLUDING ALL)")
        await raw.execute("INSERT INTO raw SELECT * FROM record")
        await raw.execute("VACUUM ANALYZE")
        ratios = [await _compare_push(store, sample, raw) for _ in range(RUNS + 1)][1:]
    finally:
        await raw.close()
        await store.close()
        await database.close()
    return [at_least(NAME, statistics.median(ratios), "ratio", 0.50)]


async def _compare_push(store: Store, sample: Sample, raw: Any) -> float:
    """Return our rate by that of plain asyncpg, for the same documents."""
    body = sample.request(EDITS)
    started = time.perf_counter()
    request = read_request(body)
    edits, mended = read_edits(request.edits)
    pushed = await store.push(Push(ACTOR, edits, request.cursors, request.ack, mended))
    ours = time.perf_counter() - started
    assert pushed.verdicts == []
    # What it stored are the newest rows.
    changed = {edit["id"] for edit in msgspec.json.decode(body)["edits"]}
    ready = await raw.fetch("SELECT * FROM record ORDER BY seq DESC LIMIT $1", len(changed))
    assert {row["id"] for row in ready} == changed
    columns = list(zip(*reversed(ready), strict=True))
    await raw.fetch("SELECT 1")
    started = time.perf_counter()
    await raw.execute(UPSERT, *columns)
    theirs = time.perf_counter() - started
    return theirs / ours

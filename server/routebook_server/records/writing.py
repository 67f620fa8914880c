"""Writing: one transaction of the write path, around a ``Batch``: read all, merge in memory, write all."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from routebook_server.database import Driver, driver_of
from routebook_server.database.driver import insert, upsert
from routebook_server.records import tables
from routebook_server.records.batch import Batch
from routebook_server.records.buckets import Head
from routebook_server.records.draft import Draft
from routebook_server.records.held import Held
from routebook_server.records.locks import NOTHING, Locks, Wanted
from routebook_server.records.pokes import poke
from routebook_server.records.push import GapError, Push, Pushed
from routebook_server.records.reader import Bucket, Reader
from routebook_server.records.state import encode_json
from routebook_server.records.sums import Sums, count_rows
from routebook_sync.clock import SERVER_DEVICE, Clock

STORE_RECORD: Final = upsert(tables.record, ("id",))
STORE_BUCKET: Final = upsert(
    tables.bucket, ("bucket",), "bucket", "epoch", "seq", "rows", "total", "open_total", "parts"
)
_STORE_HISTORY: Final = insert(
    tables.history, "id", "stamp", "device", "person", "received_at", "new", "old", "decided_by"
)
_STORE_VERDICT: Final = upsert(tables.verdict, ("device", "n"))
_STORE_REPLICA: Final = upsert(tables.replica, ("device",), "device", "person", "pushed", "clamped")
_STORE_HELD: Final = insert(
    tables.held, "record", "receipt", "root", "code", "received_at", "device", "author", "edits", "count", "size"
)


class Written(NamedTuple):
    """What one transaction did."""

    results: list[Pushed | GapError]
    """For each push, in order."""
    heads: dict[str, Head]
    """The buckets that moved."""
    clock: Clock
    """The server's clock after its own edits."""


def write_pushes(
    connection: Connection, pushes: Sequence[Push], clock: Clock, now_ms: int, wanted: Wanted = NOTHING
) -> Written:
    """Merge ``pushes`` in order and store the outcome; runs inside the caller's transaction.

    NotLockedError on a shared database, where it must be run again with other ``wanted``.
    """
    driver = driver_of(connection)
    reader = Reader(driver)
    locks = Locks(driver, reader, wanted)
    replicas = locks.take_replicas({push.author.device for push in pushes})
    states = locks.take_states(pushes)
    heads = {name: bucket.head for name, bucket in locks.buckets.items()}
    batch = Batch(states, replicas, heads=heads, lookup=reader, clock=clock, now_ms=now_ms)
    results: list[Pushed | GapError] = []
    for push in pushes:
        try:
            batch.run(push)
        except GapError as gap:
            batch.verdicts.append([])
            results.append(gap)
        else:
            results.append(Pushed(batch.verdicts[-1]))
    draft = batch.draft
    locks.pass_gate(draft)
    batch.release()
    locks.require(devices=batch.replicas)
    moved, places = _store_records(driver, reader, draft, locks)
    _store_rest(driver, batch, list(zip(pushes, results, strict=True)))
    own: dict[int, set[tuple[str, int]]] = {}
    for record_id, teller in draft.teller.items():
        if teller >= 0:
            own.setdefault(teller, set()).add(places[record_id])
    for index, result in enumerate(results):
        if isinstance(result, Pushed) and index in own:
            results[index] = Pushed(result.verdicts, frozenset(own[index]))
    poke(driver, moved)
    return Written(results, moved, draft.clock)


def _store_records(
    driver: Driver, reader: Reader, draft: Draft, locks: Locks
) -> tuple[dict[str, Head], dict[str, tuple[str, int]]]:
    """Number, count and store the changed rows by bucket; return the new heads, and each row's place by id."""
    ids_by_bucket: dict[str, list[str]] = {}
    for record_id in draft.dirty:
        ids_by_bucket.setdefault(draft.states[record_id].bucket, []).append(record_id)
    locks.require(buckets=ids_by_bucket)
    buckets = locks.buckets
    unknown = [bucket for bucket in ids_by_bucket if bucket not in buckets]
    if unknown:
        buckets = {**buckets, **reader.buckets(unknown)}
    written: dict[str, Bucket] = {}
    places: dict[str, tuple[str, int]] = {}
    rows = []
    for name in sorted(ids_by_bucket):
        bucket = buckets.get(name, Bucket())
        for seq, record_id in enumerate(ids_by_bucket[name], bucket.seq + 1):
            rows.append(draft.states[record_id].stored(seq))
            places[record_id] = (name, seq)
        written[name] = bucket._replace(seq=bucket.seq + len(ids_by_bucket[name]))
    if draft.removed:
        driver.execute("DELETE FROM record WHERE id IN (?*)", list(draft.removed))
    if rows:
        driver.store(STORE_RECORD, rows)
        # A row that moved has left its marker where it was: every bucket that lost one is written to.
        sums = {name: Sums(bucket.rows, bucket.parts) for name, bucket in written.items()}
        count_rows(sums, rows, reader.counted)
        counters = [(name, bucket.epoch, bucket.seq, *sums[name].stored()) for name, bucket in written.items()]
        driver.store(STORE_BUCKET, counters)
    return {name: bucket.head for name, bucket in written.items()}, places


def _store_rest(driver: Driver, batch: Batch, done: list[tuple[Push, Pushed | GapError]]) -> None:
    if batch.draft.history:
        driver.store(_STORE_HISTORY, batch.draft.history)
    if batch.draft.held:
        driver.execute("DELETE FROM held WHERE record IN (?*)", list(batch.draft.held))
        driver.store(_STORE_HELD, [_held_row(held) for held in batch.draft.held.values() if held is not None])
    verdicts = [
        (push.author.device, verdict.n, encode_json(verdict))
        for push, result in done
        if isinstance(result, Pushed) and push.author.device != SERVER_DEVICE
        for verdict in result.verdicts
    ]
    if verdicts:
        driver.store(_STORE_VERDICT, verdicts)
    for push, _result in done:
        if push.ack:
            driver.execute("DELETE FROM verdict WHERE device = ? AND n <= ?", push.author.device, push.ack)
    replicas = [(device, replica.person, replica.pushed, replica.clamped) for device, replica in batch.replicas.items()]
    if replicas:
        driver.store(_STORE_REPLICA, replicas)


def _held_row(held: Held) -> tuple[Any, ...]:
    edits = encode_json(held.edits)
    about = (held.record, held.receipt, held.root, held.code, held.received_at, held.author.device)
    return (*about, encode_json(held.author), edits, len(held.edits), len(edits.encode()))

"""Writing: one transaction of the write path, around a ``Batch``: read all, merge in memory, write all."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.database.driver import Storing, insert, upsert
from routebook_server.records import tables
from routebook_server.records.batch import Batch
from routebook_server.records.buckets import Head
from routebook_server.records.draft import Draft
from routebook_server.records.held import Held
from routebook_server.records.locks import NOTHING, Locks, Wanted
from routebook_server.records.pokes import poke
from routebook_server.records.push import GapError, Push, Pushed
from routebook_server.records.reader import Reader
from routebook_server.records.state import encode_json
from routebook_server.records.sums import count_rows
from routebook_sync.clock import SERVER_DEVICE, Clock

STORE_RECORD: Final = upsert(tables.record, ("id",), coded=("doc", "open"))
STORE_BUCKET: Final = upsert(
    tables.bucket, ("bucket",), "bucket", "epoch", "seq", "rows", "total", "open_total", "parts"
)
_STORE_HISTORY: Final = insert(
    tables.history, "id", "stamp", "device", "person", "received_at", "new", "old", "decided_by", coded=("new", "old")
)
_STORE_VERDICT: Final = upsert(tables.verdict, ("device", "n"), coded=("doc",))
_STORE_REPLICA: Final = upsert(tables.replica, ("device",), "device", "person", "pushed", "clamped")
_STORE_HELD: Final = insert(
    tables.held,
    *("record", "receipt", "root", "code", "received_at", "device", "author", "edits", "count", "size"),
    coded=("author", "edits"),
)
_PART: Final = 250
"""Rows stored at a time: while the database works on them, the next ones are made."""


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
    numbering = Numbering(reader, draft, locks)
    if draft.removed:
        driver.execute("DELETE FROM record WHERE id IN (?*)", list(draft.removed))
    if draft.held:
        driver.execute("DELETE FROM held WHERE record IN (?*)", list(draft.held))
    driver.store_in_turn(_parts(batch, numbering, list(zip(pushes, results, strict=True))))
    for push in pushes:
        if push.ack:
            driver.execute("DELETE FROM verdict WHERE device = ? AND n <= ?", push.author.device, push.ack)
    own: dict[int, set[tuple[str, int]]] = {}
    for record_id, teller in draft.teller.items():
        if teller >= 0:
            own.setdefault(teller, set()).add(numbering.places[record_id])
    for index, result in enumerate(results):
        if isinstance(result, Pushed) and index in own:
            results[index] = Pushed(result.verdicts, frozenset(own[index]))
    moved = {name: bucket.head for name, bucket in numbering.written.items()}
    poke(driver, moved)
    return Written(results, moved, draft.clock)


class Numbering:
    """Numbers the changed rows by bucket and counts them."""

    def __init__(self, reader: Reader, draft: Draft, locks: Locks) -> None:
        self._draft = draft
        self._counted = reader.counted
        self._ids_by_bucket: dict[str, list[str]] = {}
        for record_id in draft.dirty:
            self._ids_by_bucket.setdefault(draft.states[record_id].bucket, []).append(record_id)
        # Whether a row leaves a marker behind or, in an archive, nothing: the bucket that it was in counts it no more.
        left = {counted[0] for counted in map(reader.counted.get, draft.dirty) if counted is not None}
        names = left.union(self._ids_by_bucket)
        locks.require(buckets=names)
        unknown = [bucket for bucket in names if bucket not in locks.buckets]
        buckets = {**locks.buckets, **reader.buckets(unknown)} if unknown else locks.buckets
        self.written = {name: buckets.get(name) or reader.new_bucket() for name in sorted(names)}
        """The buckets with changed rows: as they were, and once all rows are numbered, as they will be."""
        self.places: dict[str, tuple[str, int]] = {}
        """Bucket and number of each changed row, by id."""

    def parts(self) -> Iterator[tuple[Storing, list[tuple[Any, ...]]]]:
        """Yield the changed rows, a part at a time, then the counters of their buckets."""
        sums = {name: bucket.sums for name, bucket in self.written.items()}
        states, places = self._draft.states, self.places
        rows: list[Any] = []
        for name, ids in self._ids_by_bucket.items():
            bucket = self.written[name]
            for seq, record_id in enumerate(ids, bucket.seq + 1):
                rows.append(states[record_id].stored(seq))
                places[record_id] = (name, seq)
                if len(rows) == _PART:
                    count_rows(sums, rows, self._counted)
                    yield STORE_RECORD, rows
                    rows = []
            self.written[name] = bucket._replace(seq=bucket.seq + len(ids))
        if rows:
            count_rows(sums, rows, self._counted)
            yield STORE_RECORD, rows
        if self.written:
            counters = [(name, bucket.epoch, bucket.seq, *sums[name].stored()) for name, bucket in self.written.items()]
            yield STORE_BUCKET, counters


def _parts(
    batch: Batch, numbering: Numbering, done: list[tuple[Push, Pushed | GapError]]
) -> Iterator[tuple[Storing, Iterable[tuple[Any, ...]]]]:
    """Yield all that a batch stores."""
    draft = batch.draft
    if draft.history:
        yield _STORE_HISTORY, draft.history
    yield from numbering.parts()
    held = [_held_row(held) for held in draft.held.values() if held is not None]
    if held:
        yield _STORE_HELD, held
    verdicts = [
        (push.author.device, verdict.n, encode_json(verdict))
        for push, result in done
        if isinstance(result, Pushed) and push.author.device != SERVER_DEVICE
        for verdict in result.verdicts
    ]
    if verdicts:
        yield _STORE_VERDICT, verdicts
    replicas = [(device, replica.person, replica.pushed, replica.clamped) for device, replica in batch.replicas.items()]
    if replicas:
        yield _STORE_REPLICA, replicas


def _held_row(held: Held) -> tuple[Any, ...]:
    edits = encode_json(held.edits)
    about = (held.record, held.receipt, held.root, held.code, held.received_at, held.author.device)
    return (*about, encode_json(held.author), edits, len(held.edits), len(edits))

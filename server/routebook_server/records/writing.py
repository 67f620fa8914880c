"""Writing: one transaction of the write path, around a ``Batch``: read all, merge in memory, write all."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Driver, driver_of
from routebook_server.database.driver import Storing, insert, upsert
from routebook_server.records import tables
from routebook_server.records.batch import PART, Batch
from routebook_server.records.buckets import SHARED, Head
from routebook_server.records.custody import HELD_EDIT
from routebook_server.records.draft import Draft, HistoryRow
from routebook_server.records.held import Held
from routebook_server.records.locks import NOTHING, Locks, Wanted
from routebook_server.records.pokes import poke
from routebook_server.records.push import NotAdmittedError, NotTakenError, Push, Pushed
from routebook_server.records.reader import Bucket, Reader
from routebook_server.records.state import Stored, encode_json
from routebook_server.records.sums import Sums, count_rows
from routebook_server.records.views import keep_verdict
from routebook_sync.clock import SERVER_DEVICE, Clock
from routebook_sync.messages import Edit, Verdict

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
_STORE_HELD_RECORD: Final = insert(tables.held_record, "device", "id", "record")
_FORGET_VERDICTS: Final = (
    "DELETE FROM verdict WHERE device = ? AND n <= ?"
    # An acknowledgement that was on its way while a backup was restored is of another life of the server (SPEC R42).
    " AND NOT EXISTS (SELECT 1 FROM bucket WHERE bucket = ? AND epoch <> ?)"
)


class Written(NamedTuple):
    """What one transaction did."""

    results: list[Pushed | NotTakenError]
    """For each push, in order."""
    heads: dict[str, Head]
    """The buckets that moved."""
    clock: Clock
    """The server's clock after its own edits."""


def write_pushes(
    connection: Connection,
    pushes: Sequence[Push],
    clock: Clock,
    now_ms: int,
    wanted: Wanted = NOTHING,
    *,
    part: int = PART,
) -> Written:
    """Merge ``pushes`` in order and store the outcome, a ``part`` at a time; runs inside the caller's transaction.

    NotLockedError on a shared database, where it must be run again with other ``wanted``.
    """
    driver = driver_of(connection)
    reader = Reader(driver)
    locks = Locks(driver, reader, wanted)
    replicas = locks.take_replicas({push.author.device for push in pushes})
    states = locks.take_states(pushes)
    # Whoever waited for a lock is asked for his rights only now.
    pushes = [_admit(connection, push) for push in pushes]
    heads = {name: bucket.head for name, bucket in locks.buckets.items()}
    batch = Batch(states, replicas, heads=heads, lookup=reader, clock=clock, now_ms=now_ms, part=part)
    outflow = Outflow(driver, batch.draft, Numbering(reader, batch.draft, locks, part))
    try:
        return _write(batch, pushes, locks, outflow)
    finally:
        driver.finish()


def _admit(connection: Connection, push: Push) -> Push:
    """Return a push with its author's rights of now; nothing of it is taken where he has none any more."""
    if push.admit is None:
        return push
    try:
        return push.admit(connection, push)
    except NotAdmittedError as barred:
        return msgspec.structs.replace(push, edits=[], ack=0, barred=barred)


def _write(batch: Batch, pushes: Sequence[Push], locks: Locks, outflow: "Outflow") -> Written:
    driver, draft, numbering = outflow.driver, batch.draft, outflow.numbering
    results = _merge(batch, pushes, outflow)
    locks.pass_gate(draft)
    batch.release()
    locks.require(devices=batch.replicas)
    numbering.prepare()
    if draft.removed:
        driver.execute("DELETE FROM record WHERE id IN (?*)", list(draft.removed))
    if draft.held:
        driver.execute("DELETE FROM held WHERE record IN (?*)", list(draft.held))
        # What was decided stays known by its record, so that it is not kept again (decision 269).
        kept = [record for record, held in draft.held.items() if held is not None]
        driver.execute("DELETE FROM held_record WHERE record IN (?*)", kept)
    driver.store_in_turn(_parts(batch, outflow, list(zip(pushes, results, strict=True))))
    for push in pushes:
        if push.ack:
            epoch = push.cursors[SHARED][0] if SHARED in push.cursors else None
            driver.execute(_FORGET_VERDICTS, push.author.device, push.ack, SHARED, epoch)
    own: dict[int, set[tuple[str, int]]] = {}
    for record_id, teller in draft.teller.items():
        if teller in own:
            own[teller].add(numbering.places[record_id])
        elif teller >= 0:
            own[teller] = {numbering.places[record_id]}
    for index, result in enumerate(results):
        if isinstance(result, Pushed) and index in own:
            results[index] = Pushed(result.verdicts, frozenset(own[index]))
    moved = {name: bucket.head for name, bucket in numbering.written.items()}
    poke(driver, moved)
    return Written(results, moved, draft.clock)


def _merge(batch: Batch, pushes: Sequence[Push], outflow: "Outflow") -> list[Pushed | NotTakenError]:
    """Merge all pushes; the last one is stored already while it is merged, as far as it stands."""
    results: list[Pushed | NotTakenError] = []
    for push in pushes:
        try:
            if push.barred is not None:
                raise push.barred
            for _ in batch.run(push):
                # Of one before others nothing yet: they are asked what was stored before this batch.
                if push is pushes[-1]:
                    outflow.pour()
        except NotTakenError as error:
            batch.verdicts.append([])
            results.append(error)
        else:
            results.append(Pushed(batch.verdicts[-1]))
    return results


class Numbering:
    """Numbers the changed rows by bucket and counts them."""

    def __init__(self, reader: Reader, draft: Draft, locks: Locks, part: int = PART) -> None:
        self._reader = reader
        self._draft = draft
        self._locks = locks
        self._part = part
        self._sums: dict[str, Sums] = {}
        self.written: dict[str, Bucket] = {}
        """The buckets with changed rows, as far as these are numbered."""
        self.places: dict[str, tuple[str, int]] = {}
        """Bucket and number of each changed row, by id."""

    def is_locked(self) -> bool:
        """Tell whether all buckets of the changed rows are locked: to number them need wait for nobody then."""
        return self._locks.holds(self._names())

    def _names(self) -> set[str]:
        # Whether a row leaves a marker behind or, in an archive, nothing: the bucket that it was in counts it no more.
        dirty, counted = self._draft.dirty, self._reader.counted
        left = {counted[record_id][0] for record_id in dirty if record_id in counted}
        return left.union([self._draft.states[record_id].bucket for record_id in dirty])

    def prepare(self) -> None:
        """Make the buckets of all changed rows ours; NotLockedError where that cannot be."""
        names = self._names()
        locked = self._locks.buckets
        self._locks.require(buckets=names)
        unknown = [name for name in names if name not in locked]
        found = {**locked, **self._reader.buckets(unknown)} if unknown else locked
        for name in names.difference(self.written):
            bucket = self.written[name] = found.get(name) or self._reader.new_bucket()
            self._sums[name] = bucket.sums

    def rows(self) -> Iterator[list[Stored]]:
        """Number the changed rows, whose buckets are prepared, and yield them, a part at a time; they are done then."""
        states, places = self._draft.states, self.places
        ids_by_bucket: dict[str, list[str]] = {}
        for record_id in self._draft.dirty:
            ids_by_bucket.setdefault(states[record_id].bucket, []).append(record_id)
        self._draft.dirty.clear()
        rows: list[Stored] = []
        for name, ids in ids_by_bucket.items():
            bucket = self.written[name]
            for seq, record_id in enumerate(ids, bucket.seq + 1):
                rows.append(states[record_id].stored(seq))
                places[record_id] = (name, seq)
                if len(rows) == self._part:
                    count_rows(self._sums, rows, self._reader.counted)
                    yield rows
                    rows = []
            self.written[name] = bucket._replace(seq=bucket.seq + len(ids))
        if rows:
            count_rows(self._sums, rows, self._reader.counted)
            yield rows

    def parts(self) -> Iterator[tuple[Storing, list[tuple[Any, ...]]]]:
        """Yield the changed rows as ``rows`` does, then the counters of all buckets with rows that were numbered."""
        for rows in self.rows():
            yield STORE_RECORD, rows
        if self.written:
            buckets = sorted(self.written.items())
            yield (
                STORE_BUCKET,
                [(name, bucket.epoch, bucket.seq, *self._sums[name].stored()) for name, bucket in buckets],
            )


class Outflow:
    """Takes what is merged to the database, a part at a time, which works on it while the next one is merged."""

    def __init__(self, driver: Driver, draft: Draft, numbering: Numbering) -> None:
        self.driver = driver
        self.numbering = numbering
        self._draft = draft
        self._past = 0
        """How much of the history was taken."""

    def history(self) -> list[HistoryRow]:
        """Return the history since it was asked for last."""
        fresh = self._draft.history[self._past :]
        self._past += len(fresh)
        return fresh

    def pour(self) -> None:
        """Store what stands; a record that changes again is stored again, under a later number.

        Where a bucket is not locked yet the rows wait for the end: it has to be, in the order of all locks.
        """
        self.driver.begin_storing(_STORE_HISTORY, self.history())
        if self.numbering.is_locked():
            self.numbering.prepare()
            for rows in self.numbering.rows():
                self.driver.begin_storing(STORE_RECORD, rows)


def _parts(
    batch: Batch, outflow: Outflow, done: list[tuple[Push, Pushed | NotTakenError]]
) -> Iterator[tuple[Storing, Iterable[tuple[Any, ...]]]]:
    """Yield what is left to store of a batch."""
    history = outflow.history()
    if history:
        yield _STORE_HISTORY, history
    yield from outflow.numbering.parts()
    held = [held for held in batch.draft.held.values() if held is not None]
    if held:
        yield _STORE_HELD, map(_held_row, held)
        names = [(one.author.device, name, one.record) for one in held for name in {edit.id for edit in one.edits}]
        yield _STORE_HELD_RECORD, names
    verdicts = [
        row
        for push, result in done
        if isinstance(result, Pushed) and push.author.device != SERVER_DEVICE
        for row in _verdict_rows(batch.draft, push, result.verdicts)
    ]
    if verdicts:
        yield _STORE_VERDICT, verdicts
    replicas = [(device, replica.person, replica.pushed, replica.clamped) for device, replica in batch.replicas.items()]
    if replicas:
        yield _STORE_REPLICA, replicas


def _verdict_rows(draft: Draft, push: Push, verdicts: list[Verdict]) -> Iterator[tuple[Any, ...]]:
    """Yield the verdicts on a push as they are stored, with the edits that they are about.

    Of what tells values of somebody else's with the record, too, whose values these are.
    """
    edits = {edit.n: edit for edit in push.edits if isinstance(edit, Edit)} if verdicts else {}
    for verdict in verdicts:
        edit = edits.get(verdict.n)
        told = _told_of(draft, edit) if edit is not None and verdict.losers else ""
        about = ("", "") if edit is None else (edit.id, edit.at)
        yield (push.author.device, verdict.n, encode_json(keep_verdict(verdict, told)), *about)


def _told_of(draft: Draft, edit: Edit) -> str:
    """Return the id of the record whose values a verdict on an edit tells: a decision's are those of its target."""
    if edit.kind != HELD_EDIT:
        return edit.id
    return str(draft.states[edit.id].read_doc().v.get("target", ""))


def _held_row(held: Held) -> tuple[Any, ...]:
    edits = encode_json(held.edits)
    about = (held.record, held.receipt, held.root, held.code, held.received_at, held.author.device)
    return (*about, encode_json(held.author), edits, len(held.edits), len(edits))

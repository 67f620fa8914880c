"""Writing: one transaction of the write path, around a ``Batch``: read all, merge in memory, write all."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Driver, driver_of
from routebook_server.database.driver import insert, upsert
from routebook_server.records import tables
from routebook_server.records.author import Writer
from routebook_server.records.batch import Batch
from routebook_server.records.buckets import FIRST_EPOCH, Head, is_behind, number_of
from routebook_server.records.draft import Draft
from routebook_server.records.held import Held
from routebook_server.records.lookup import MAX_PAST, PastEdit
from routebook_server.records.push import GapError, Push, Pushed, Replica
from routebook_server.records.state import State, encode_json, moved_id
from routebook_server.records.sums import Counted, Sums, count_rows
from routebook_sync.clock import SERVER_DEVICE, Clock
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.messages import MOVED, Edit, ProblemCode

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
_SELECT_HELD: Final = "SELECT record, root, code, author, edits, receipt, received_at FROM held WHERE"
_SELECT_STATES: Final = "SELECT bucket, seq, id, kind, root, home, device, doc, sum, open_sum FROM record WHERE "


class Written(NamedTuple):
    """What one transaction did."""

    results: list[Pushed | GapError]
    """For each push, in order."""
    heads: dict[str, Head]
    """The buckets that moved."""
    clock: Clock
    """The server's clock after its own edits."""


class Bucket(NamedTuple):
    """What is read of a bucket before it is written to."""

    epoch: int = FIRST_EPOCH
    seq: int = 0
    horizon: int = 0
    rows: int = 0
    parts: bytes | None = None

    @property
    def head(self) -> Head:
        """The bucket's head."""
        return Head(self.epoch, number_of(self.seq, self.horizon))


class Reader:
    """What a batch looks up in the database while it merges."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.counted: dict[str, Counted] = {}
        """How each record that was read is counted in the sums of its bucket."""

    def states(self, ids: Iterable[str]) -> dict[str, State]:
        """Return the stored records among ``ids``."""
        rows = self._driver.fetch(f"{_SELECT_STATES} id IN (?*)", sorted(ids))
        return {state.id: state for state in self._states(rows)}

    def _states(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[State]:
        for row in rows:
            self.counted[row[2]] = (row[0], row[8], row[9])
            yield State(*row[:8])

    def counted_as(self, ids: Iterable[str]) -> dict[str, Counted]:
        """Return how the stored records among ``ids`` are counted."""
        rows = self._driver.fetch(
            "SELECT id, bucket, sum, open_sum FROM record WHERE id IN (?*) AND kind <> ?", sorted(ids), MOVED
        )
        return {record_id: (bucket, full, shown) for record_id, bucket, full, shown in rows}

    def buckets(self, names: Iterable[str]) -> dict[str, Bucket]:
        """Return those buckets that were ever written to."""
        rows = self._driver.fetch(
            "SELECT bucket, epoch, seq, horizon, rows, parts FROM bucket WHERE bucket IN (?*)", sorted(names)
        )
        return {name: Bucket(*bucket) for name, *bucket in rows}

    def replicas(self, devices: Iterable[int]) -> dict[int, Replica]:
        """Return how far those devices have pushed that ever did."""
        rows = self._driver.fetch(
            "SELECT device, person, pushed, clamped FROM replica WHERE device IN (?*)", list(devices)
        )
        return {device: Replica(person, pushed, clamped) for device, person, pushed, clamped in rows}

    def held(self, record_id: str) -> Held | None:
        """Return what is in custody under a record."""
        found = self._driver.fetch_one(f"{_SELECT_HELD} record = ?", record_id)
        return _held(found) if found else None

    def held_for(self, roots: Iterable[str]) -> list[Held]:
        """Return what waits for one of these roots, in the order of its coming."""
        rows = self._driver.fetch(
            f"{_SELECT_HELD} code = ? AND root IN (?*) ORDER BY number", ProblemCode.MISSING_ROOT.value, list(roots)
        )
        return [_held(row) for row in rows]

    def held_of(self, device: int) -> tuple[int, int]:
        """Return how many edits of a device are in custody, and their bytes."""
        sql = 'SELECT coalesce(sum("count"), 0), coalesce(sum(size), 0) FROM held WHERE device = ?'
        found = self._driver.fetch_one(sql, device)
        return (found[0], found[1]) if found else (0, 0)

    def past(self, record_id: str, stamps: Collection[str]) -> list[PastEdit]:
        """Return the newest edits of a record that have or overwrote one of the stamps, newest first."""
        overwrote = " OR old LIKE ?" * len(stamps)
        rows = self._driver.fetch(
            "SELECT stamp, device, new, old FROM"
            " (SELECT number, stamp, device, new, old FROM history WHERE id = ? ORDER BY number DESC LIMIT ?) AS newest"
            f" WHERE stamp IN (?*){overwrote} ORDER BY number DESC",
            record_id,
            MAX_PAST,
            list(stamps),
            *(f"%{stamp}%" for stamp in stamps),
        )
        return [PastEdit(*row) for row in rows]

    def past_of_device(self, record_id: str, device: int) -> list[PastEdit]:
        """Return the newest edits that a device made of a record, newest first."""
        rows = self._driver.fetch(
            "SELECT stamp, device, new, old FROM"
            " (SELECT number, stamp, device, new, old FROM history WHERE id = ? ORDER BY number DESC LIMIT ?) AS newest"
            " WHERE device = ? ORDER BY number DESC",
            record_id,
            MAX_PAST,
            device,
        )
        return [PastEdit(*row) for row in rows]

    def aggregate(self, root: str) -> list[State]:
        """Return every stored record of an aggregate."""
        return list(self._states(self._driver.fetch(f"{_SELECT_STATES} root = ? ORDER BY bucket, seq", root)))

    def person(self, device: int) -> str:
        """Return who pushed from the device last, "" if nobody did."""
        found = self._driver.fetch_one("SELECT person FROM replica WHERE device = ?", device)
        return found[0] if found else ""

    def taken(self, device: int, edits: Collection[Edit]) -> set[int]:
        """Return the numbers of those edits that were taken from the device: what they did, or a verdict, is there."""
        told = self._driver.fetch(
            "SELECT n FROM verdict WHERE device = ? AND n IN (?*)", device, [edit.n for edit in edits]
        )
        numbers = {n for (n,) in told}
        done = self._driver.fetch(
            "SELECT id, stamp FROM history WHERE device = ? AND id IN (?*)", device, [edit.id for edit in edits]
        )
        known = set(done)
        return {edit.n for edit in edits if edit.n in numbers or (edit.id, edit.at) in known}

    def may_have_left(self, root: str, cursors: Mapping[str, Sequence[int]]) -> bool:
        """Tell whether the aggregate once left a bucket that was read up to one of these cursors.

        True too where a cursor is so old that the marker may be removed by now (SPEC R37).
        """
        ids = [moved_id(bucket, root) for bucket in cursors]
        if self._driver.fetch_one("SELECT 1 FROM record WHERE id IN (?*) LIMIT 1", ids) is not None:
            return True
        horizons = self._driver.fetch("SELECT bucket, horizon FROM bucket WHERE bucket IN (?*)", list(cursors))
        return any(is_behind(cursors[bucket][1], horizon) for bucket, horizon in horizons)


def write_pushes(connection: Connection, pushes: Sequence[Push], clock: Clock, now_ms: int) -> Written:
    """Merge ``pushes`` in order and store the outcome; runs inside the caller's transaction."""
    driver = driver_of(connection)
    reader = Reader(driver)
    edits = [edit for push in pushes for edit in push.edits if isinstance(edit, Edit)]
    ids = {edit.id for edit in edits} | {edit.root for edit in edits}
    states = reader.states(ids - {SHARED_ROOT}) if edits else {}
    replicas = reader.replicas({push.author.device for push in pushes})
    buckets = reader.buckets({state.bucket for state in states.values()}) if states else {}
    heads = {name: bucket.head for name, bucket in buckets.items()}
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
    batch.release()
    draft = batch.draft
    moved, places = _store_records(driver, reader, draft, buckets)
    _store_rest(driver, batch, list(zip(pushes, results, strict=True)))
    own: dict[int, set[tuple[str, int]]] = {}
    for record_id, teller in draft.teller.items():
        if teller >= 0:
            own.setdefault(teller, set()).add(places[record_id])
    for index, result in enumerate(results):
        if isinstance(result, Pushed) and index in own:
            results[index] = Pushed(result.verdicts, frozenset(own[index]))
    return Written(results, moved, draft.clock)


def _store_records(
    driver: Driver, reader: Reader, draft: Draft, buckets: dict[str, Bucket]
) -> tuple[dict[str, Head], dict[str, tuple[str, int]]]:
    """Number, count and store the changed rows by bucket; return the new heads, and each row's place by id."""
    ids_by_bucket: dict[str, list[str]] = {}
    for record_id in draft.dirty:
        ids_by_bucket.setdefault(draft.states[record_id].bucket, []).append(record_id)
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


def _held(row: tuple[Any, ...]) -> Held:
    record, root, code, author, edits, receipt, received_at = row
    writer = msgspec.json.decode(author, type=Writer)
    return Held(record, root, code, writer, msgspec.json.decode(edits, type=list[Edit]), receipt, received_at)


def _held_row(held: Held) -> tuple[Any, ...]:
    edits = encode_json(held.edits)
    about = (held.record, held.receipt, held.root, held.code, held.received_at, held.author.device)
    return (*about, encode_json(held.author), edits, len(held.edits), len(edits.encode()))

"""Reader: what the write path reads before and while it merges. Knows the columns of records and buckets."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec

from routebook_server.database import Driver
from routebook_server.records.author import Writer
from routebook_server.records.buckets import FIRST_EPOCH, SHARED, Head, is_behind, number_of
from routebook_server.records.held import Held
from routebook_server.records.lookup import Receipt
from routebook_server.records.past import Past
from routebook_server.records.push import Replica, Unread
from routebook_server.records.refusal import REFUSALS
from routebook_server.records.state import State, moved_id
from routebook_server.records.sums import Counted, Sums
from routebook_sync.identifier import ms_from_id
from routebook_sync.messages import MARKERS, Edit, ProblemCode, Row, Verdict, VerdictKind

_SELECT_STATES: Final = (
    "SELECT bucket, seq, id, kind, root, home, device, CAST(doc AS BLOB), sum, open_sum FROM record WHERE "
)
_SELECT_BUCKETS: Final = (
    "SELECT bucket, epoch, seq, horizon, rows, total, open_total, parts FROM bucket WHERE bucket IN (?*)"
)
_SELECT_REPLICAS: Final = (
    "SELECT device, person, pushed, clamped, EXISTS (SELECT 1 FROM held_record WHERE device = replica.device)"
    " FROM replica WHERE device IN (?*)"
)
_SELECT_HELD: Final = "SELECT record, root, code, author, edits, receipt, received_at FROM held WHERE"


class Bucket(NamedTuple):
    """What is read of a bucket before it is written to."""

    epoch: int = FIRST_EPOCH
    seq: int = 0
    horizon: int = 0
    rows: int = 0
    total: int = 0
    open_total: int = 0
    parts: bytes | None = None

    @property
    def head(self) -> Head:
        """The bucket's head."""
        return Head(self.epoch, number_of(self.seq, self.horizon))

    @property
    def sums(self) -> Sums:
        """The bucket's checksums, to be changed."""
        return Sums(self.rows, self.total, self.open_total, self.parts)


class _Cursors(NamedTuple):
    """What is known of the cursors of one push."""

    named: Mapping[str, Sequence[int]]
    """Themselves: as long as they are here, no others have their identity."""
    buckets: list[str]
    """Those of them that there are."""
    is_behind: bool
    has_left: dict[str, bool]
    """By root, whether it left one of them."""


class Reader(Past):
    """What a batch looks up in the database while it merges."""

    def __init__(self, driver: Driver) -> None:
        super().__init__(driver)
        self._epoch = 0
        self._cursors: dict[int, _Cursors] = {}
        self._person_by_device: dict[int, str] = {}
        self._held: dict[str, Held] = {}
        """What was read of custody by its records: a group may be asked for by each of these."""
        self.counted: dict[str, Counted] = {}
        """How each record that was read is counted in the sums of its bucket."""

    def states(self, ids: Iterable[str]) -> dict[str, State]:
        """Return the stored records among ``ids``."""
        rows = self._driver.fetch(f"{_SELECT_STATES} id IN (?*)", sorted(ids))
        return {state.id: state for state in self._states(rows)}

    def _states(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[State]:
        for bucket, seq, record_id, kind, root, home, device, doc, full, shown in rows:
            self.counted[record_id] = (bucket, full, shown)
            yield State(bucket, seq, record_id, kind, root, home, device, doc)

    def counted_as(self, ids: Iterable[str]) -> dict[str, Counted]:
        """Return how the stored records among ``ids`` are counted."""
        rows = self._driver.fetch(
            "SELECT id, bucket, sum, open_sum FROM record WHERE id IN (?*) AND NOT kind IN (?*)",
            sorted(ids),
            list(MARKERS),
        )
        return {record_id: (bucket, full, shown) for record_id, bucket, full, shown in rows}

    def buckets(self, names: Iterable[str]) -> dict[str, Bucket]:
        """Return those buckets that were ever written to."""
        return self._buckets(_SELECT_BUCKETS, names)

    def new_bucket(self) -> Bucket:
        """Return a bucket that nobody has written to yet.

        It begins in the epoch of the others: after a restore a device may know it by a cursor of the life before (R32).
        """
        return Bucket(self.epoch())

    def epoch(self) -> int:
        """Return the epoch that the server lives in (SPEC R32)."""
        if self._epoch == 0:
            found = self._driver.fetch_one("SELECT epoch FROM bucket WHERE bucket = ?", SHARED)
            self._epoch = found[0] if found else FIRST_EPOCH
        return self._epoch

    def lock_buckets(self, names: Iterable[str]) -> dict[str, Bucket]:
        """Return the same, so that nobody else writes to them now."""
        return self._buckets(f"{_SELECT_BUCKETS} ORDER BY bucket FOR UPDATE", names)

    def _buckets(self, sql: str, names: Iterable[str]) -> dict[str, Bucket]:
        return {name: Bucket(*bucket) for name, *bucket in self._driver.fetch(sql, sorted(names))}

    def replicas(self, devices: Iterable[int]) -> dict[int, Replica]:
        """Return how far those devices have pushed that ever did."""
        return self._replicas(_SELECT_REPLICAS, devices)

    def lock_replicas(self, devices: Iterable[int]) -> dict[int, Replica]:
        """Return the same, so that nobody else takes anything of them now."""
        return self._replicas(f"{_SELECT_REPLICAS} ORDER BY device FOR UPDATE", devices)

    def _replicas(self, sql: str, devices: Iterable[int]) -> dict[int, Replica]:
        rows = self._driver.fetch(sql, sorted(devices))
        return {device: Replica(person, pushed, clamped, bool(had)) for device, person, pushed, clamped, had in rows}

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

    def held_of_record(self, device: int, record_id: str) -> list[Held]:
        """Return what is in custody that a device made of a record, in the order of its coming."""
        found = self._driver.fetch("SELECT record FROM held_record WHERE device = ? AND id = ?", device, record_id)
        names = [name for (name,) in found]
        unknown = [name for name in names if name not in self._held]
        if unknown:
            rows = self._driver.fetch(f"{_SELECT_HELD} record IN (?*) ORDER BY number", unknown)
            self._held.update({row[0]: _held(row) for row in rows})
        return sorted((self._held[name] for name in names if name in self._held), key=attrgetter("place"))

    def held_of(self, device: int) -> tuple[int, int]:
        """Return how many edits of a device are in custody, and their bytes."""
        sql = 'SELECT coalesce(sum("count"), 0), coalesce(sum(size), 0) FROM held WHERE device = ?'
        found = self._driver.fetch_one(sql, device)
        return (found[0], found[1]) if found else (0, 0)

    def states_at(self, bucket: str, numbers: Collection[int]) -> list[State]:
        """Return those records that still stand under these numbers of a bucket."""
        rows = self._driver.fetch(f"{_SELECT_STATES} bucket = ? AND seq IN (?*) ORDER BY seq", bucket, list(numbers))
        return list(self._states(rows))

    def aggregate(self, root: str) -> list[State]:
        """Return every stored record of an aggregate."""
        return list(self._states(self._driver.fetch(f"{_SELECT_STATES} root = ? ORDER BY bucket, seq", root)))

    def person(self, device: int) -> str:
        """Return who pushed from the device last, "" if nobody did."""
        if device not in self._person_by_device:
            found = self._driver.fetch_one("SELECT person FROM replica WHERE device = ?", device)
            self._person_by_device[device] = found[0] if found else ""
        return self._person_by_device[device]

    def taken(self, device: int, edits: Collection[Edit | Unread]) -> set[int]:
        """Return the numbers of those edits that were taken from the device: what they did, or a verdict, is there."""
        read = [edit for edit in edits if isinstance(edit, Edit)]
        ids = [edit.id for edit in read]
        rows = self._driver.fetch(
            "SELECT n, doc, id, stamp FROM verdict WHERE device = ? AND (n IN (?*) OR id IN (?*))",
            device,
            [edit.n for edit in edits],
            ids,
        )
        told = {n: (doc, None if record_id is None else (record_id, stamp)) for n, doc, record_id, stamp in rows}
        abouts = {about for _doc, about in told.values()}
        known = {*self._driver.fetch("SELECT id, stamp FROM history WHERE device = ? AND id IN (?*)", device, ids)}
        taken = set()
        for edit in edits:
            source = (edit.id, edit.at) if isinstance(edit, Edit) else ("", "")
            doc, about = told.get(edit.n, ("", ()))
            # Of what was applied nothing was told, nor of another edit under its number, or the number was not its own.
            is_applied = source in known and not about and source not in abouts
            if about == source or is_applied or (about is None and self._was_meant(device, edit, doc, read)):
                taken.add(edit.n)
        return taken

    def verdict_on(self, device: int, edit: Edit) -> Verdict | None:
        """Return what a device was told of an edit and has not acknowledged, None for nothing."""
        found = self._driver.fetch_one(
            "SELECT doc FROM verdict WHERE device = ? AND id = ? AND stamp = ? ORDER BY n LIMIT 1",
            device,
            edit.id,
            edit.at,
        )
        return None if found is None else msgspec.json.decode(found[0], type=Verdict)

    def _was_meant(self, device: int, edit: Edit | Unread, doc: str, edits: Collection[Edit]) -> bool:
        """Tell whether a verdict that does not say which edit it is about, as all did once, can be about this one."""
        if isinstance(edit, Unread):
            return True
        verdict = msgspec.json.decode(doc, type=Verdict).verdict
        changed = bool(self._driver.fetch("SELECT 1 FROM history WHERE device = ? AND id = ? LIMIT 1", device, edit.id))
        if verdict is not VerdictKind.HELD:
            # The stamp may have been clamped; but what was not refused is in the history of its record.
            return changed or verdict in REFUSALS
        # Of one that was held more is left than a number: else it is another one.
        return (
            changed or self.held_of_record(device, edit.id) != [] or self._has_receipt(device, _first_of(edit, edits))
        )

    def _has_receipt(self, device: int, first: Edit) -> bool:
        """Tell whether its author has a receipt of what was held: all that a discarded edit, or group, leaves."""
        rows = self._driver.fetch(
            "SELECT id, doc FROM record WHERE root = ? AND kind = 'held_edit'", self.person(device)
        )
        return any(receipt.may_be_of(first) for receipt in _receipts(rows))

    def ever_held(self, device: int, ids: Collection[str]) -> set[str]:
        """Return of which of these records anything that a device made ever was in custody."""
        found = self._driver.fetch("SELECT id FROM held_record WHERE device = ? AND id IN (?*)", device, list(ids))
        return {record_id for (record_id,) in found}

    def receipts_of(self, device: int, record_id: str) -> list[Receipt]:
        """Return what tells of all that a device made of a record and that ever was in custody."""
        rows = self._driver.fetch(
            "SELECT record.id, record.doc FROM held_record JOIN record ON record.id = held_record.record"
            " WHERE held_record.device = ? AND held_record.id = ?",
            device,
            record_id,
        )
        return _receipts(rows)

    def may_have_left(self, root: str, cursors: Mapping[str, Sequence[int]]) -> bool:
        """Tell whether the aggregate once left a bucket that was read up to one of these cursors.

        True too where a cursor is so old that the marker may be removed by now (SPEC R37).
        """
        held = self._find_cursors(cursors)
        if not held.is_behind and root not in held.has_left:
            ids = [moved_id(bucket, root) for bucket in held.buckets]
            found = self._driver.fetch_one("SELECT 1 FROM record WHERE id IN (?*) LIMIT 1", ids) if ids else None
            held.has_left[root] = found is not None
        return held.is_behind or held.has_left[root]

    def _find_cursors(self, cursors: Mapping[str, Sequence[int]]) -> "_Cursors":
        """Return what is known of a push's cursors: asked once, because a device may name thousands."""
        if id(cursors) not in self._cursors:
            found = self._driver.fetch("SELECT bucket, horizon FROM bucket WHERE bucket IN (?*)", list(cursors))
            is_late = any(is_behind(cursors[bucket][1], horizon) for bucket, horizon in found)
            self._cursors[id(cursors)] = _Cursors(cursors, [bucket for bucket, _horizon in found], is_late, {})
        return self._cursors[id(cursors)]


def _receipts(rows: Iterable[tuple[Any, ...]]) -> list[Receipt]:
    return [Receipt(ms_from_id(record_id), msgspec.json.decode(doc, type=Row).v) for record_id, doc in rows]


def _first_of(edit: Edit, edits: Collection[Edit]) -> Edit:
    """Return the first edit of an edit's group: a receipt names that one."""
    return next((other for other in edits if edit.group and other.group == edit.group), edit)


def _held(row: tuple[Any, ...]) -> Held:
    record, root, code, author, edits, receipt, received_at = row
    writer = msgspec.json.decode(author, type=Writer)
    return Held(record, root, code, writer, msgspec.json.decode(edits, type=list[Edit]), receipt, received_at)

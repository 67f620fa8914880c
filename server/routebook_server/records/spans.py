"""Spans: rows of a bucket under a fixed run of its numbers, packed once for all devices that read it from 0.

A row that changes takes a new number above the head (SPEC R31): under numbers that are all given out rows only leave,
so that the same count means the same rows. Whether a packed span still holds is one count, and nothing at all while the
bucket's head stands. It needs no word from whoever writes, in this process or another one.

The one thing that changes under its number is a deleted record that loses its body (SPEC R36): a span with a
deleted one in it is measured each time.
"""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from threading import Lock
from time import monotonic
from typing import Final, NamedTuple, TypeAlias

import msgspec

from routebook_server.database import Driver
from routebook_server.records.packed import Packed, Part
from routebook_sync.messages import View

NUMBERS: Final = 512
"""How many numbers a span has: what is packed by itself is the larger, the smaller it is."""
KEPT_BYTES: Final = 64 * 1024 * 1024
"""What one process keeps."""
KEPT_S: Final = 600.0
"""How long a span is kept."""
_BESIDE: Final = 512
"""What a span takes in memory beside its blocks, roughly."""
_WITHIN: Final = "FROM record WHERE bucket = ? AND seq > ? AND seq <= ?"
_COUNT: Final = f"SELECT count(*) {_WITHIN}"
_DOCS: Final = ((View.FULL, "doc"), (View.REP, "coalesce(open, doc)"))
_MEASURE: Final = {
    # Bytes, and a comma between any two.
    view: f"SELECT count(*), coalesce(sum(length(CAST({doc} AS BLOB)) + 1), 1) - 1 {_WITHIN}"
    for view, doc in _DOCS
}
_JOIN: Final = {
    view: "SELECT count(*), CAST(group_concat(doc, ',') AS BLOB)"
    f" FROM (SELECT {doc} AS doc {_WITHIN} ORDER BY seq) AS span"
    for view, doc in _DOCS
}
JOIN_IN_TREE: Final = {
    view: f"SELECT count(*), CAST(group_concat({doc}, ',') AS BLOB) {_WITHIN}" for view, doc in _DOCS
}
"""The same in SQLite, where the rows lie in that order in the tree of the primary key: without an inner query, in two
thirds of the time. PostgreSQL promises no order without one."""
_DELETED: Final = b'"deleted":true'
"""What is in a span that has a deleted record in it."""


class Place(NamedTuple):
    """Which rows a span has: what a view shows of those after a number, in a bucket's epoch."""

    bucket: str
    epoch: int
    view: View
    after: int

    @property
    def is_first(self) -> bool:
        """Whether a span begins here."""
        return self.after % NUMBERS == 0

    @property
    def end(self) -> int:
        """The last number of the span."""
        return self.after - self.after % NUMBERS + NUMBERS


class Fresh(msgspec.Struct, frozen=True):
    """A whole span as it was read, not packed yet."""

    place: Place
    head: Hashable
    """Where the bucket stood."""
    rows: int
    text: bytes


Rows: TypeAlias = Mapping[str, Sequence[Part | Fresh]]
"""A page's rows by bucket, each part of them rows with commas between."""


class _Kept(msgspec.Struct):
    """A span in memory."""

    packed: Packed
    rows: int
    head: Hashable
    """Where the bucket stood when it was looked at last."""
    may_shrink: bool
    """Whether a record in it may lose its body."""
    until: float


class Spans:
    """The packed spans of one process, those used last; may be used by several threads."""

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        self._limit = limit
        self._kept: OrderedDict[Place, _Kept] = OrderedDict()
        self.size = 0
        """Bytes kept, roughly."""
        self._lock = Lock()

    def find(self, driver: Driver, place: Place, head: Hashable) -> Packed | None:
        """Return a span if it is kept and holds in the caller's snapshot, in which the bucket stands at ``head``."""
        with self._lock:
            kept = self._kept.get(place)
            if kept is None:
                return None
            if kept.until < monotonic():
                self._forget(place)
                return None
            self._kept.move_to_end(place)
        if kept.may_shrink:
            if measure(driver, place, place.end) != (kept.rows, kept.packed.size):
                return None
        elif kept.head != head:
            if driver.fetch_one(_COUNT, place.bucket, place.after, place.end) != (kept.rows,):
                return None
            kept.head = head
        return kept.packed

    def pack(self, rows: Rows) -> dict[str, list[Part]]:
        """Return a page's rows by bucket with what is fresh packed, and kept."""
        return {
            bucket: [self._pack(part) if isinstance(part, Fresh) else part for part in parts]
            for bucket, parts in rows.items()
        }

    def _pack(self, fresh: Fresh) -> Packed:
        packed = Packed.of(fresh.text)
        with self._lock:
            self._forget(fresh.place)
            self._kept[fresh.place] = _Kept(
                packed, fresh.rows, fresh.head, may_shrink=_DELETED in fresh.text, until=monotonic() + KEPT_S
            )
            self.size += len(packed.blocks) + _BESIDE
            while self.size > self._limit:
                self._forget(next(iter(self._kept)))
        return packed

    def _forget(self, place: Place) -> None:
        kept = self._kept.pop(place, None)
        if kept is not None:
            self.size -= len(kept.packed.blocks) + _BESIDE


def measure(driver: Driver, place: Place, end: int) -> tuple[int, int]:
    """Return how many rows there are after a place up to the number ``end``, and the size of ``read_joined``'s JSON."""
    rows, size = driver.fetch_one(_MEASURE[place.view], place.bucket, place.after, end) or (0, 0)
    return rows, int(size)


def read_joined(driver: Driver, place: Place, end: int) -> tuple[int, bytes]:
    """Return how many rows there are after a place up to the number ``end``, and their JSON with commas between."""
    join = _JOIN if driver.is_shared else JOIN_IN_TREE
    found = driver.fetch_one(join[place.view], place.bucket, place.after, end)
    rows, text = found or (0, None)
    return rows, text or b""

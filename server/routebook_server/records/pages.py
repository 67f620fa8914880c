"""Pages: the rows that a device lacks, spliced as they are stored, never decoded (SPEC R55, R56)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Driver, driver_of
from routebook_server.records.buckets import FIRST_EPOCH, Head, is_behind, number_of, seq_of
from routebook_server.records.repair import read_repair
from routebook_server.records.views import open_verdict
from routebook_sync.messages import View

# Bytes, not text: the database stores UTF-8 and the reply is UTF-8, so that nothing needs decoding.
_SELECT_ROWS: Final = {
    View.FULL: "SELECT seq, CAST(doc AS BLOB) FROM record WHERE bucket = ? AND seq > ? ORDER BY seq",
    View.REP: "SELECT seq, CAST(coalesce(open, doc) AS BLOB) FROM record WHERE bucket = ? AND seq > ? ORDER BY seq",
}
_SELECT_BUCKETS: Final = "SELECT bucket, epoch, seq, horizon, rows, total, open_total FROM bucket WHERE bucket IN (?*)"
_SELECT_VERDICTS: Final = "SELECT n, CAST(doc AS BLOB) FROM verdict WHERE device = ? ORDER BY n"
_FETCH: Final = 256
"""Rows taken from the database at a time; what is read beyond the budget is wasted."""


class Asked(msgspec.Struct, frozen=True):
    """What a device asks for in one round trip."""

    device: int
    buckets: Sequence[str]
    """Granted, the most useful first."""
    cursors: Mapping[str, Sequence[int]]
    budget: int
    """Bytes of rows."""
    view: View = View.FULL
    """What its user is shown."""
    held_view: View = View.FULL
    """In which view it was sent what it holds; another one makes it start over (SPEC R35)."""
    ack: int = 0
    """Verdicts up to this number are stored on the device."""
    own: Collection[tuple[str, int]] = ()
    """Rows that it need not be told."""
    sums: bool = False
    """Whether its schema is the server's, so that checksums can be compared (SPEC R62)."""
    verify: bool = False
    """Whether it wants the checksum of every complete bucket, moved or not."""
    check: Mapping[str, Sequence[int]] = {}
    """The checksum of each partition it holds, of buckets in which something differs (SPEC R64)."""


class Page(msgspec.Struct, frozen=True):
    """One reply's rows, and how far they bring the device."""

    view: View
    rows: dict[str, bytes]
    """By bucket, the JSON list of the rows."""
    cursors: dict[str, list[int]]
    """Of every bucket asked for."""
    complete: list[str]
    resets: list[str]
    """Buckets whose cursor was of no use: read from 0."""
    sums: dict[str, list[int]]
    """[checksum, count] of complete buckets (SPEC R60)."""
    repair: dict[str, list[int]]
    """Partitions of which ``rows`` has every row (SPEC R64)."""
    verdicts: list[bytes]
    """JSON of each verdict not yet acknowledged."""
    acknowledged: bool
    """Whether verdicts are kept that the device has acknowledged."""
    pushed: int
    covered: int = 0
    """How far a backup holds the device's edits (SPEC R48)."""

    @property
    def more(self) -> bool:
        """Whether a bucket is not read to its head."""
        return len(self.complete) < len(self.cursors)


class _Standing(NamedTuple):
    """Where a bucket stands."""

    epoch: int = FIRST_EPOCH
    seq: int = 0
    horizon: int = 0
    rows: int = 0
    total: int = 0
    open_total: int = 0

    def cursor(self, seq: int) -> list[int]:
        """Return the cursor of a device that has read up to ``seq``."""
        return [self.epoch, number_of(seq, self.horizon)]

    def is_usable(self, epoch: int, number: int) -> bool:
        """Tell whether a device may go on from this cursor, or has to start at 0 (SPEC R32, R37)."""
        return epoch == self.epoch and seq_of(number) <= self.seq and not is_behind(number, self.horizon)


def read_page(connection: Connection, asked: Asked) -> Page:
    """Return what comes after the cursors, bucket after bucket, within the budget; at least one row.

    Reads one snapshot; costs O(buckets) where nothing is new.
    """
    reading = _Reading(driver_of(connection), asked)
    for bucket in asked.buckets:
        reading.read(bucket)
    for bucket in asked.check:
        reading.repair(bucket)
    return reading.page()


class _Reading:
    """A page in the making."""

    def __init__(self, driver: Driver, asked: Asked) -> None:
        self._driver = driver
        self._asked = asked
        self._standings = {
            name: _Standing(*found) for name, *found in driver.fetch(_SELECT_BUCKETS, list(asked.buckets))
        }
        self._left = asked.budget
        self._docs: dict[str, list[bytes]] = {}
        self._cursors: dict[str, list[int]] = {}
        self._complete: list[str] = []
        self._resets: list[str] = []
        self._sums: dict[str, list[int]] = {}
        self._repair: dict[str, list[int]] = {}

    def read(self, bucket: str) -> None:
        """Read on in a bucket."""
        asked, standing = self._asked, self._standings.get(bucket, _Standing())
        held = asked.cursors.get(bucket)
        seq = seq_of(held[1]) if held is not None else 0
        if held is not None and (not standing.is_usable(*held) or (seq and asked.held_view is not asked.view)):
            self._resets.append(bucket)
            seq = 0
        if seq < standing.seq and self._left > 0:
            seq = self._read_rows(bucket, seq, standing.seq)
        cursor = self._cursors[bucket] = standing.cursor(seq)
        if seq >= standing.seq:
            self._complete.append(bucket)
            if asked.sums and (cursor != held or asked.verify or bucket in asked.check):
                self._sums[bucket] = [standing.total if asked.view is View.FULL else standing.open_total, standing.rows]

    def _read_rows(self, bucket: str, after: int, head: int) -> int:
        """Take rows up to ``head`` while the budget lasts; return the number reached."""
        docs = self._docs.setdefault(bucket, [])
        # Who begins a bucket holds nothing to tell where a row lives (SPEC R53); who begins it again drops what he does
        # not meet, so that the same reply twice must meet his own rows, too (R38).
        begins = bucket in self._resets or bucket not in self._asked.cursors
        own = () if begins else self._asked.own
        left = self._left
        for chunk in self._driver.chunks(_SELECT_ROWS[self._asked.view], bucket, after, size=_FETCH):
            for number, doc in chunk:
                if own and (bucket, number) in own:
                    continue
                left -= len(doc) + 1
                docs.append(doc)
                if left <= 0:
                    self._left = left
                    return int(number)
        self._left = left
        return head

    def repair(self, bucket: str) -> None:
        """Take the rows of partitions that differ, of a bucket that is read to its head."""
        if bucket not in self._sums or (self._left <= 0 and self._repair):
            return
        asked = self._asked
        partitions, docs = read_repair(self._driver, bucket, asked.check[bucket], self._left, asked.view)
        if partitions:
            self._repair[bucket] = partitions
            self._docs.setdefault(bucket, []).extend(docs)
            self._left -= sum(map(len, docs))

    def page(self) -> Page:
        """Return the page."""
        asked, driver = self._asked, self._driver
        kept = driver.fetch(_SELECT_VERDICTS, asked.device)
        replica = driver.fetch_one("SELECT pushed, covered FROM replica WHERE device = ?", asked.device)
        verdicts = [verdict for n, verdict in kept if n > asked.ack]
        return Page(
            view=asked.view,
            rows={bucket: b"[" + b",".join(docs) + b"]" for bucket, docs in self._docs.items() if docs},
            cursors=self._cursors,
            complete=self._complete,
            resets=self._resets,
            sums=self._sums,
            repair=self._repair,
            verdicts=verdicts if asked.view is View.FULL else [open_verdict(verdict) for verdict in verdicts],
            acknowledged=bool(kept) and kept[0][0] <= asked.ack,
            pushed=replica[0] if replica else 0,
            covered=replica[1] if replica else 0,
        )


def read_heads(driver: Driver, buckets: Sequence[str]) -> dict[str, Head]:
    """Return the heads of those buckets that have one."""
    found = driver.fetch("SELECT bucket, epoch, seq, horizon FROM bucket WHERE bucket IN (?*)", list(buckets))
    return {bucket: Head(epoch, number_of(seq, horizon)) for bucket, epoch, seq, horizon in found}

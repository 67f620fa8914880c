"""Pages: the rows that a device lacks, spliced as they are stored, never decoded (SPEC R55, R56)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Database, Driver, driver_of
from routebook_server.records.ahead import read_ahead
from routebook_server.records.buckets import FIRST_EPOCH, SHARED, Head, is_behind, number_of, seq_of
from routebook_server.records.packed import Part
from routebook_server.records.repair import is_mostly_other, read_repair
from routebook_server.records.spans import Fresh, Place, Rows, Spans, measure, read_joined
from routebook_server.records.views import open_verdict
from routebook_sync.messages import View

# Bytes, not text: the database stores UTF-8 and the reply is UTF-8, so that nothing needs decoding.
_SELECT_ROWS: Final = {
    View.FULL: "SELECT seq, CAST(doc AS BLOB) FROM record WHERE bucket = ? AND seq > ? ORDER BY seq",
    View.REP: "SELECT seq, CAST(coalesce(open, doc) AS BLOB) FROM record WHERE bucket = ? AND seq > ? ORDER BY seq",
}
_SELECT_BUCKETS: Final = "SELECT bucket, epoch, seq, horizon, rows, total, open_total FROM bucket WHERE bucket IN (?*)"
_SELECT_REPLICA: Final = (
    "SELECT replica.pushed, replica.covered, verdict.n, CAST(verdict.doc AS BLOB) FROM replica"
    " LEFT JOIN verdict ON verdict.device = replica.device WHERE replica.device = ? ORDER BY verdict.n"
)
_DEVICE: Final = ""
"""In place of a bucket's name."""
_SELECT_EMPTY: Final = (
    "SELECT bucket, epoch, seq, horizon FROM bucket WHERE bucket IN (?*)"
    f" UNION ALL SELECT '{_DEVICE}', coalesce((SELECT pushed FROM replica WHERE device = ?), 0),"
    " coalesce((SELECT covered FROM replica WHERE device = ?), 0), (SELECT count(*) FROM verdict WHERE device = ?)"
)
"""Where the buckets stand; how far the device has pushed, how far a backup goes, how many verdicts are kept for it."""
_FETCH: Final = 32
"""Rows taken from the database at a time without knowing how large they are, 16 MiB at most (SPEC R59)."""
FEW: Final = 256
"""So many rows a device may be behind for its page to be a small one."""


class Asked(msgspec.Struct, frozen=True):
    """What a device asks for in one round trip."""

    device: int
    buckets: tuple[str, ...]
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
    person: str = ""
    """Who asks; "" where nothing is his."""
    now_ms: int = 0
    packs: bool = False
    """Whether the reply goes out packed: whole spans may come so."""


class Page(msgspec.Struct, frozen=True):
    """One reply's rows, and how far they bring the device."""

    view: View
    cursors: dict[str, list[int]]
    """Of every bucket asked for."""
    complete: list[str]
    verdicts: list[bytes]
    """JSON of each verdict not yet acknowledged."""
    acknowledged: bool
    """Whether verdicts are kept that the device has acknowledged."""
    pushed: int
    covered: int = 0
    """How far a backup holds the device's edits (SPEC R48)."""
    rows: Rows = {}
    resets: Sequence[str] = ()
    """Buckets whose cursor was of no use: read from 0."""
    sums: dict[str, list[int]] = {}
    """[checksum, count] of complete buckets (SPEC R60)."""
    repair: dict[str, list[int]] = {}
    """Partitions of which ``rows`` has every row (SPEC R64)."""

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

    @property
    def head(self) -> list[int]:
        """The cursor of a device that has read all."""
        return self.cursor(self.seq)

    def cursor(self, seq: int) -> list[int]:
        """Return the cursor of a device that has read up to ``seq``."""
        return [self.epoch, number_of(seq, self.horizon)]

    def is_usable(self, epoch: int, number: int) -> bool:
        """Tell whether a device may go on from this cursor, or has to start at 0 (SPEC R32, R37)."""
        return epoch == self.epoch and seq_of(number) <= self.seq and not is_behind(number, self.horizon)


def read_page(connection: Connection, asked: Asked, spans: Spans | None = None) -> Page:
    """Return what comes after the cursors, bucket after bucket, within the budget; at least one row.

    Reads one snapshot; costs O(buckets) where nothing is new. Whole spans come from ``spans`` where they are kept.
    """
    driver = driver_of(connection)
    return _Reading(driver, asked, _read_standings(driver, asked.buckets), spans).page()


def read_small_page(connection: Connection, asked: Asked) -> Page | None:
    """Return the page where there is little to read, as nearly always; None where there is more."""
    driver = driver_of(connection)
    reading = _Reading(driver, asked, _read_standings(driver, asked.buckets))
    return reading.page() if reading.is_small else None


async def find_empty_page(database: Database, asked: Asked) -> Page | None:
    """Return the page of a device that stands where every bucket stands and has nothing else to hear; None for others.

    By far most requests are of this kind: one query, and nothing else.
    """
    if asked.verify or asked.check or asked.held_view is not asked.view:
        return None
    device = asked.device
    found = {bucket: numbers for bucket, *numbers in await database.fetch(_SELECT_EMPTY, asked.buckets, *[device] * 3)}
    pushed, covered, told = found.pop(_DEVICE)
    cursors = {bucket: [epoch, number_of(seq, horizon)] for bucket, (epoch, seq, horizon) in found.items()}
    if len(cursors) < len(asked.buckets):  # some were never written to, in this life of the database (SPEC R32)
        epoch = cursors[SHARED][0] if SHARED in cursors else FIRST_EPOCH
        cursors = {bucket: [epoch, 0] for bucket in asked.buckets} | cursors
    if told or cursors != asked.cursors:
        return None
    return Page(
        asked.view,
        cursors,
        complete=list(asked.buckets),
        verdicts=[],
        acknowledged=False,
        pushed=pushed,
        covered=covered,
    )


def _read_standings(driver: Driver, buckets: Sequence[str]) -> dict[str, _Standing]:
    """Return where each of the buckets stands."""
    found = {name: _Standing(*numbers) for name, *numbers in driver.fetch(_SELECT_BUCKETS, list(buckets))}
    if len(found) == len(buckets):
        return found
    # Nobody has written to the others yet, in this life of the database (SPEC R32).
    unwritten = _Standing(found[SHARED].epoch) if SHARED in found else _Standing()
    return {bucket: found.get(bucket, unwritten) for bucket in buckets}


def _page(driver: Driver, asked: Asked, **read: Any) -> Page:
    """Return a page with what was read, and what else every reply tells a device."""
    pushed, covered, acknowledged = 0, 0, False
    verdicts: list[bytes] = []
    for pushed, covered, n, doc in driver.fetch(_SELECT_REPLICA, asked.device):  # noqa: B007 - the same in each row
        if n is not None and n <= asked.ack:
            acknowledged = True
        elif n is not None:
            verdicts.append(doc if asked.view is View.FULL else open_verdict(doc))
    return Page(asked.view, pushed=pushed, covered=covered, verdicts=verdicts, acknowledged=acknowledged, **read)


class _Reading:
    """A page in the making."""

    def __init__(
        self, driver: Driver, asked: Asked, standings: dict[str, _Standing], spans: Spans | None = None
    ) -> None:
        self._driver = driver
        self._asked = asked
        self._standings = standings
        self._spans = spans if asked.packs else None
        self._resets: list[str] = []
        self._reached = {bucket: self._begin(bucket) for bucket in asked.buckets}
        """How far the device has read each bucket."""
        self._left = asked.budget
        self._rows: dict[str, list[Part | Fresh]] = {}
        self._cursors: dict[str, list[int]] = {}
        self._complete: list[str] = []
        self._sums: dict[str, list[int]] = {}
        self._repair: dict[str, list[int]] = {}

    @property
    def is_small(self) -> bool:
        """Whether the device is behind by a few rows at most, and nothing has to be searched for."""
        behind = sum(standing.seq - self._reached[bucket] for bucket, standing in self._standings.items())
        return behind <= FEW and not self._asked.check

    def page(self) -> Page:
        """Read it."""
        asked = self._asked
        for bucket in asked.buckets:
            self._read(bucket)
        self._read_ahead()
        for bucket in asked.check:
            self._read_repair(bucket)
        return _page(
            self._driver,
            asked,
            rows={bucket: parts for bucket, parts in self._rows.items() if parts},
            cursors=self._cursors,
            complete=self._complete,
            resets=self._resets,
            sums=self._sums,
            repair=self._repair,
        )

    def _begin(self, bucket: str) -> int:
        """Return the number from which the device reads on."""
        held = self._asked.cursors.get(bucket)
        if held is None:
            return 0
        seq = seq_of(held[1])
        is_usable = self._standings[bucket].is_usable(*held)
        if seq and (not is_usable or self._asked.held_view is not self._asked.view):
            self._resets.append(bucket)
            return 0
        if seq == self._standings[bucket].seq and self._is_mostly_other(bucket):
            self._resets.append(bucket)
            return 0
        return seq

    def _is_mostly_other(self, bucket: str) -> bool:
        """Tell whether a device that is at the head holds most of the bucket otherwise (SPEC R64)."""
        asked = self._asked
        held = asked.check.get(bucket) if asked.sums else None
        return held is not None and is_mostly_other(self._driver, bucket, held, asked.view)

    def _read(self, bucket: str) -> None:
        """Read on in a bucket."""
        asked, standing, seq = self._asked, self._standings[bucket], self._reached[bucket]
        if seq < standing.seq and self._left > 0:
            seq = self._read_rows(bucket, seq, standing.seq)
        cursor = self._cursors[bucket] = standing.cursor(seq)
        if seq >= standing.seq:
            self._complete.append(bucket)
            if asked.sums and (cursor != asked.cursors.get(bucket) or asked.verify or bucket in asked.check):
                self._sums[bucket] = [standing.total if asked.view is View.FULL else standing.open_total, standing.rows]

    def _read_rows(self, bucket: str, after: int, head: int) -> int:
        """Take rows up to ``head`` while the budget lasts; return the number reached."""
        # Who begins a bucket, or is at 0 though others wrote there, holds nothing to tell where a row lives (SPEC R53);
        # who begins it again drops what he does not meet: the same reply twice must meet his own rows, too (R38).
        own = self._asked.own
        begins = bucket in self._resets or bucket not in self._asked.cursors
        if own and not begins and (after or head <= sum(1 for name, _number in own if name == bucket)):
            return self._read_singly(bucket, after, head, own)
        while after < head and self._left > 0:
            place = Place(bucket, self._standings[bucket].epoch, self._asked.view, after)
            end = min(place.end, head)
            if not self._take_span(place, end):
                # Pages end where spans do, so that the next one begins with a whole one.
                if self._left <= self._asked.budget // 2:
                    self._left = 0
                    break
                return self._read_singly(bucket, after, end)
            after = end
        return after

    def _take_span(self, place: Place, end: int) -> bool:
        """Take all rows after a place up to the number ``end``; False if they are more than is left of the budget."""
        spans, standing = self._spans, self._standings[place.bucket]
        is_whole = place.is_first and end == place.end
        head = (standing.seq, standing.horizon)
        found = spans.find(self._driver, place, head) if spans is not None and is_whole else None
        part: Part | Fresh
        if found is not None:
            size, part = found.size, found
        else:
            if end - place.after > _FETCH and measure(self._driver, place, end)[1] > self._left:
                return False
            count, text = read_joined(self._driver, place, end)
            size = len(text)
            part = Fresh(place, head, count, text) if spans is not None and is_whole else text
        if size > self._left:
            return False
        if size:
            self._rows.setdefault(place.bucket, []).append(part)
            self._left -= size + 1
        return True

    def _read_singly(self, bucket: str, after: int, end: int, own: Collection[tuple[str, int]] = ()) -> int:
        """Take rows one by one up to the number ``end`` while the budget lasts; return the number reached."""
        docs: list[bytes] = []
        reached = end
        for chunk in self._driver.chunks(_SELECT_ROWS[self._asked.view], bucket, after, size=_FETCH):
            for number, doc in chunk:
                if number > end:
                    break
                if own and (bucket, number) in own:
                    continue
                self._left -= len(doc) + 1
                docs.append(doc)
                if self._left <= 0:
                    reached = int(number)
                    break
            else:
                continue
            break
        if docs:
            self._rows.setdefault(bucket, []).append(b",".join(docs))
        return reached

    def _read_ahead(self) -> None:
        """Put what the person needs today in front, out of buckets that do not fit into their first page."""
        asked = self._asked
        begun = {
            bucket: seq_of(self._cursors[bucket][1])
            for bucket in asked.buckets
            if bucket not in asked.cursors and bucket not in self._complete
        }
        if not begun or not asked.person:
            return
        docs: dict[str, list[bytes]] = {}
        left = asked.budget // 2
        for bucket, _seq, doc in read_ahead(self._driver, asked.person, asked.now_ms, asked.view, begun):
            left -= len(doc) + 1
            if left < 0:
                break
            docs.setdefault(bucket, []).append(doc)
        for bucket, found in docs.items():
            self._rows.setdefault(bucket, []).insert(0, b",".join(found))

    def _read_repair(self, bucket: str) -> None:
        """Take the rows of partitions that differ, of a bucket that is read to its head."""
        if bucket not in self._sums or bucket in self._resets or (self._left <= 0 and self._repair):
            return
        asked = self._asked
        partitions, docs = read_repair(self._driver, bucket, asked.check[bucket], self._left, asked.view)
        if partitions:
            self._repair[bucket] = partitions
            if docs:
                self._rows.setdefault(bucket, []).append(b",".join(docs))
            self._left -= sum(map(len, docs))


def read_heads(driver: Driver, buckets: Sequence[str]) -> dict[str, Head]:
    """Return the heads of those buckets that have one."""
    found = driver.fetch("SELECT bucket, epoch, seq, horizon FROM bucket WHERE bucket IN (?*)", list(buckets))
    return {bucket: Head(epoch, number_of(seq, horizon)) for bucket, epoch, seq, horizon in found}

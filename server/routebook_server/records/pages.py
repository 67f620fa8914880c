"""Pages: the rows that a device lacks, spliced as they are stored, never decoded (SPEC R55, R56)."""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import TOO_LARGE, Driver, driver_of
from routebook_server.records.ahead import read_ahead
from routebook_server.records.buckets import Head, at_hand, number_of, seq_of
from routebook_server.records.packed import Part
from routebook_server.records.repair import is_mostly_other, read_repair
from routebook_server.records.spans import Fresh, Place, Rows, Spans, measure, read_joined
from routebook_server.records.standings import Standings, read_standings
from routebook_server.records.views import open_verdicts
from routebook_sync.messages import View

# Bytes, not text: the database stores UTF-8 and the reply is UTF-8, so that nothing needs decoding.
_SELECT_ROWS: Final = {
    view: f"SELECT seq, CAST({doc} AS BLOB) FROM record WHERE bucket = ? AND seq > ? AND seq <= ? ORDER BY seq"
    for view, doc in ((View.FULL, "doc"), (View.REP, "coalesce(open, doc)"))
}
_SELECT_VERDICTS: Final = "SELECT n, CAST(doc AS BLOB) FROM verdict WHERE device = ? ORDER BY n"
_SELECT_FORMER: Final = "SELECT device, pushed FROM replica WHERE person = ? AND device <> ?"
_FETCH: Final = 32
"""Rows taken from the database at a time without knowing how large they are, 16 MiB at most (SPEC R59)."""
_TELLS: Final = b'"losers"'
"""In a verdict that tells what gave way, as none on an edit of a refused group does; any other is small."""
FEW: Final = 256
"""So many rows a device may be behind for its page to be a small one."""


class Asked(msgspec.Struct, frozen=True):
    """What a device asks for in one round trip."""

    device: int
    buckets: tuple[str, ...]
    """Granted, the most useful first."""
    cursors: Mapping[str, Sequence[int]]
    budget: int
    """Bytes of rows, and of verdicts."""
    view: View = View.FULL
    """What its user is shown."""
    held_view: View = View.FULL
    """In which view it was sent what it holds; another one makes it start over (SPEC R35)."""
    ack: int = 0
    """Verdicts up to this number are stored on the device."""
    below: int = 0
    """From this number on it is told nothing of edits: its own were not taken, and others may have those numbers (SPEC
    R48); 0 for no such."""
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
    """JSON of each verdict not yet acknowledged, up to ``pushed``."""
    acknowledged: bool
    """Whether verdicts are kept that the device has acknowledged."""
    pushed: int
    """Up to which of its edits the device is told all."""
    covered: int = 0
    """How far a backup holds the device's edits (SPEC R48)."""
    rows: Rows = {}
    resets: Sequence[str] = ()
    """Buckets whose cursor was of no use: read from 0."""
    sums: dict[str, list[int]] = {}
    """[checksum, count] of complete buckets (SPEC R60)."""
    repair: dict[str, list[int]] = {}
    """Partitions of which ``rows`` has every row (SPEC R64)."""
    former: Mapping[int, int] = {}
    """How far the person's other devices have pushed, told to one that meets another epoch (SPEC R48)."""
    is_cut: bool = False
    """Whether verdicts are left for which there was no room: it has nothing else."""

    @property
    def more(self) -> bool:
        """Whether verdicts are left, or a bucket is not read to its head."""
        return self.is_cut or len(self.complete) < len(self.cursors)


def read_page(connection: Connection, asked: Asked, spans: Spans | None = None) -> Page:
    """Return what comes after the cursors, bucket after bucket, within the budget; at least one row.

    Reads one snapshot; costs O(buckets) where nothing is new. Whole spans come from ``spans`` where they are kept.
    """
    driver = driver_of(connection)
    return _Reading(driver, asked, read_standings(driver, asked.buckets, asked.device), spans).page()


def read_small_page(connection: Connection, asked: Asked) -> Page | None:
    """Return the page where there is little to read, as nearly always; None where there is more."""
    driver = driver_of(connection)
    reading = _Reading(driver, asked, read_standings(driver, asked.buckets, asked.device))
    return reading.page() if reading.is_small else None


class _Reading:
    """A page in the making."""

    def __init__(self, driver: Driver, asked: Asked, standings: Standings, spans: Spans | None = None) -> None:
        self._driver = driver
        self._asked = asked
        self._all = standings
        self._standings = standings.by_bucket
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
        verdicts, acknowledged, pushed = self._read_verdicts()
        if pushed < self._all.pushed:
            return self._verdicts_alone(verdicts, pushed, acknowledged=acknowledged)
        if asked.below:
            pushed = min(pushed, asked.below - 1)
        for bucket in asked.buckets:
            self._read(bucket)
        self._read_ahead()
        for bucket in asked.check:
            self._read_repair(bucket)
        return Page(
            asked.view,
            self._cursors,
            self._complete,
            verdicts,
            acknowledged,
            pushed,
            min(self._all.covered, pushed),
            rows={bucket: parts for bucket, parts in self._rows.items() if parts},
            resets=self._resets,
            sums=self._sums,
            repair=self._repair,
            former=self._read_former() if self._is_former_life else {},
        )

    @property
    def _is_former_life(self) -> bool:
        """Whether what the device has read is of a life of the server before a backup was restored."""
        return any(
            bucket in self._standings and epoch != self._standings[bucket].epoch
            for bucket, (epoch, _seq) in self._asked.cursors.items()
        )

    def _read_former(self) -> dict[int, int]:
        """Return how far this person's other devices have pushed: one of them may be this one under a former number."""
        asked = self._asked
        return dict(self._driver.fetch(_SELECT_FORMER, asked.person, asked.device)) if asked.person else {}

    def _verdicts_alone(self, verdicts: list[bytes], pushed: int, *, acknowledged: bool) -> Page:
        """Return a page that tells as many verdicts as have room, and brings the device nowhere (SPEC R56)."""
        asked = self._asked
        cursors = {name: list(asked.cursors.get(name, self._standings[name].cursor(0))) for name in asked.buckets}
        covered = min(self._all.covered, pushed)
        # What the device holds is in the view that it names, until a page with rows says otherwise.
        return Page(asked.held_view, cursors, [], verdicts, acknowledged, pushed, covered, is_cut=True)

    def _read_verdicts(self) -> tuple[list[bytes], bool, int]:
        """Return the verdicts that the device has not acknowledged, as many as have room, and whether others are kept.

        And up to which edit it hears of all: below the first verdict for which there is no room (SPEC R42, R56). There
        is for what tells nothing of what gave way: so a refused group is never cut in two (SPEC R45).
        """
        pushed = self._all.pushed
        if not self._all.told:
            return [], False, pushed
        asked = self._asked
        # Of a former life of the server it acknowledges nothing that this one says (SPEC R42).
        is_former = self._is_former_life
        docs: list[bytes] = []
        left, acknowledged = asked.budget, False
        for n, doc in chain.from_iterable(self._driver.chunks(_SELECT_VERDICTS, asked.device, size=_FETCH)):
            if n <= asked.ack and not is_former:
                acknowledged = True
                continue
            if asked.below and n >= asked.below:
                break
            left -= len(doc) + 1
            if left < 0 and docs and not is_former and _TELLS in doc:
                pushed = n - 1
                break
            docs.append(doc)
        return open_verdicts(docs, asked.view, self._find_granted), acknowledged, pushed

    def _find_granted(self, ids: Collection[str]) -> set[str]:
        found = self._driver.fetch("SELECT id, bucket FROM record WHERE id IN (?*)", sorted(ids))
        return {record_id for record_id, bucket in found if at_hand(bucket) in self._asked.buckets}

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
                self._sums[bucket] = standing.sums(asked.view)

    def _read_rows(self, bucket: str, after: int, head: int) -> int:
        """Take rows up to ``head`` while the budget lasts; return the number reached."""
        # Who begins a bucket, or is at 0 though others wrote there, holds nothing to tell where a row lives (SPEC R53);
        # who begins it again drops what he does not meet: the same reply twice must meet his own rows, too (R38).
        own = self._asked.own
        epoch, _seq = self._asked.cursors.get(bucket, (None, 0))
        begins = bucket in self._resets or epoch != self._standings[bucket].epoch
        if own and not begins and (after or head <= sum(1 for name, _number in own if name == bucket)):
            return self._read_singly(bucket, after, head, own)
        while after < head and self._left > 0:
            place = Place(bucket, self._standings[bucket].epoch, self._asked.view, after)
            end = head if head - after <= FEW else min(place.end, head)
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
            if not self._may_join(place, end):
                return False
            try:
                count, text = read_joined(self._driver, place, end)
            except TOO_LARGE:
                return False
            size = len(text)
            part = Fresh(place, head, count, text) if spans is not None and is_whole else text
        if size > self._left:
            return False
        if size:
            self._rows.setdefault(place.bucket, []).append(part)
            self._left -= size + 1
        return True

    def _may_join(self, place: Place, end: int) -> bool:
        """Tell whether the rows up to the number ``end`` may be read without knowing more of how large they are."""
        if end - place.after <= _FETCH or self._driver.is_bounded:
            return True
        return measure(self._driver, place, end)[1] <= self._left

    def _read_singly(self, bucket: str, after: int, end: int, own: Collection[tuple[str, int]] = ()) -> int:
        """Take rows one by one up to the number ``end`` while the budget lasts; return the number reached."""
        docs: list[bytes] = []
        left = self._left
        for chunk in self._driver.chunks(_SELECT_ROWS[self._asked.view], bucket, after, end, size=_FETCH):
            for number, doc in chunk:
                if own and (bucket, number) in own:
                    continue
                left -= len(doc) + 1
                docs.append(doc)
                if left <= 0:
                    end = number
                    break
            if left <= 0:
                break
        self._left = left
        if docs:
            self._rows.setdefault(bucket, []).append(b",".join(docs))
        return end

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

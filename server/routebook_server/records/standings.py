"""Standings: what a reply tells of besides rows: where buckets stand, how far a device has pushed; from one query."""

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Self

from routebook_server.database import Database, Driver, Values
from routebook_server.records.buckets import FIRST_EPOCH, SHARED, is_behind, number_of, seq_of
from routebook_sync.messages import View

_DEVICE: Final = ""
"""In place of a bucket's name."""
_SELECT: Final = (
    "SELECT bucket, epoch, seq, horizon, rows, total, open_total FROM bucket WHERE bucket IN (?*)"
    f" UNION ALL SELECT '{_DEVICE}', coalesce((SELECT pushed FROM replica WHERE device = ?), 0),"
    " coalesce((SELECT covered FROM replica WHERE device = ?), 0), (SELECT count(*) FROM verdict WHERE device = ?),"
    " 0, 0, 0"
)
"""Where the buckets stand; how far the device has pushed, how far a backup goes, how many verdicts are kept for it."""


class Standing(NamedTuple):
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

    def sums(self, view: View) -> list[int]:
        """Return the checksum of the whole bucket, as a view shows it, and the number of its rows."""
        return [self.total if view is View.FULL else self.open_total, self.rows]


class Standings(NamedTuple):
    """Where everything stands that a reply tells of."""

    by_bucket: dict[str, Standing]
    """Of every bucket asked for."""
    pushed: int
    covered: int
    told: int
    """How many verdicts are kept for the device."""

    @classmethod
    def of(cls, found: Sequence[Values], buckets: Sequence[str]) -> Self:
        """Return what a query for them has found."""
        by_bucket = {name: Standing(*numbers) for name, *numbers in found}
        pushed, covered, told, *_ = by_bucket.pop(_DEVICE)
        if len(by_bucket) < len(buckets):
            # Nobody has written to the others yet, in this life of the database (SPEC R32).
            unwritten = Standing(by_bucket[SHARED].epoch) if SHARED in by_bucket else Standing()
            by_bucket = {bucket: by_bucket.get(bucket, unwritten) for bucket in buckets}
        return cls(by_bucket, pushed, covered, told)


def fetch_standings(database: Database, buckets: tuple[str, ...], device: int) -> Awaitable[list[Values]]:
    """Return what says where these buckets and the device stand, for ``Standings.of``; at once where that is near."""
    return database.fetch(_SELECT, buckets, device, device, device)


def is_elsewhere(found: Iterable[Values], cursors: Mapping[str, Sequence[int]]) -> bool:
    """Tell whether one of the buckets found stands elsewhere than the device has read it."""
    return any(
        cursors.get(name) != [epoch, number_of(seq, horizon)]
        for name, epoch, seq, horizon, *_ in found
        if name != _DEVICE
    )


def read_standings(driver: Driver, buckets: tuple[str, ...], device: int) -> Standings:
    """Return where these buckets and the device stand, in a transaction."""
    return Standings.of(driver.fetch_kept(_SELECT, buckets, device, device, device), buckets)

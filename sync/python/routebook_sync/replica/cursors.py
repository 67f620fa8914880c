"""How far each bucket has been read, and reading it again from 0 (SPEC R32, R38, R54, R55).

A bucket that begins again gets a new *round*; every row that is met, or confirmed meanwhile, carries it. When the
bucket is complete, what still carries another round is not there any more.
"""

from collections.abc import Mapping, Sequence

import msgspec

from routebook_sync.messages import ControlKind, SyncReply
from routebook_sync.replica.tables import Reading, Tables


class Asked(msgspec.Struct, frozen=True):
    """From where a request asked to read on; a reply continues that, and nothing else."""

    cursors: Mapping[str, Sequence[int]]
    view: str
    unanswered: int = 0
    """Up to which edit the server has had some whose verdicts the reply does not bring: rows go before them (R42)."""


def seen_before(seen: Mapping[str, Sequence[int]], cursors: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """Return of what was ``seen`` where the cursors have gone on since: to a higher number, or into another epoch."""
    return {
        bucket: [epoch, seq]
        for bucket, (epoch, seq) in seen.items()
        if bucket in cursors and (cursors[bucket][0] != epoch or cursors[bucket][1] > seq)
    }


class Readings:
    """The cursors while one reply is applied, as they stood before it. Made before anything of the reply is stored."""

    def __init__(self, tables: Tables, reply: SyncReply, request: Asked) -> None:
        self._tables = tables
        self._reply = reply
        self._request = request
        self._held = dict(tables.cursor.items())
        self.is_in_view = request.view == (tables.meta.get("view") or "")
        """Whether the rows are held in the view that the request named; in another one everything has begun again."""
        asked = {asked.bucket for asked in reply.control if asked.control == ControlKind.RESET}
        self._resets = {
            bucket
            for bucket, reading in self._held.items()
            if self._continues(bucket) and (bucket in asked or self._epoch(bucket, reading.epoch) != reading.epoch)
        }

    @property
    def is_restored(self) -> bool:
        """Whether a backup was restored since: a bucket lives in another epoch, mostly a later one (SPEC R32)."""
        return any(
            self._epoch(bucket, reading.epoch) != reading.epoch and self._continues(bucket)
            for bucket, reading in self._held.items()
        )

    @property
    def resets(self) -> set[str]:
        """The buckets that are read again from 0 with this reply."""
        return self._resets

    def is_stale(self, bucket: str) -> bool:
        """Tell whether the device has read on in this bucket, or begun it again: the reply was overtaken (SPEC R54)."""
        held, cursor = self._held.get(bucket), self._reply.cursors.get(bucket)
        if cursor is None:
            return False
        if not self._continues(bucket):
            return True
        if held is None or bucket in self._resets:
            return False
        return cursor[1] < held.seq

    def begin(self) -> None:
        """Give a round to every bucket that begins with this reply, for the first time or again."""
        begun = [
            bucket
            for bucket in self._reply.cursors
            if bucket in self._resets or (bucket not in self._held and not self.is_stale(bucket))
        ]
        if not begun:
            return
        number = self._tables.next_number("round")
        for bucket in begun:
            held = self._held.get(bucket)
            reading = Reading(round=number)
            if held is not None:
                reading = msgspec.structs.replace(held, round=number, sweep=True, suspect=False)
            self._tables.cursor.put(bucket, reading)
        again = sum(bucket in self._held and self._held[bucket].seq > 0 for bucket in begun)
        if again:
            self._tables.meta.put("resets", self._tables.number("resets") + again)

    def finished(self) -> list[tuple[str, int]]:
        """Return each bucket that has been read again up to its head, with the round that is to stay."""
        finished = []
        for bucket in self._reply.complete:
            reading = self._tables.cursor.get(bucket)
            if reading is not None and reading.sweep and not self.is_stale(bucket):
                self._tables.cursor.put(bucket, msgspec.structs.replace(reading, sweep=False))
                finished.append((bucket, reading.round))
        return finished

    def save(self, *, is_waiting: bool) -> None:
        """Move the cursors to where the reply has brought the device; ``complete`` stays once it is set.

        While edits wait, it is kept from where: who wrote them had read no further (SPEC R53).
        """
        self._keep_seen(is_waiting=is_waiting)
        complete = set(self._reply.complete)
        for bucket, (epoch, seq) in self._reply.cursors.items():
            reading = self._tables.cursor.get(bucket)
            if reading is not None and not self.is_stale(bucket):
                is_complete = reading.complete or bucket in complete
                moved = msgspec.structs.replace(reading, epoch=epoch, seq=seq, complete=is_complete)
                self._tables.cursor.put(bucket, moved)

    def _keep_seen(self, *, is_waiting: bool) -> None:
        known: dict[str, list[int]] = self._tables.meta.get("seen") or {}
        seen = {
            bucket: [held.epoch, held.seq] if (held := self._held.get(bucket)) is not None else [epoch, 0]
            for bucket, (epoch, _seq) in self._reply.cursors.items()
            if not self.is_stale(bucket)
        }
        kept = {**seen, **known} if is_waiting else {}
        if kept != known:
            self._tables.meta.put("seen", kept)

    def _continues(self, bucket: str) -> bool:
        """Tell whether the bucket stands where the request told.

        Numbers alone do not say: what is read again begins with low ones.
        """
        held, start = self._held.get(bucket), self._request.cursors.get(bucket)
        if held is None or start is None:
            return self.is_in_view and held is None and start is None
        return self.is_in_view and (held.epoch, held.seq) == tuple(start)

    def _epoch(self, bucket: str, held: int) -> int:
        """Return the epoch that the reply names for a bucket, ``held`` if it names none."""
        cursor = self._reply.cursors.get(bucket)
        return held if cursor is None else cursor[0]

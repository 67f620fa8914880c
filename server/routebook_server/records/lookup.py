"""Lookup: what a batch may have to read besides the records that its edits name. Knows no SQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from routebook_server.records.state import State
from routebook_sync.messages import Edit


class Lookup(Protocol):
    """What a batch may have to read besides the records that its edits name."""

    def aggregate(self, root: str) -> Iterable[State]:
        """Return every stored record of an aggregate."""

    def person(self, device: int) -> str:
        """Return who pushed from the device last, "" if nobody did."""

    def taken(self, device: int, edits: Collection[Edit]) -> set[int]:
        """Return the numbers of those edits that were taken from the device: what they did, or a verdict, is there."""

    def may_have_left(self, root: str, cursors: Mapping[str, Sequence[int]]) -> bool:
        """Tell whether the aggregate once left a bucket that was read up to one of these cursors.

        True too where a cursor is so old that the marker may be removed by now (SPEC R37).
        """

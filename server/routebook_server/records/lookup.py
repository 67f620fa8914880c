"""Lookup: what a batch may have to read besides the records that its edits name. Knows no SQL."""

from collections.abc import Collection, Iterable
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

    def has_marker(self, root: str, buckets: Iterable[str]) -> bool:
        """Tell whether the aggregate once left one of these buckets."""

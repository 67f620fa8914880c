"""Sums: the running checksums of a bucket, kept in the transaction that changes its rows (SPEC R60, R63).

A changed row costs its own checksum and two additions, whatever the bucket holds.
"""

import sys
from array import array
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Final, TypeAlias

from routebook_server.records.state import Stored
from routebook_sync.checksum import MODULUS, partition_of
from routebook_sync.messages import MARKERS, PARTITIONS

Counted: TypeAlias = tuple[str, int, int]
"""How a stored row is counted: bucket, sum, open_sum."""

_MASK: Final = MODULUS - 1
_IS_SWAPPED: Final = sys.byteorder == "big"
"""Whether this machine writes numbers the other way round than they are stored."""


class Sums:
    """The checksums of one bucket: how many rows, and the sum of each partition in both views."""

    def __init__(self, rows: int = 0, total: int = 0, open_total: int = 0, parts: bytes | None = None) -> None:
        self.rows = rows
        self.total = total
        self.open_total = open_total
        # Most pushes change a few of them: they are taken and given back as they are stored, not one by one.
        self._parts = _read(parts)

    def add(self, record_id: str, full: int, shown: int) -> None:
        """Count a row with these checksums of its whole and its open state."""
        self.rows += 1
        self.change(record_id, full, shown)

    def take(self, record_id: str, full: int, shown: int) -> None:
        """Count a row no more."""
        self.rows -= 1
        self.change(record_id, -full, -shown)

    def change(self, record_id: str, full: int, shown: int) -> None:
        """Add these differences to the sums of a row that was counted and still is."""
        part, parts = partition_of(record_id), self._parts
        self.total += full
        self.open_total += shown
        parts[part] = parts[part] + full & _MASK
        part += PARTITIONS
        parts[part] = parts[part] + shown & _MASK

    def stored(self) -> tuple[int, int, int, bytes]:
        """Return what the bucket's row holds: rows, total, open_total, parts."""
        parts = array("I", self._parts)
        if _IS_SWAPPED:
            parts.byteswap()
        return self.rows, self.total & _MASK, self.open_total & _MASK, parts.tobytes()


def parts_of_view(parts: bytes | None, *, full: bool) -> list[int]:
    """Return the checksum of each partition as one view shows it, from the bucket's stored ``parts``."""
    found = _read(parts)
    return found[:PARTITIONS].tolist() if full else found[PARTITIONS:].tolist()


def count_rows(sums: Mapping[str, Sums], rows: Iterable[Stored], counted: MutableMapping[str, Counted]) -> None:
    """Bring ``sums``, by bucket, and what is ``counted``, by id, up to what ``rows`` make of it."""
    for bucket, _seq, record_id, kind, _root, _home, _device, _doc, _open, full, shown in rows:
        if kind in MARKERS:
            continue
        old = counted.get(record_id)
        if old is not None and old[0] == bucket:
            sums[bucket].change(record_id, full - old[1], shown - old[2])
        else:
            if old is not None:
                sums[old[0]].take(record_id, old[1], old[2])
            sums[bucket].add(record_id, full, shown)
        counted[record_id] = (bucket, full, shown)


def _read(parts: bytes | None) -> "array[int]":
    found = array("I", bytes(8 * PARTITIONS) if parts is None else parts)
    if _IS_SWAPPED:
        found.byteswap()
    return found

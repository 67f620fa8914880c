"""Sums: the running checksums of a bucket, kept in the transaction that changes its rows (SPEC R60, R63).

A changed row costs its own checksum and two additions, whatever the bucket holds.
"""

import struct
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from routebook_server.records.state import Stored
from routebook_sync.checksum import MODULUS, partition_of
from routebook_sync.messages import MARKERS, PARTITIONS

Counted: TypeAlias = tuple[str, int, int]
"""How a stored row is counted: bucket, sum, open_sum."""

_PARTS: Final = struct.Struct(f"<{2 * PARTITIONS}I")


class Sums:
    """The checksums of one bucket: how many rows, and the sum of each partition in both views."""

    def __init__(self, rows: int = 0, parts: bytes | None = None) -> None:
        self.rows = rows
        self._parts = [0] * 2 * PARTITIONS if parts is None else list(_PARTS.unpack(parts))

    def add(self, record_id: str, full: int, shown: int) -> None:
        """Count a row with these checksums of its whole and its open state."""
        part = partition_of(record_id)
        self.rows += 1
        self._parts[part] += full
        self._parts[part + PARTITIONS] += shown

    def take(self, record_id: str, full: int, shown: int) -> None:
        """Count a row no more."""
        part = partition_of(record_id)
        self.rows -= 1
        self._parts[part] -= full
        self._parts[part + PARTITIONS] -= shown

    def stored(self) -> tuple[int, int, int, bytes]:
        """Return what the bucket's row holds: rows, total, open_total, parts."""
        parts = [part % MODULUS for part in self._parts]
        total, open_total = sum(parts[:PARTITIONS]) % MODULUS, sum(parts[PARTITIONS:]) % MODULUS
        return self.rows, total, open_total, _PARTS.pack(*parts)


def parts_of_view(parts: bytes | None, *, full: bool) -> list[int]:
    """Return the checksum of each partition as one view shows it, from the bucket's stored ``parts``."""
    if parts is None:
        return [0] * PARTITIONS
    found = _PARTS.unpack(parts)
    return list(found[:PARTITIONS] if full else found[PARTITIONS:])


def count_rows(sums: Mapping[str, Sums], rows: Iterable[Stored], before: Mapping[str, Counted]) -> None:
    """Bring ``sums``, by bucket, up to what ``rows`` make of those that stood ``before`` under their ids."""
    for bucket, _seq, record_id, kind, _root, _home, _device, _doc, _open, full, shown in rows:
        if kind in MARKERS:
            continue
        old = before.get(record_id)
        if old is not None:
            sums[old[0]].take(record_id, old[1], old[2])
        sums[bucket].add(record_id, full, shown)

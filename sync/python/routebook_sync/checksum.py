"""Checksum of the rows a bucket holds (SPEC R60-R64): additive, so that one changed row costs one row's work.

It covers identity and stamps, never values: equal stamps mean equal values.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from zlib import crc32

from routebook_sync import base32
from routebook_sync.entities import EntityType, entity_type
from routebook_sync.joins import Join
from routebook_sync.messages import MARKERS, PARTITIONS, SUM_DIGITS, Row
from routebook_sync.record import Doc, stamp_of

MODULUS: Final = 1 << 32
_PARTITION_BY_ENDING: Final = {base32.encode(ending, 2): ending >> 2 for ending in range(4 * PARTITIONS)}


def row_checksum(entity: EntityType | None, record_id: str, home: int, doc: Doc) -> int:
    """Return the CRC-32 of a row's identity, home revision and stamps (SPEC R61), 0 to 2^32 - 1.

    ``entity`` is None for a kind that this schema does not know: all its fields count as registers.
    """
    values, stamps = doc.v, doc.s
    if values.get("deleted") is True:
        # No more than this: the server drops the rest of a deleted record some day (SPEC R36).
        return crc32(f"{record_id}\n{home}\ndeleted {stamp_of(doc, 'deleted')}".encode())
    text = f"{record_id}\n{home}"
    for stamp in stamps if len(stamps) < 2 else sorted(stamps):
        fields = stamps[stamp]
        text += f"\n{stamp} {','.join(fields)}" if fields else f"\n{stamp} *"
    if entity is None or values.keys().isdisjoint(entity.inside):
        return crc32(f"{text}\n#{len(values)}".encode())
    inside = sorted(entity.inside.intersection(values))
    lines = [line for name in inside for line in _lines_inside(entity.join_of(name), name, values[name])]
    return crc32("\n".join([f"{text}\n#{len(values) - len(inside)}", *lines]).encode())


def _lines_inside(join: Join, name: str, state: Any) -> list[str]:
    match join:
        case Join.SET:
            tags = [(element, *state[element]) for element in sorted(state)]
            return [f"{name} {element} +{' '.join(adds)} -{' '.join(removes)}" for element, adds, removes in tags]
        case Join.COUNTER:
            return [f"{name} {device} {state[device][0]} {state[device][1]}" for device in sorted(state)]
        case _:
            return [f"{name} {stamp}" for stamp in sorted(state)]


def add(checksum: int, row: int) -> int:
    """Return the bucket's checksum with one row more."""
    return (checksum + row) % MODULUS


def subtract(checksum: int, row: int) -> int:
    """Return the bucket's checksum with one row less."""
    return (checksum - row) % MODULUS


def bucket_checksum(rows: Iterable[Row]) -> tuple[int, int]:
    """Return the checksum of a bucket's rows and their count (SPEC R60); deleted ones count, markers do not (R62)."""
    checksum = count = 0
    for row in rows:
        if row.k not in MARKERS:
            checksum = add(checksum, row_checksum(entity_type(row.k), row.i, row.h, row.doc))
            count += 1
    return checksum, count


def partition_of(record_id: str) -> int:
    """Return the partition of a record, 0 to 255, by its id's last two digits (SPEC R63); ValueError without them."""
    try:
        return _PARTITION_BY_ENDING[record_id[-2:]]
    except KeyError:
        raise ValueError(f"{record_id!r} does not end with two digits") from None


def partition_endings(partition: int) -> list[str]:
    """Return the last two digits of the ids in a partition (SPEC R63)."""
    return [base32.encode(ending, 2) for ending in range(4 * partition, 4 * partition + 4)]


def partition_checksums(rows: Iterable[Row]) -> list[int]:
    """Return the checksum of each partition of a bucket's rows (SPEC R63); what ``bucket_checksum`` adds up."""
    parts = [0] * PARTITIONS
    for row in rows:
        if row.k not in MARKERS:
            part = partition_of(row.i)
            parts[part] = add(parts[part], row_checksum(entity_type(row.k), row.i, row.h, row.doc))
    return parts


def text_from_sums(sums: Sequence[int]) -> str:
    """Return the checksums of all partitions as text, 7 digits each (SPEC R64)."""
    return "".join([base32.encode(part, SUM_DIGITS) for part in sums])


def sums_from_text(text: str) -> list[int]:
    """Return the checksums that ``text`` writes; ValueError if it is not one of each partition."""
    if len(text) != PARTITIONS * SUM_DIGITS:
        raise ValueError(f"{PARTITIONS} checksums take {PARTITIONS * SUM_DIGITS} digits")
    sums = [base32.decode(text[at : at + SUM_DIGITS]) for at in range(0, len(text), SUM_DIGITS)]
    if max(sums) >= MODULUS:
        raise ValueError("a checksum is below 2^32")
    return sums

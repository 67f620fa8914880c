"""Checksum of the rows a bucket holds (SPEC R60-R62): additive, so that one changed row costs one row's work.

It covers identity and stamps, never JSON text: equal stamps mean equal values.
"""

from collections.abc import Iterable
from typing import Final
from zlib import crc32

from routebook_sync.entities import EntityType, entity_type
from routebook_sync.joins import STAMPED, Join
from routebook_sync.messages import MOVED, Row
from routebook_sync.record import Doc, unpack_stamps

MODULUS: Final = 1 << 32


def row_checksum(entity: EntityType | None, record_id: str, home: int, doc: Doc) -> int:
    """Return the CRC-32 of a row's identity, home revision and stamps (SPEC R61), 0 to 2^32 - 1.

    ``entity`` is None for a kind that this schema does not know: all its fields count as registers.
    """
    return crc32("\n".join([record_id, str(home), *_stamp_lines(entity, doc)]).encode())


def _stamp_lines(entity: EntityType | None, doc: Doc) -> list[str]:
    stamps = unpack_stamps(doc)
    lines = []
    for name in sorted(doc.v):
        join = entity.join_of(name) if entity else Join.REGISTER
        state = doc.v[name]
        if join in STAMPED:
            lines.append(f"{name} {stamps.get(name, '')}")
        elif join is Join.SET:
            tags = [(element, *state[element]) for element in sorted(state)]
            lines += [f"{name} {element} +{' '.join(adds)} -{' '.join(removes)}" for element, adds, removes in tags]
        elif join is Join.COUNTER:
            lines += [f"{name} {device} {state[device][0]} {state[device][1]}" for device in sorted(state)]
        else:
            lines += [f"{name} {stamp}" for stamp in sorted(state)]
    return lines


def add(checksum: int, row: int) -> int:
    """Return the bucket's checksum with one row more."""
    return (checksum + row) % MODULUS


def subtract(checksum: int, row: int) -> int:
    """Return the bucket's checksum with one row less."""
    return (checksum - row) % MODULUS


def bucket_checksum(rows: Iterable[Row]) -> tuple[int, int]:
    """Return the checksum of a bucket's rows and their count (SPEC R60); deleted ones count, "moved" do not (R62)."""
    checksum = count = 0
    for row in rows:
        if row.k != MOVED:
            checksum = add(checksum, row_checksum(entity_type(row.k), row.i, row.h, row.doc))
            count += 1
    return checksum, count

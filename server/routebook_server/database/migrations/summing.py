"""Summing up: the open state and the checksum of every row, and the sums of every bucket, from the documents.

For migrations: of tables that had none of it, and after another field was declared hidden or given another join.
"""

import struct
from typing import Any, Final

import msgspec
from sqlalchemy import Connection
from sqlalchemy import text as sql

from routebook_sync.checksum import MODULUS, partition_of, row_checksum
from routebook_sync.entities import entity_type
from routebook_sync.messages import MOVED, PARTITIONS, Row
from routebook_sync.shown import open_record

_STEP: Final = 1_000
_ROW: Final = msgspec.json.Decoder(Row)
_SELECT: Final = sql(
    "SELECT seq, id, doc FROM record WHERE bucket = :bucket AND seq > :after AND kind <> :moved"
    " ORDER BY seq LIMIT :step"
)
_UPDATE_ROW: Final = sql(
    "UPDATE record SET open = :open, sum = :sum, open_sum = :open_sum WHERE bucket = :bucket AND seq = :seq"
)
_UPDATE_BUCKET: Final = sql(
    "UPDATE bucket SET rows = :rows, total = :total, open_total = :open_total, parts = :parts WHERE bucket = :bucket"
)


def sum_up(connection: Connection) -> None:
    """Sum up every bucket; runs inside the caller's transaction."""
    for bucket in connection.execute(sql("SELECT bucket FROM bucket ORDER BY bucket")).scalars().all():
        _sum_up_bucket(connection, bucket)


def _sum_up_bucket(connection: Connection, bucket: str) -> None:
    parts, open_parts = [0] * PARTITIONS, [0] * PARTITIONS
    count = after = 0
    while rows := connection.execute(_SELECT, {"bucket": bucket, "after": after, "moved": MOVED, "step": _STEP}).all():
        changes = []
        for seq, record_id, doc in rows:
            open_text, full, shown = _sum_up_row(doc)
            part = partition_of(record_id)
            parts[part] = (parts[part] + full) % MODULUS
            open_parts[part] = (open_parts[part] + shown) % MODULUS
            changes.append({"bucket": bucket, "seq": seq, "open": open_text, "sum": full, "open_sum": shown})
        connection.execute(_UPDATE_ROW, changes)
        count += len(rows)
        after = rows[-1].seq
    found: dict[str, Any] = {
        "bucket": bucket,
        "rows": count,
        "total": sum(parts) % MODULUS,
        "open_total": sum(open_parts) % MODULUS,
        "parts": struct.pack(f"<{2 * PARTITIONS}I", *parts, *open_parts),
    }
    connection.execute(_UPDATE_BUCKET, found)


def _sum_up_row(doc: str) -> tuple[str | None, int, int]:
    """Return the open state, null where nothing is hidden, and the checksums of the whole and of the open one."""
    row = _ROW.decode(doc)
    entity = entity_type(row.k)
    full = row_checksum(entity, row.i, row.h, row.doc)
    shown = open_record(row.k, row.doc)
    if shown.v == row.v:
        return None, full, full
    text = msgspec.json.encode(msgspec.structs.replace(row, v=shown.v, s=shown.s)).decode()
    return text, full, row_checksum(entity, row.i, row.h, shown)

"""Pages: the rows that a device lacks, spliced as they are stored, never decoded (SPEC R55, R56)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Driver, driver_of
from routebook_server.records.buckets import NO_HEAD, Head

# Bytes, not text: the database stores UTF-8 and the reply is UTF-8, so that nothing needs decoding.
_SELECT_ROWS: Final = "SELECT seq, CAST(doc AS BLOB) FROM record WHERE bucket = ? AND seq > ? ORDER BY seq"
_SELECT_HEADS: Final = "SELECT bucket, epoch, seq FROM bucket WHERE bucket IN (?*)"
_SELECT_VERDICTS: Final = "SELECT n, CAST(doc AS BLOB) FROM verdict WHERE device = ? ORDER BY n"
_FETCH: Final = 256
"""Rows taken from the database at a time; what is read beyond the budget is wasted."""


class Page(msgspec.Struct, frozen=True):
    """One reply's rows, and how far they bring the device."""

    rows: dict[str, bytes]
    """By bucket, the JSON list of the rows."""
    cursors: dict[str, list[int]]
    """Of every bucket asked for."""
    complete: list[str]
    resets: list[str]
    """Buckets whose cursor was of another epoch or beyond the head: read from 0."""
    more: bool
    verdicts: list[bytes]
    """JSON of each verdict not yet acknowledged."""
    acknowledged: bool
    """Whether verdicts are kept that the device has acknowledged."""
    pushed: int


def read_page(
    connection: Connection,
    device: int,
    buckets: Sequence[str],
    cursors: Mapping[str, Sequence[int]],
    *,
    budget: int,
    ack: int = 0,
    own: Collection[tuple[str, int]] = (),
) -> Page:
    """Return what comes after ``cursors`` in ``buckets``, in their order, within ``budget`` bytes; at least one row.

    ``own`` are rows that the device need not be told. Reads one snapshot; costs O(buckets) where nothing is new.
    """
    driver = driver_of(connection)
    heads = read_heads(driver, buckets)
    rows: dict[str, bytes] = {}
    reached: dict[str, list[int]] = {}
    complete: list[str] = []
    resets: list[str] = []
    left = budget
    for bucket in buckets:
        head = heads.get(bucket, NO_HEAD)
        epoch, seq = cursors.get(bucket, (head.epoch, 0))
        if epoch != head.epoch or seq > head.seq:
            resets.append(bucket)
            seq = 0
        if seq < head.seq and left > 0:
            docs, seq, left = _read_bucket(driver, bucket, (seq, head.seq), left, own)
            if docs:
                rows[bucket] = b"[" + b",".join(docs) + b"]"
        reached[bucket] = [head.epoch, seq]
        if seq >= head.seq:
            complete.append(bucket)
    kept = driver.fetch(_SELECT_VERDICTS, device)
    replica = driver.fetch_one("SELECT pushed FROM replica WHERE device = ?", device)
    return Page(
        rows=rows,
        cursors=reached,
        complete=complete,
        resets=resets,
        more=len(complete) < len(buckets),
        verdicts=[verdict for n, verdict in kept if n > ack],
        acknowledged=bool(kept) and kept[0][0] <= ack,
        pushed=replica[0] if replica else 0,
    )


def _read_bucket(
    driver: Driver, bucket: str, span: tuple[int, int], left: int, own: Collection[tuple[str, int]]
) -> tuple[list[bytes], int, int]:
    """Return the documents of ``span`` (after, up to), the number reached, and the bytes left of the budget."""
    after, head = span
    docs: list[bytes] = []
    for chunk in driver.chunks(_SELECT_ROWS, bucket, after, size=_FETCH):
        for number, doc in chunk:
            if own and (bucket, number) in own:
                continue
            left -= len(doc) + 1
            docs.append(doc)
            if left <= 0:
                return docs, number, left
    return docs, head, left


def read_heads(driver: Driver, buckets: Sequence[str]) -> dict[str, Head]:
    """Return the heads of those buckets that have one."""
    found = driver.fetch(_SELECT_HEADS, list(buckets))
    return {bucket: Head(epoch, seq) for bucket, epoch, seq in found}

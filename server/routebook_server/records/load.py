"""Load: the bulk door for imports and demo data. Finished rows, no checks, no history."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.records.buckets import Head
from routebook_server.records.state import State, Stored
from routebook_server.records.sums import Sums, count_rows
from routebook_server.records.writing import STORE_BUCKET, STORE_RECORD, Bucket, Reader
from routebook_sync.clock import SERVER_DEVICE
from routebook_sync.messages import Row

_CHUNK: Final = 5_000


def load_rows(connection: Connection, rows: Iterable[tuple[str, Row]]) -> tuple[int, dict[str, Head]]:
    """Store ``(bucket, row)`` pairs in order, each with the next number of its bucket; replace those of the same id.

    Returns how many there were and the new heads. Runs inside the caller's transaction.
    """
    driver = driver_of(connection)
    reader = Reader(driver)
    heads: dict[str, Head] = {}
    sums: dict[str, Sums] = {}
    count = 0
    source = iter(rows)
    while chunk := list(islice(source, _CHUNK)):
        counted = reader.counted_as([row.i for _bucket, row in chunk])
        names = {bucket for bucket, _row in chunk} | {bucket for bucket, _full, _shown in counted.values()}
        unknown = names.difference(heads)
        found = reader.buckets(unknown) if unknown else {}
        for name in unknown:
            bucket = found.get(name, Bucket())
            heads[name], sums[name] = bucket.head, Sums(bucket.rows, bucket.parts)
        stored: dict[str, Stored] = {}
        for name, row in chunk:
            epoch, seq = heads[name]
            heads[name] = Head(epoch, seq + 1)
            state = State(name, 0, row.i, row.k, row.r, row.h, SERVER_DEVICE, "", row.doc)
            stored[row.i] = state.stored(seq + 1)
        driver.store(STORE_RECORD, stored.values())
        count_rows(sums, stored.values(), counted)
        count += len(chunk)
    driver.store(STORE_BUCKET, [(name, *head, *sums[name].stored()) for name, head in heads.items()])
    return count, heads

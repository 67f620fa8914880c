"""Load: the bulk door for imports and demo data. Finished rows, no checks, no history."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.records.buckets import NO_HEAD, Head
from routebook_server.records.pages import read_heads
from routebook_server.records.state import State
from routebook_server.records.writing import STORE_HEAD, STORE_RECORD
from routebook_sync.clock import SERVER_DEVICE
from routebook_sync.messages import Row

_CHUNK: Final = 5_000


def load_rows(connection: Connection, rows: Iterable[tuple[str, Row]]) -> tuple[int, dict[str, Head]]:
    """Store ``(bucket, row)`` pairs in order, each with the next number of its bucket; replace those of the same id.

    Returns how many there were and the new heads. Runs inside the caller's transaction.
    """
    driver = driver_of(connection)
    heads: dict[str, Head] = {}
    count = 0
    source = iter(rows)
    while chunk := list(islice(source, _CHUNK)):
        unknown = {bucket for bucket, _row in chunk if bucket not in heads}
        if unknown:
            found = read_heads(driver, list(unknown))
            heads.update({bucket: found.get(bucket, NO_HEAD) for bucket in unknown})
        stored = []
        for bucket, row in chunk:
            epoch, seq = heads[bucket]
            heads[bucket] = Head(epoch, seq + 1)
            stored.append(State(bucket, 0, row.i, row.k, row.r, row.h, SERVER_DEVICE, "", row.doc).stored(seq + 1))
        driver.store(STORE_RECORD, stored)
        count += len(stored)
    driver.store(STORE_HEAD, [(bucket, *head) for bucket, head in heads.items()])
    return count, heads

"""Load: the bulk door for imports and demo data. Finished rows, no checks, no history."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.records.buckets import Head
from routebook_server.records.pokes import poke
from routebook_server.records.reader import Bucket, Reader
from routebook_server.records.state import State, Stored
from routebook_server.records.sums import Sums, count_rows
from routebook_server.records.writing import STORE_BUCKET, STORE_RECORD
from routebook_sync.clock import SERVER_DEVICE
from routebook_sync.messages import Row

_CHUNK: Final = 5_000


def load_rows(connection: Connection, rows: Iterable[tuple[str, Row]]) -> tuple[int, dict[str, Head]]:
    """Store ``(bucket, row)`` pairs in order, each with the next number of its bucket; replace those of the same id.

    Returns how many there were and the new heads. Runs inside the caller's transaction.
    """
    driver = driver_of(connection)
    if driver.is_shared:
        # Whoever pushes waits: which buckets will come is not known yet.
        driver.execute("LOCK TABLE bucket IN EXCLUSIVE MODE")
    reader = Reader(driver)
    written: dict[str, Bucket] = {}
    sums: dict[str, Sums] = {}
    count = 0
    source = iter(rows)
    while chunk := list(islice(source, _CHUNK)):
        counted = reader.counted_as([row.i for _name, row in chunk])
        names = {name for name, _row in chunk} | {name for name, _full, _shown in counted.values()}
        unknown = names.difference(written)
        found = reader.buckets(unknown) if unknown else {}
        for name in unknown:
            written[name] = found.get(name) or reader.new_bucket()
            sums[name] = written[name].sums
        stored: dict[str, Stored] = {}
        for name, row in chunk:
            seq = written[name].seq + 1
            written[name] = written[name]._replace(seq=seq)
            stored[row.i] = State(name, 0, row.i, row.k, row.r, row.h, SERVER_DEVICE, b"", row.doc).stored(seq)
        driver.store(STORE_RECORD, stored.values())
        count_rows(sums, stored.values(), counted)
        count += len(chunk)
    counters = [(name, bucket.epoch, bucket.seq, *sums[name].stored()) for name, bucket in written.items()]
    driver.store(STORE_BUCKET, counters)
    heads = {name: bucket.head for name, bucket in written.items()}
    poke(driver, heads)
    return count, heads

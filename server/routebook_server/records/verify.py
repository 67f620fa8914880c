"""Verify: recomputes what the write path keeps beside the rows, from the rows themselves (``routebook verify``).

What a row's document says is true; its open state, its checksums and the sums of its bucket are derived from it.
"""

from typing import Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Driver, driver_of
from routebook_server.records.state import State
from routebook_server.records.sums import Sums
from routebook_sync.clock import SERVER_DEVICE
from routebook_sync.messages import MARKERS

_SELECT: Final = (
    "SELECT seq, id, kind, root, home, CAST(doc AS BLOB), CAST(open AS BLOB), sum, open_sum FROM record"
    " WHERE bucket = ? AND seq > ? ORDER BY seq LIMIT ?"
)
_STEP: Final = 1_000
"""Rows looked at together."""


class Fault(msgspec.Struct, frozen=True):
    """Something derived that is not what it should be."""

    bucket: str
    id: str
    """The record; "" where the sums of the bucket are meant."""
    found: str
    expected: str


def bucket_names(connection: Connection) -> list[str]:
    """Return every bucket that was ever written to."""
    return [name for (name,) in driver_of(connection).fetch("SELECT bucket FROM bucket ORDER BY bucket")]


def verify_bucket(connection: Connection, bucket: str, *, mend: bool = False) -> list[Fault]:
    """Return what is wrong in a bucket; with ``mend`` put it right, inside the caller's writing transaction."""
    driver = driver_of(connection)
    if mend:
        # Whoever changes a record holds its bucket.
        driver.fetch("SELECT 1 FROM bucket WHERE bucket = ? FOR UPDATE", bucket)
    sums = Sums()
    faults: list[Fault] = []
    after = 0
    while rows := driver.fetch(_SELECT, bucket, after, _STEP):
        for seq, record_id, kind, root, home, doc, *found in rows:
            state = State(bucket, seq, record_id, kind, root, home, SERVER_DEVICE, doc)
            expected = open_text, full, shown = state.stored(seq)[8:]
            if kind not in MARKERS:
                sums.add(record_id, full, shown)
            if tuple(found) != expected:
                faults.append(Fault(bucket, record_id, _said(*found), _said(open_text, full, shown)))
                if mend:
                    driver.execute(
                        "UPDATE record SET open = ?, sum = ?, open_sum = ? WHERE bucket = ? AND seq = ?",
                        open_text.decode() if open_text is not None else None,
                        full,
                        shown,
                        bucket,
                        seq,
                    )
        after = rows[-1][0]
    return [*faults, *_verify_sums(driver, bucket, sums, mend=mend)]


def _verify_sums(driver: Driver, bucket: str, sums: Sums, *, mend: bool) -> list[Fault]:
    found = driver.fetch_one("SELECT rows, total, open_total, parts FROM bucket WHERE bucket = ?", bucket)
    expected = sums.stored()
    if found is None or (found[:3] == expected[:3] and (found[3] or bytes(len(expected[3]))) == expected[3]):
        return []
    if mend:
        driver.execute(
            "UPDATE bucket SET rows = ?, total = ?, open_total = ?, parts = ? WHERE bucket = ?", *expected, bucket
        )
    return [Fault(bucket, "", "{} rows, {}, {}".format(*found), "{} rows, {}, {}".format(*expected))]


def _said(open_text: bytes | None, full: int, shown: int) -> str:
    return f"{full}, {shown}" + (", open" if open_text is not None else "")

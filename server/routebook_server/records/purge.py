"""Purge: after a horizon, deleted records lose their bodies and the markers of what left a bucket go (SPEC R36, R37).

Looked for in small readings and done in small writings, so that no push waits for it. Ids are never forgotten.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

from sqlalchemy import Connection

from routebook_server.database import Database, driver_of
from routebook_server.records.buckets import raise_horizon
from routebook_server.records.heads import Heads
from routebook_server.records.projection import project
from routebook_server.records.routine import DAILY_S, follow_routine
from routebook_server.records.state import State, marker
from routebook_server.records.verify import bucket_names
from routebook_sync import base32
from routebook_sync.clock import MS_WIDTH
from routebook_sync.messages import MARKERS
from routebook_sync.record import Doc, is_deleted, pack_stamps, stamp_of

_FIRST_S: Final = 600
"""How long after the start the first purge waits, so that it is in nobody's way."""
_STEP: Final = 2_000
"""Rows passed in one reading."""
_BATCH: Final = 200
"""Records touched in one writing."""
_SELECT_STEP: Final = (
    "SELECT seq, CASE WHEN kind IN (?*) OR doc LIKE ? THEN 1 ELSE 0 END FROM record"
    " WHERE bucket = ? AND seq > ? ORDER BY seq LIMIT ?"
)
_SELECT_ROWS: Final = (
    "SELECT bucket, seq, id, kind, root, home, device, CAST(doc AS BLOB) FROM record WHERE bucket = ? AND seq IN (?*)"
)
_DELETED: Final = '%"deleted":true%'
"""What the document of a deleted record contains; one that contains it for another reason is looked at in vain."""

_DELETION: Final = frozenset({"deleted"})
_OUTLIVING: Final = {"territory": _DELETION | {"parent"}}
"""What is left of a kind for ever: what lies in a deleted territory must still be reached from the one above it."""


class Purged(NamedTuple):
    """What was done."""

    bodies: int = 0
    """Deleted records of which only their deletion was left."""
    markers: int = 0


class Purger:
    """Purges what is older than ``keep_ms``; ``now_ms`` is the physical clock."""

    def __init__(self, database: Database, now_ms: Callable[[], int], keep_ms: int) -> None:
        self._database = database
        self._now_ms = now_ms
        self._keep_ms = keep_ms

    async def run(self, heads: Heads) -> None:
        """Purge day by day until the heads are closed."""
        await follow_routine(heads, "purge", self.purge, first_s=_FIRST_S, every_s=DAILY_S)

    async def purge(self) -> Purged:
        """Go through every bucket once."""
        purged = Purged()
        for bucket in await self._database.read(bucket_names):
            numbers = await self._find(bucket)
            for start in range(0, len(numbers), _BATCH):
                work = partial(
                    purge_rows,
                    bucket=bucket,
                    numbers=numbers[start : start + _BATCH],
                    limit_ms=self._now_ms() - self._keep_ms,
                    now_ms=self._now_ms(),
                )
                done = await self._database.write(work)
                purged = Purged(purged.bodies + done.bodies, purged.markers + done.markers)
        return purged

    async def _find(self, bucket: str) -> list[int]:
        """Return the numbers of the rows in a bucket that may be to purge."""
        numbers: list[int] = []
        after: int | None = 0
        while after is not None:
            found, after = await self._database.read(partial(_find_step, bucket=bucket, after=after))
            numbers += found
        return numbers


def _find_step(connection: Connection, bucket: str, after: int) -> tuple[list[int], int | None]:
    rows = driver_of(connection).fetch(_SELECT_STEP, list(MARKERS), _DELETED, bucket, after, _STEP)
    return [seq for seq, is_found in rows if is_found], rows[-1][0] if len(rows) == _STEP else None


def _remains(kind: str, doc: Doc) -> Doc:
    """Return what is left of a deleted record."""
    names = [name for name in sorted(_OUTLIVING.get(kind, _DELETION)) if name in doc.v]
    return Doc({name: doc.v[name] for name in names}, pack_stamps({name: stamp_of(doc, name) for name in names}))


def purge_rows(connection: Connection, bucket: str, numbers: Sequence[int], limit_ms: int, now_ms: int) -> Purged:
    """Purge what was deleted or left before ``limit_ms``, of the rows under these numbers that are still there.

    A purged record keeps its number and its checksum, which never covered more than its deletion (SPEC R61).
    """
    driver = driver_of(connection)
    # Whoever changes a record holds its bucket.
    found = driver.fetch_one("SELECT horizon FROM bucket WHERE bucket = ? FOR UPDATE", bucket)
    limit = base32.encode(max(limit_ms, 0), MS_WIDTH)
    bodies = 0
    markers: list[int] = []
    left: list[tuple[str, str]] = []
    for row in driver.fetch(_SELECT_ROWS, bucket, list(numbers)):
        state = State(*row)
        doc = state.read_doc()
        if state.kind in MARKERS:
            if min(doc.s, default=limit) < limit:
                markers.append(state.seq)
                continue
            if doc.s:
                continue
            # Of the first version, which did not write down when: it counts from today.
            state = marker(bucket, state.id.rpartition(":")[2], state.home, state.device, now_ms)
        elif is_deleted(doc) and len(doc.v) > 1 and stamp_of(doc, "deleted") < limit:
            remains = _remains(state.kind, doc)
            if remains.v.keys() == doc.v.keys():
                continue
            state.doc = remains
            bodies += 1
        else:
            continue
        text = state.stored(row[1])[7].decode()
        left.append((bucket, text))
        driver.execute("UPDATE record SET doc = ?, open = NULL WHERE bucket = ? AND seq = ?", text, bucket, row[1])
    # Its number stays, so the projector would not come by.
    project(driver, left)
    if markers:
        driver.execute("DELETE FROM record WHERE bucket = ? AND seq IN (?*)", bucket, markers)
        horizon = raise_horizon(found[0] if found else 0, max(markers))
        driver.execute("UPDATE bucket SET horizon = ? WHERE bucket = ?", horizon, bucket)
    return Purged(bodies, len(markers))

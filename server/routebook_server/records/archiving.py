"""Archiving: what is done and old leaves the bucket that devices hold for the archive of its territory (SPEC R39).

Looked for in small readings and moved in small writings, so that no push waits for it; a record that changes in between
stands under another number and stays. The newest of each kind stays with its customer: it tells when he was seen last.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Database, driver_of
from routebook_server.records.buckets import Head, archive_of
from routebook_server.records.draft import MAX_NAMED, Draft
from routebook_server.records.heads import Heads
from routebook_server.records.locks import NOTHING, Locks
from routebook_server.records.pokes import poke
from routebook_server.records.reader import Reader
from routebook_server.records.routine import DAILY_S, follow_routine
from routebook_server.records.verify import bucket_names
from routebook_server.records.writing import Numbering
from routebook_sync.clock import SERVER_DEVICE, Clock, ms_from_stamp
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.joins import Join
from routebook_sync.record import Doc, is_deleted

DAY_MS: Final = 86_400_000
QUIET_MS: Final = 30 * DAY_MS
"""What was touched this lately stays, however old: what comes back from the archive is not sent away at once."""
_FIRST_S: Final = 900
"""How long after the start the first archiving waits, so that it is in nobody's way."""
_STEP: Final = 2_000
"""Rows looked at in one reading."""
_BATCH: Final = MAX_NAMED
"""Records moved in one writing; one marker names them all."""
_KINDS: Final = [kind for kind, entity in ENTITY_TYPES.items() if entity.archive is not None]
_SELECT_STEP: Final = (
    "SELECT seq, kind, root, doc FROM record WHERE bucket = ? AND seq > ? AND kind IN (?*) ORDER BY seq LIMIT ?"
)
_DECODER: Final = msgspec.json.Decoder(Doc)


class Archiver:
    """Archives what is older than ``keep_ms``; 0 for never. ``now_ms`` is the physical clock."""

    def __init__(self, database: Database, now_ms: Callable[[], int], keep_ms: int) -> None:
        self._database = database
        self._now_ms = now_ms
        self._keep_ms = keep_ms

    async def run(self, heads: Heads) -> None:
        """Archive day by day until the heads are closed."""
        if self._keep_ms == 0:
            return
        work = partial(self.archive, heads)
        await follow_routine(heads, "archive", work, first_s=_FIRST_S, every_s=DAILY_S)

    async def archive(self, heads: Heads) -> int:
        """Go through every territory once; return how many records were moved."""
        count = 0
        for bucket in await self._database.read(bucket_names):
            if bucket.startswith("t:"):
                count += await self._archive(bucket, heads)
        return count

    async def _archive(self, bucket: str, heads: Heads) -> int:
        numbers = await self._find(bucket)
        count = 0
        for start in range(0, len(numbers), _BATCH):
            work = partial(
                archive_rows,
                bucket=bucket,
                numbers=numbers[start : start + _BATCH],
                now_ms=self._now_ms(),
                # Devices are called once, not for each step.
                is_last=start + _BATCH >= len(numbers),
            )
            moved, told = await self._database.write(work, locking=True)
            heads.publish(told)
            count += moved
        return count

    async def _find(self, bucket: str) -> list[int]:
        """Return the numbers of the rows in a bucket that are to go."""
        aged = _Aged(self._now_ms() - self._keep_ms, self._now_ms() - QUIET_MS)
        after: int | None = 0
        while after is not None:
            after = await self._database.read(partial(_find_step, aged=aged, bucket=bucket, after=after))
        return sorted(aged.numbers())


class _Aged:
    """The old rows of a bucket while they are looked for."""

    def __init__(self, limit_ms: int, quiet_ms: int) -> None:
        self._limit_ms = limit_ms
        self._quiet_ms = quiet_ms
        self._newest: dict[tuple[str, str], int] = {}
        """When the newest of a kind at a customer was, old or not."""
        self._found: list[tuple[tuple[str, str], int, int]] = []

    def look(self, seq: int, kind: str, root: str, text: str) -> None:
        """Take one row into account."""
        archive = ENTITY_TYPES[kind].archive
        doc = _DECODER.decode(text)
        at = archive.date_of(doc.v) if archive is not None else None
        if at is None or is_deleted(doc):
            return
        key = (root, kind)
        self._newest[key] = max(at, self._newest.get(key, 0))
        if at < self._limit_ms and touched_at(kind, doc) < self._quiet_ms:
            self._found.append((key, at, seq))

    def numbers(self) -> Iterator[int]:
        """Yield the numbers of those that are to go."""
        return (seq for key, at, seq in self._found if at < self._newest[key])


def touched_at(kind: str, doc: Doc) -> int:
    """Return when a record was changed last, milliseconds since 1970 UTC, by its stamps."""
    stamps = set(doc.s)
    for name, field in ENTITY_TYPES[kind].fields.items():
        if field.join is Join.LOG and doc.v.get(name):
            stamps.update(doc.v[name])
    return ms_from_stamp(max(stamps)) if stamps else 0


def _find_step(connection: Connection, aged: _Aged, bucket: str, after: int) -> int | None:
    rows: list[tuple[Any, ...]] = driver_of(connection).fetch(_SELECT_STEP, bucket, after, _KINDS, _STEP)
    for row in rows:
        aged.look(*row)
    return rows[-1][0] if len(rows) == _STEP else None


def archive_rows(
    connection: Connection, bucket: str, numbers: Sequence[int], now_ms: int, *, is_last: bool
) -> tuple[int, dict[str, Head]]:
    """Move those rows that still stand under these numbers into the archive of their bucket, and leave one marker.

    Returns how many, and the heads that others are to be told of: none unless ``is_last``.
    """
    driver = driver_of(connection)
    reader = Reader(driver)
    locks = Locks(driver, reader, NOTHING)
    locks.take_buckets([bucket, archive_of(bucket)])
    states = reader.states_at(bucket, numbers)
    if states:
        draft = Draft({}, reader, Clock(0, 0, SERVER_DEVICE), now_ms)
        draft.archive(bucket, locks.buckets[bucket].seq + 1, states)
        numbering = Numbering(reader, draft, locks)
        numbering.prepare()
        driver.store_in_turn(numbering.parts())
    heads = {bucket: reader.buckets([bucket])[bucket].head} if is_last else {}
    poke(driver, heads)
    return len(states), heads

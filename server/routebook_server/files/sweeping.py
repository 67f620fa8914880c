"""Sweeping: bytes that no record names any more, and parts that nobody went on with, are dropped after a while.

After a restore records are missing that devices bring again: for as long as they may, no bytes are dropped.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from routebook_server.database import Database, driver_of
from routebook_server.files.blobs import Blobs
from routebook_server.files.recalling import is_restored_lately
from routebook_server.files.uploads import Uploads
from routebook_server.records.heads import Heads
from routebook_server.records.projection import PROJECTION_TABLES, count_behind
from routebook_server.records.routine import DAILY_S, follow_routine

_FIRST_S: Final = 1_200
"""How long after the start the first sweep waits, so that it is in nobody's way."""
KEEP_MS: Final = 2 * 86_400_000
"""How long bytes stay that nobody names: longer than the typed tables are ever behind."""
_BATCH: Final = 200
_COLUMNS: Final = ("digest", "thumbnail", "stored", "stored_thumbnail")


class Swept(NamedTuple):
    """What was dropped."""

    blobs: int = 0
    parts: int = 0


class Sweeper:
    """Sweeps day by day. ``now_ms`` is the physical clock."""

    def __init__(self, database: Database, blobs: Blobs, uploads: Uploads, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._blobs = blobs
        self._uploads = uploads
        self._now_ms = now_ms

    async def run(self, heads: Heads) -> None:
        """Sweep day by day until the heads are closed."""
        await follow_routine(heads, "sweep files", self.sweep, first_s=_FIRST_S, every_s=DAILY_S)

    async def sweep(self) -> Swept:
        """Go through everything that is kept, once."""
        now_ms, dropped = self._now_ms(), 0
        if await self._database.read(lambda connection: is_restored_lately(connection, now_ms)):
            return Swept(parts=await self._uploads.sweep(now_ms))
        async for some in self._blobs.blobs():
            old = [blob.digest for blob in some if blob.since_ms < now_ms - KEEP_MS]
            for start in range(0, len(old), _BATCH):
                dropped += await self._drop(old[start : start + _BATCH], now_ms - KEEP_MS)
        return Swept(dropped, await self._uploads.sweep(now_ms))

    async def _drop(self, digests: Sequence[str], before_ms: int) -> int:
        named = await self._database.read(lambda connection: _named(connection, digests))
        if named is None:
            return 0
        gone = [await self._blobs.drop(digest, before_ms) for digest in digests if digest not in named]
        return sum(gone)


def _named(connection: Connection, digests: Sequence[str]) -> set[str] | None:
    """Return those of the digests that a record names, deleted ones too; None where nobody can tell now."""
    if count_behind(connection):
        return None
    driver, table = driver_of(connection), PROJECTION_TABLES["file"].name
    return {
        digest
        for column in _COLUMNS
        for (digest,) in driver.fetch(f"SELECT {column} FROM {table} WHERE {column} IN (?*)", digests)
    }

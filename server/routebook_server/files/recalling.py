"""Recalling: after a restore a record comes back without the word that its bytes are here; their own proof says so.

No device writes that word, so none offers it again. The proof is of this record, below this customer: whoever knows
a digest, or a record's id, and writes another record with it, is given nothing.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.files.blobs import Blobs
from routebook_server.files.claims import KIND, Claim, find_any_claim
from routebook_server.files.uploads import Wanted
from routebook_server.records.buckets import FIRST_EPOCH
from routebook_server.records.heads import Heads
from routebook_server.records.projection import PROJECTION_TABLES
from routebook_server.records.routine import HOURLY_S, follow_routine
from routebook_server.records.store import RefusedError, Store, Values

OFFERED_FOR_MS: Final = 90 * 86_400_000
"""For so long after a restore devices bring what the backup misses (SPEC R48)."""
_FIRST_S: Final = 300
"""How long after the start the first look waits: devices come first."""
_TABLE: Final = PROJECTION_TABLES[KIND].name
_UNTOLD: Final = (
    f"SELECT id FROM {_TABLE} WHERE stored IS NULL OR (stored_thumbnail IS NULL AND thumbnail IS NOT NULL) ORDER BY id"
)


def is_restored_lately(connection: Connection, now_ms: int) -> bool:
    """Tell whether a backup was restored so lately that devices may still bring what it misses.

    An epoch is the time of the restore that began it.
    """
    [(epoch,)] = driver_of(connection).fetch("SELECT coalesce(max(epoch), 0) FROM bucket")
    return bool(epoch > FIRST_EPOCH and now_ms < epoch + OFFERED_FOR_MS)


class Recaller:
    """Writes again into records which bytes came under them. ``now_ms`` is the physical clock."""

    def __init__(self, store: Store, blobs: Blobs, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._blobs = blobs
        self._now_ms = now_ms

    async def run(self, heads: Heads) -> None:
        """Look hour by hour until the heads are closed; there is something to look for after a restore only."""
        await follow_routine(heads, "recall files", self.recall_all, first_s=_FIRST_S, every_s=HOURLY_S)

    async def recall_all(self) -> int:
        """Go through the records that say of bytes they name that they are not here; return how many are."""
        database, now_ms = self._store.database, self._now_ms()
        if not await database.read(lambda connection: is_restored_lately(connection, now_ms)):
            return 0
        count = 0
        for (record,) in await database.fetch(_UNTOLD):
            for wanted in await self._missing(record):
                count += await self._recall_now(record, wanted)
        return count

    async def recall(self, claim: Claim, wanted: Wanted) -> bool:
        """Write into a record that these bytes are here if they came under it; tell whether they did. OSError."""
        if not await self._blobs.is_proved(wanted.proof) or await self._blobs.size(wanted.digest) != wanted.size:
            return False
        await write_stored(self._store, claim, wanted.digest)
        return True

    async def _missing(self, record: str) -> list[Wanted]:
        claim = await self._claim(record)
        return [] if claim is None else claim.missing()

    async def _recall_now(self, record: str, wanted: Wanted) -> bool:
        claim = await self._claim(record)
        try:
            return claim is not None and await self.recall(claim, wanted)
        except RefusedError:
            return False  # It has changed meanwhile: the next turn sees it as it is then.

    async def _claim(self, record: str) -> Claim | None:
        return await self._store.database.read(lambda connection: find_any_claim(connection, record))


async def write_stored(store: Store, claim: Claim, digest: str) -> None:
    """Write into a record that bytes which it names are here; RefusedError."""
    await store.edit([Values(KIND, claim.record, claim.root, dict(claim.stored_values(digest)))])

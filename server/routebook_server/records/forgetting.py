"""Forgetting: what tells a person of a conflict goes by itself after the horizon (SPEC R43).

Whose record is not on his device any more never sees it there, and could not take it off.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Database, driver_of
from routebook_server.records.conflicts import CONFLICT
from routebook_server.records.heads import Heads
from routebook_server.records.routine import DAILY_S, follow_routine
from routebook_server.records.store import Store, Values
from routebook_server.records.verify import bucket_names

_FIRST_S: Final = 1_200
"""How long after the start one first looks, so that it is in nobody's way."""
_BATCH: Final = 100
"""Records written together."""
_SELECT: Final = "SELECT id, root, doc FROM record WHERE bucket = ? AND kind = ?"


class _Values(msgspec.Struct):
    happened_at: Any = None
    deleted: Any = None


class _Doc(msgspec.Struct):
    v: _Values = msgspec.field(default_factory=_Values)


_DECODER: Final = msgspec.json.Decoder(_Doc)


class Forgetter:
    """Deletes conflicts that happened longer than ``keep_ms`` ago; ``now_ms`` is the physical clock."""

    def __init__(self, database: Database, store: Store, now_ms: Callable[[], int], keep_ms: int) -> None:
        self._database = database
        self._store = store
        self._now_ms = now_ms
        self._keep_ms = keep_ms

    async def run(self, heads: Heads) -> None:
        """Forget day by day until the heads are closed."""
        await follow_routine(heads, "forget conflicts", self.forget, first_s=_FIRST_S, every_s=DAILY_S)

    async def forget(self) -> int:
        """Go through everybody's own bucket once; return how many were deleted."""
        count = 0
        for bucket in await self._database.read(bucket_names):
            if not bucket.startswith("u:"):
                continue
            limit = self._now_ms() - self._keep_ms
            old = await self._database.read(partial(_find, bucket=bucket, limit_ms=limit))
            for start in range(0, len(old), _BATCH):
                await self._store.edit(old[start : start + _BATCH])
            count += len(old)
        return count


def _find(connection: Connection, bucket: str, limit_ms: int) -> list[Values]:
    found = []
    for record, root, doc in driver_of(connection).fetch(_SELECT, bucket, CONFLICT):
        values = _DECODER.decode(doc).v
        if not values.deleted and isinstance(values.happened_at, int) and values.happened_at < limit_ms:
            found.append(Values(CONFLICT, record, root, {"deleted": True}))
    return found

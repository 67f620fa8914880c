"""Keeping: the holidays of the countries that an organisation works in are among its records, for some years ahead."""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from routebook_server.database import Database
from routebook_server.holidays.known import known_holidays, years_around
from routebook_server.records.buckets import SHARED
from routebook_server.records.heads import Heads
from routebook_server.records.routine import HOURLY_S, follow_routine
from routebook_server.records.store import Store, Values
from routebook_server.records.tables import record
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.messages import Row

_FIRST_S: Final = 5.0
_BATCH: Final = 100
_DECODER: Final = msgspec.json.Decoder(Row)


class _Standing(NamedTuple):
    countries: frozenset[str]
    ids: frozenset[str]
    """Of the holidays that are there, whatever has become of them."""


class HolidayKeeper:
    """Adds what is missing; what a manager has changed or taken away stays as he left it."""

    def __init__(self, database: Database, store: Store, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._store = store
        self._now_ms = now_ms

    async def run(self, heads: Heads) -> None:
        """Look hourly, until the heads are closed, for new countries and new years."""
        await follow_routine(heads, "add holidays", self.fill, first_s=_FIRST_S, every_s=HOURLY_S)

    async def fill(self) -> int:
        """Add the holidays that are missing; return how many those were."""
        standing = await self._database.read(_read)
        missing = [
            Values("holiday", known.id, SHARED_ROOT, known.values)
            for known in known_holidays(standing.countries, years_around(self._now_ms()))
            if known.id not in standing.ids
        ]
        for start in range(0, len(missing), _BATCH):
            await self._store.edit(missing[start : start + _BATCH])
        return len(missing)


def _read(connection: Connection) -> _Standing:
    territories = select(record.c.doc).where(record.c.bucket == SHARED, record.c.kind == "territory")
    values = [_DECODER.decode(doc).v for doc in connection.execute(territories).scalars()]
    countries = {found["country"] for found in values if found.get("country") and found.get("deleted") is not True}
    ids = select(record.c.id).where(record.c.bucket == SHARED, record.c.kind == "holiday")
    return _Standing(frozenset(countries), frozenset(connection.execute(ids).scalars()))

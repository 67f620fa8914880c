"""Legs: the ways that are kept in the database, each from one cell to another."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import Connection

from routebook_server.database import Database, driver_of
from routebook_server.database.driver import upsert
from routebook_server.roads.places import Cell
from routebook_server.roads.tables import road_leg

KEEP_MS: Final = 90 * 86_400_000
"""Roads are built, and bridges fall: after a quarter of a year the routing server is asked again."""
MOST: Final = 500_000
"""So many ways are kept; the oldest go first."""
_BATCH: Final = 500
"""Ways stored in one transaction, which other writers wait for."""
_STEP: Final = 2_000
_SELECT: Final = (
    "SELECT origin, destination, metres, seconds FROM road_leg WHERE origin IN (?*) AND destination IN (?*) AND at > ?"
)
_STORE: Final = upsert(road_leg, ("origin", "destination"))


class Leg(NamedTuple):
    """How far it is and how long it takes; None where no road leads there."""

    metres: int | None
    seconds: int | None


NO_ROAD: Final = Leg(None, None)
LegsByEnds: TypeAlias = Mapping[tuple[Cell, Cell], Leg]


class Legs:
    """Keeps ways for ``keep_ms``, at most about ``most`` of them."""

    def __init__(self, database: Database, *, keep_ms: int = KEEP_MS, most: int = MOST) -> None:
        self._database = database
        self._keep_ms = keep_ms
        self._most = most

    async def find(self, cells: Sequence[Cell], now_ms: int) -> dict[tuple[Cell, Cell], Leg]:
        """Return what is kept of the ways between two of the cells and not too old."""
        listed = list(cells)
        rows = await self._database.read(
            lambda connection: driver_of(connection).fetch(_SELECT, listed, listed, now_ms - self._keep_ms)
        )
        return {(origin, destination): Leg(metres, seconds) for origin, destination, metres, seconds in rows}

    async def keep(self, legs: LegsByEnds, now_ms: int) -> None:
        """Keep these ways in place of what was kept of them, in small writings."""
        rows = ((*ends, *leg, now_ms) for ends, leg in sorted(legs.items()))
        while batch := list(islice(rows, _BATCH)):
            await self._database.write(partial(_store, rows=batch))

    async def sweep(self, now_ms: int) -> int:
        """Drop what is too old or too much, in small writings; return how many ways that were."""
        dropped = 0
        limit_ms = await self._database.read(lambda connection: _limit(connection, now_ms - self._keep_ms, self._most))
        while done := await self._database.write(partial(_drop, limit_ms=limit_ms)):
            dropped += done
        return dropped


def _store(connection: Connection, rows: Sequence[tuple[int | None, ...]]) -> None:
    driver_of(connection).store(_STORE, rows)


def _limit(connection: Connection, limit_ms: int, most: int) -> int:
    """Return up to when what was kept is to go."""
    row = driver_of(connection).fetch_one("SELECT at FROM road_leg ORDER BY at DESC LIMIT 1 OFFSET ?", most)
    return limit_ms if row is None else max(limit_ms, int(row[0]))


def _drop(connection: Connection, limit_ms: int) -> int:
    """Drop some of what was kept at ``limit_ms`` or before, oldest first; return how many ways that were."""
    driver = driver_of(connection)
    rows = driver.fetch("SELECT at FROM road_leg WHERE at <= ? ORDER BY at LIMIT ?", limit_ms, _STEP)
    if rows:
        # What came in one answer has one instant, and goes together.
        driver.execute("DELETE FROM road_leg WHERE at <= ?", rows[-1][0])
    return len(rows)

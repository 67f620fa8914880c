"""Lapsing: attempts to sign in and sessions that mean nothing any more go day by day.

Not with each sign-in: searching these tables there made every two sign-ins of a morning get in each other's way on
PostgreSQL.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from sqlalchemy import Connection

from routebook_server.database import Database
from routebook_server.identity.attempts import forget_attempts
from routebook_server.identity.sessions import forget_sessions
from routebook_server.records.heads import Heads
from routebook_server.records.routine import DAILY_S, follow_routine

_FIRST_S: Final = 1_500
"""How long after the start one first looks, so that it is in nobody's way."""


class Lapser:
    """Drops them; ``now_ms`` is the physical clock."""

    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._now_ms = now_ms

    async def run(self, heads: Heads) -> None:
        """Drop them day by day until the heads are closed."""
        await follow_routine(heads, "lapse", self.lapse, first_s=_FIRST_S, every_s=DAILY_S)

    async def lapse(self) -> int:
        """Drop what has lapsed by now; return how much it was."""
        return await self._database.write(partial(_drop, now_ms=self._now_ms()))


def _drop(connection: Connection, now_ms: int) -> int:
    return forget_attempts(connection, now_ms) + forget_sessions(connection, now_ms)

"""Minute: up to when reminders were worked, so that what falls due while the server is away is known when it is back.

Whoever leads writes it down, at most once a minute, and not before it has read all that was committed. A restored
database has none: the life that it replaces has sent what it does not know of (docs/decisions/0274).
"""

from typing import Final

from sqlalchemy import Connection

from routebook_server.database import Driver, driver_of
from routebook_server.database.driver import upsert
from routebook_server.reminders.rules import AWAY_MS, LASTS_MS
from routebook_server.reminders.tables import reminded_until

NOTED_EVERY_MS: Final = 60_000
_NAME: Final = "reminders"
_STORE: Final = upsert(reminded_until, ("name",))


def read_since(driver: Driver, now_ms: int) -> int:
    """Return since when what has fallen due is still to be sent: twelve hours ago, or when the server went away."""
    found = driver.fetch_one("SELECT at FROM reminded_until WHERE name = ?", _NAME)
    since: int = now_ms - LASTS_MS
    return since if found is None else max(min(found[0], since), now_ms - AWAY_MS)


def note_minute(connection: Connection, at_ms: int) -> None:
    """Write down that all that had fallen due by then is planned."""
    driver_of(connection).store(_STORE, [(_NAME, at_ms)])


def forget_minute(connection: Connection) -> None:
    """Let nobody know up to when reminders were worked."""
    driver_of(connection).execute("DELETE FROM reminded_until")

"""Lease: which of several processes does what only one may do, by a row that has to be renewed."""

from typing import Final

from sqlalchemy import Connection

from routebook_server.database.driver import driver_of, upsert
from routebook_server.database.tables import lease

_STORE: Final = upsert(lease, ("name",))


def take_lease(connection: Connection, name: str, holder: str, now_ms: int, lasts_ms: int) -> bool:
    """Take or renew the lease until ``lasts_ms`` from now; False where another one holds it.

    ``now_ms`` is the holder's own clock: one that is ahead takes over too early, and some work is done twice.
    """
    driver = driver_of(connection)
    found = driver.fetch_one("SELECT holder, until FROM lease WHERE name = ?", name)
    if found is not None and found[0] != holder and found[1] > now_ms:
        return False
    driver.store(_STORE, [(name, holder, now_ms + lasts_ms)])
    return True


def release_lease(connection: Connection, name: str, holder: str) -> None:
    """Let another one have it at once; nothing if it is not ours."""
    driver_of(connection).execute("DELETE FROM lease WHERE name = ? AND holder = ?", name, holder)

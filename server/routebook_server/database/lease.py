"""Lease: which of several processes does what only one may do, by a row that has to be renewed."""

from typing import Final

from sqlalchemy import Connection

from routebook_server.database.driver import driver_of, upsert
from routebook_server.database.tables import lease

_STORE: Final = upsert(lease, ("name",))
_NOW: Final = "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
_NOW_SHARED: Final = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"


def take_lease(connection: Connection, name: str, holder: str, lasts_ms: int) -> bool:
    """Take or renew the lease for ``lasts_ms`` from now, by the database's own clock; False where another one holds it.

    One that stands further ahead than it can last was given by a clock that has gone back since, and has run out.
    """
    driver = driver_of(connection)
    [(now_ms,)] = driver.fetch(_NOW_SHARED if driver.is_shared else _NOW)
    found = driver.fetch_one("SELECT holder, until FROM lease WHERE name = ?", name)
    if found is not None and found[0] != holder and now_ms < found[1] <= now_ms + lasts_ms:
        return False
    driver.store(_STORE, [(name, holder, now_ms + lasts_ms)])
    return True


def release_lease(connection: Connection, name: str, holder: str) -> None:
    """Let another one have it at once; nothing if it is not ours."""
    driver_of(connection).execute("DELETE FROM lease WHERE name = ? AND holder = ?", name, holder)

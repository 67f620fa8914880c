"""Whether somebody uses a database: no server may while a backup takes its place, or all of it is moved.

A file is for one server at a time, and locked; on PostgreSQL each of its processes is seen by its connections.
"""

import asyncio
import contextlib
import errno
import os
import sqlite3
import time
from pathlib import Path
from typing import Final, Self

from sqlalchemy import Connection

from routebook_server.database import Database, driver_of

_LEAVES_WITHIN_S: Final = 5.0
"""So long PostgreSQL may still count a connection that was closed before it was asked."""
_LOOKS_EVERY_S: Final = 0.05
_PRIMARY: Final = 0xFF
"""Of a code of SQLite's, what kind of error it is; the rest says where it came up."""
_OTHERS: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'routebook' AND pid <> pg_backend_pid()"
)


class LockedError(Exception):
    """Somebody uses the database already."""


class FileLock:
    """Held from entering to leaving, or to the death of the process: the operating system lets go of it then.

    It is a file of its own beside the database, locked by SQLite, which knows how on every system.
    """

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._held: sqlite3.Connection | None = None

    def take(self) -> Self:
        """Take the lock until ``release``; LockedError, OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as failed:
            try:
                held = sqlite3.connect(self._path, isolation_level=None, timeout=0)
                failed.callback(held.close)
                held.execute("BEGIN EXCLUSIVE")
                if not os.access(self._path, os.W_OK):  # SQLite only reads it then, and locks nothing.
                    raise OSError(errno.EACCES, "the file cannot be written", str(self._path))
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorcode", 0) & _PRIMARY == sqlite3.SQLITE_BUSY:
                    raise LockedError(str(error)) from None
                raise OSError(errno.EIO, str(error), str(self._path)) from None
            failed.pop_all()
        self._held = held
        return self

    def release(self) -> None:
        """Let others have it."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def __enter__(self) -> Self:
        return self.take()

    def __exit__(self, *_error: object) -> None:
        self.release()


async def require_alone(database: Database) -> None:
    """LockedError while any process of a server is connected to a database of PostgreSQL.

    To be asked before the database is used for anything else; a file has a ``FileLock``.
    """
    if not database.is_shared:
        return
    until = time.monotonic() + _LEAVES_WITHIN_S
    while others := await database.write(count_others, locking=True):
        if time.monotonic() > until:
            raise LockedError(f"{others} connections of a server")
        await asyncio.sleep(_LOOKS_EVERY_S)


def count_others(connection: Connection) -> int:
    """Return how many connections of a server, or of another command, there are beside this one."""
    [(count,)] = driver_of(connection).fetch(_OTHERS)
    return int(count)

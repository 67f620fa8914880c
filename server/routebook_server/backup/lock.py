"""The lock on a database in a file: one server at a time, and no server while a backup takes its place."""

import sqlite3
from pathlib import Path
from typing import Self


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
        held = sqlite3.connect(self._path, isolation_level=None, timeout=0)
        try:
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            held.close()
            raise LockedError(str(error)) from None
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

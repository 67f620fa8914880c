"""Ground: what a simulated house stands on, SQLite in memory or a PostgreSQL; begins anew and goes back in time.

A simulated server works through ``ShakyDatabase``, one piece of work at a time, so that every run of a script is alike.
"""

import asyncio
import functools
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import sqlalchemy
from sqlalchemy import Connection, event
from sqlalchemy.pool import StaticPool

from postgres import Cluster
from routebook_server.backup.bans import read_bans
from routebook_server.backup.restoring import begin_new_life, restore_backup
from routebook_server.backup.taking import note_cover, take_backup
from routebook_server.database import Database, derived, driver_of, metadata, sqlite
from routebook_server.database.door import UnavailableDatabaseError
from routebook_server.database.postgres import PostgresDatabase
from routebook_server.database.sqlite import SqliteDatabase
from routebook_server.identity.accounts import Organisation
from routebook_server.identity.founding import found
from simulation.market import START_MS, members

_LAST_HISTORY: Final = "SELECT coalesce(max(number), 0) FROM history"
_HISTORY_AFTER: Final = "SELECT id FROM history WHERE number > ?"
T = TypeVar("T")


class ServerCrash(BaseException):
    """The process is gone at this point; no handler of the server hears of it."""


class PoisonError(RuntimeError):
    """A fault of ours, planted."""


class SilentError(RuntimeError):
    """What kills the process that reads it, planted: a proxy answers instead."""


class ShakyDatabase(Database):
    """A database whose process may die; counts the points at which it can."""

    def __init__(self, inner: Database) -> None:
        self.inner = inner
        self.is_shared = inner.is_shared
        self.is_near = inner.is_near
        self.dies_at = 0
        """The point at which the process dies, counted down; 0 for not at all."""
        self.is_busy = False
        self.poisoned: set[str] = set()
        """Ids of records that no transaction with an edit of them commits."""
        self.died: Callable[[], None] = lambda: None
        self._turn = asyncio.Lock()

    async def write(self, work: Callable[[Connection], T], *, locking: bool = False) -> T:
        """Run ``work`` in one transaction."""

        def guarded(connection: Connection) -> T:
            if self.is_busy:
                raise UnavailableDatabaseError("planted: the database cannot write")
            ((last,),) = driver_of(connection).fetch(_LAST_HISTORY) if self.poisoned else [(0,)]
            done = work(connection)
            if self.poisoned:
                self._refuse_poison(connection, last)
            self._point()
            return done

        async with self._turn:
            done = await self.inner.write(guarded, locking=locking)
        self._point()
        return done

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on one snapshot."""
        async with self._turn:
            return await self.inner.read(work)

    async def listen(self, *_ears: Any) -> None:
        """Return at once: there is no other process."""

    async def close(self) -> None:
        """Do nothing: the ground outlives the house."""

    def _point(self) -> None:
        if self.dies_at:
            self.dies_at -= 1
            if self.dies_at == 0:
                self.died()
                raise ServerCrash

    def _refuse_poison(self, connection: Connection, after: int) -> None:
        written = driver_of(connection).fetch(_HISTORY_AFTER, after)
        if not self.poisoned.isdisjoint(record for (record,) in written):
            raise PoisonError("planted: this commit fails")


@functools.cache
def loop() -> asyncio.AbstractEventLoop:
    """Return the event loop of every house."""
    made = asyncio.new_event_loop()
    made.set_exception_handler(_report)
    return made


def _report(running: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Let the tasks of a process that died be gone without a word."""
    if not isinstance(context.get("exception"), ServerCrash):
        running.default_exception_handler(context)


class Ground(ABC):
    """A database that begins with the first day as often as it is asked to."""

    database: Database

    @abstractmethod
    def begin(self, fill: Callable[[], None]) -> None:
        """Let it be the first day; ``fill`` writes its records, the first time."""

    @abstractmethod
    def back_up(self) -> Any:
        """Take a backup and tell the devices how far it reaches."""

    @abstractmethod
    def restore(self, backup: Any, now_ms: int, *, forgets: bool = False) -> None:
        """Go back to a backup, as the command does; ``forgets`` in which epochs the former book lived, if it can."""

    @abstractmethod
    def changes(self) -> object:
        """Return what is another value whenever a row was written."""

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction, past everything that was planted."""
        return loop().run_until_complete(self.database.write(work))

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on one snapshot, past everything that was planted."""
        return loop().run_until_complete(self.database.read(work))


def _found(connection: Connection) -> None:
    found(connection, Organisation("o", "Market", "en"), members(), "", START_MS)


# SQLite


class _InlineDatabase(SqliteDatabase):
    """The database without its threads."""

    async def write(self, work: Callable[[Connection], T], *, locking: bool = False) -> T:
        return self.write_now(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return self.read_now(work)


class MemoryGround(Ground):
    """SQLite in memory."""

    def __init__(self) -> None:
        self._engine = sqlalchemy.create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False, "isolation_level": None}
        )
        event.listen(self._engine, "begin", vars(sqlite)["_begin"])
        self.database = _InlineDatabase(self._engine)
        self._first_day: sqlite3.Connection | None = None

    @property
    def _raw(self) -> sqlite3.Connection:
        connection = self._engine.raw_connection().driver_connection
        assert isinstance(connection, sqlite3.Connection)
        return connection

    def begin(self, fill: Callable[[], None]) -> None:
        """See ``Ground``."""
        if self._first_day is None:
            with self._engine.begin() as connection:
                metadata.create_all(connection)
                derived.create_all(connection)
                _found(connection)
            fill()
            self._first_day = self._copy()
        self._first_day.backup(self._raw)

    def _copy(self) -> sqlite3.Connection:
        copy = sqlite3.connect(":memory:")
        self._raw.backup(copy)
        return copy

    def back_up(self) -> sqlite3.Connection:
        """See ``Ground``."""
        backup = self._copy()
        pushed = dict(backup.execute("SELECT device, pushed FROM replica").fetchall())
        self.write(lambda connection: note_cover(connection, pushed))
        return backup

    def restore(self, backup: Any, now_ms: int, *, forgets: bool = False) -> None:
        """See ``Ground``."""
        bans = self.read(read_bans)
        if forgets:
            bans = msgspec.structs.replace(bans, last_epoch=0)
        backup.backup(self._raw)
        self.write(lambda connection: begin_new_life(connection, now_ms, bans))

    def changes(self) -> object:
        """See ``Ground``."""
        return self._raw.total_changes


@functools.cache
def in_memory() -> Ground:
    """Return the one in this process's memory."""
    return MemoryGround()


# PostgreSQL


def _count_changes() -> str:
    tables = " UNION ALL ".join(f"SELECT xmin FROM {table.name}" for table in metadata.sorted_tables)
    return f"SELECT coalesce(max(xmin::text::bigint), 0), count(*) FROM ({tables}) AS written"


class PostgresGround(Ground):
    """Databases of a PostgreSQL, each a copy of the first day's. Backups and restores are the commands' own."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self._cluster = cluster
        self._folder = folder
        self._first_day = ""
        self._address = ""
        self._backups = 0

    def begin(self, fill: Callable[[], None]) -> None:
        """See ``Ground``."""
        if not self._first_day:
            self._open(self._cluster.create())
            self.write(_found)
            fill()
            self._close()
            self._first_day = self._address.rpartition("/")[2]
        elif self._address:
            self._close()
            self._cluster.drop(self._address)
        self._open(self._cluster.create(self._first_day))

    def _open(self, address: str) -> None:
        self._address = address
        self.database = PostgresDatabase(address)

    def _close(self) -> None:
        loop().run_until_complete(self.database.close())

    def close(self) -> None:
        """Close every connection."""
        if self._address:
            self._close()

    def back_up(self) -> Path:
        """See ``Ground``."""
        self._backups += 1
        path = self._folder / f"{self._backups}.backup"
        loop().run_until_complete(take_backup(self.database, path, _ignore))
        return path

    def restore(self, backup: Any, now_ms: int, *, forgets: bool = False) -> None:
        """See ``Ground``; the command reads the former book."""
        del forgets
        self._close()
        loop().run_until_complete(restore_backup(backup, self._address, now_ms, _ignore))
        self._open(self._address)

    def changes(self) -> object:
        """See ``Ground``."""
        return self.read(lambda connection: driver_of(connection).fetch(_count_changes()))


def _ignore(_done: int, _total: int) -> None:
    pass


@contextmanager
def on_postgres(cluster: Cluster) -> Iterator[Ground]:
    """Give a running cluster as the ground; it has its template."""
    with tempfile.TemporaryDirectory() as folder:
        ground = PostgresGround(cluster, Path(folder))
        try:
            yield ground
        finally:
            ground.close()

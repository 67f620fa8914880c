"""SQLite: one file, one writer, in order, and many readers.

One writer thread with one connection (WAL, synchronous=FULL), a small pool of reading threads, and a thread
that moves the log into the file (checkpoints) after writes, so that no commit waits for it.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from time import monotonic
from types import NoneType
from typing import Any, Final

import sqlalchemy
import structlog
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import QueuePool

from routebook_server.database.door import UNAVAILABLE, Database, T
from routebook_server.database.driver import DRIVER, TOO_LARGE, SqliteDriver, Values
from routebook_server.database.migrating import migrate

READERS: Final = 2
CHECKPOINT_AFTER_S: Final = 1.0
"""How long after a write the log is moved into the file: once for all writes of that time."""
_JOURNAL: Final = "journal_mode=WAL"
PRAGMAS: Final = (
    _JOURNAL,
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-65536",
    "mmap_size=268435456",
    "wal_autocheckpoint=0",
)
"""What every connection to SQLite is set to: a commit is on the disk when it returns, and never does a checkpoint."""

LOOKED_EVERY_S: Final = 0.005
"""So old may be what the event loop's own connection knows of other processes' commits; of our own it knows at once."""
NEAR_CACHE_KIB: Final = 2_048
"""Pages that the event loop's own connection keeps. SQLite empties them whenever somebody else has written, and what
that costs grows with how many they ever were: 50 us a request after a connection had read 64 MiB."""
LISTENS_EVERY_S: Final = 1.0
"""So late may open streams be told of other processes' commits."""
KEPT: Final = 10_000
"""Results of queries kept in memory."""
MOST_BYTES: Final = 8 * 1024 * 1024
"""The largest value that is made in the event loop's own thread: twice the largest page."""

_log = structlog.get_logger()


class SqliteDatabase(Database):
    """A database in one file, for one server; the command line may write beside it."""

    is_shared = False

    is_near = True

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._checkpointer = ThreadPoolExecutor(1, thread_name_prefix="checkpointer")
        self._checkpoint_due: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def write(self, work: Callable[[Connection], T], *, locking: bool = False) -> T:  # noqa: ARG002
        """Run ``work`` on the writer thread, in one transaction, committed when it returns."""
        loop = asyncio.get_running_loop()
        written = await loop.run_in_executor(self._writer, self._write, work)
        if self._checkpoint_due is None and not self._is_closed:
            self._checkpoint_due = loop.call_later(CHECKPOINT_AFTER_S, self._begin_checkpoint)
        return written

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a reading thread, on one snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)

    async def listen(self, channel: str, hear: Callable[[str], None], catch_up: Callable[[], Awaitable[None]]) -> None:  # noqa: ARG002
        """Catch up, until cancelled or closed, with what other processes commit: in a file nobody says anything."""
        loop = asyncio.get_running_loop()
        is_behind = False
        while True:
            try:
                is_behind = await loop.run_in_executor(self._writer, self._was_passed) or is_behind
                if is_behind:
                    await catch_up()
                    is_behind = False
            except RuntimeError:
                if not self._is_closed:
                    raise
                return  # the writer's thread has ended
            except UNAVAILABLE as error:
                _log.warning("not hearing the other processes; trying again", channel=channel, exc_info=error)
            await asyncio.sleep(LISTENS_EVERY_S)

    async def fetch(self, sql: str, *values: Hashable) -> list[Values]:
        """Return the rows of one query that reads a few by their keys, in the event loop's own thread.

        To hand it to another one costs more than the rows do. Reading the log waits for nobody, and what is asked for
        by key is in memory nearly always; where it would have to wait all the same, or is too large, a reading thread
        does.
        """
        try:
            return self.near.fetch(sql, values)
        except (*UNAVAILABLE, *TOO_LARGE):
            return await super().fetch(sql, *values)

    async def glance(self, work: Callable[[Connection], T]) -> T:
        """Run ``work``, which reads a few rows by their keys, on one snapshot; where and why see ``fetch``."""
        try:
            return self.near.read(work)
        except (*UNAVAILABLE, *TOO_LARGE):
            return await self.read(work)

    @cached_property
    def near(self) -> "Near":
        """The connection of the event loop's own thread."""
        return Near(self.engine)

    @cached_property
    def _pen(self) -> "Pen":
        """The connection of the writer thread."""
        return Pen(self.engine)

    def _was_passed(self) -> bool:
        return self._pen.was_passed()

    def _write(self, work: Callable[[Connection], T]) -> T:
        done = self._pen.write(work)
        self._forget_near()
        return done

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction on this thread: for the command line and tests."""
        with self.engine.connect().execution_options(routebook_write=True) as connection, connection.begin():
            done = work(connection)
        self._forget_near()
        return done

    def _forget_near(self) -> None:
        if "near" in self.__dict__:
            self.near.forget()

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on one snapshot on this thread."""
        with self.engine.connect() as connection, connection.begin():
            return work(connection)

    def checkpoint_now(self) -> None:
        """Move what is committed from the log into the file, on this thread; never makes a writer or reader wait."""
        with self.engine.connect() as connection:
            # Outside a transaction, and past the one that SQLAlchemy would begin.
            cursor = connection.connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            cursor.close()

    def _begin_checkpoint(self) -> None:
        self._checkpoint_due = None
        self._checkpointer.submit(self.checkpoint_now).add_done_callback(_report_checkpoint)

    async def close(self) -> None:
        """Finish what is running, then close every connection."""
        self._is_closed = True
        if self._checkpoint_due is not None:
            self._checkpoint_due.cancel()
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """Close on this thread."""
        self._is_closed = True
        self._checkpointer.shutdown()
        self._writer.shutdown()
        self._readers.shutdown()
        for name in ("near", "_pen"):
            if name in self.__dict__:
                getattr(self, name).close()
        self.engine.dispose()


def _connect(engine: Engine, *, is_new: bool = False) -> Connection:
    """Return a connection whose user begins and ends by himself, past SQLAlchemy; a new one, or any of the pool's."""
    connection = engine.connect().execution_options(routebook_begins=False)
    if is_new:
        connection.invalidate()  # and it opens another one
    connection.begin()
    return connection


class Pen:
    """The connection of the writer thread: begins and ends by itself, for which SQLAlchemy takes 0.1 ms each time."""

    def __init__(self, engine: Engine) -> None:
        connection = _connect(engine)
        self._driver = SqliteDriver(connection)
        self._version: Values | None = None
        """SQLite's count of what other connections have committed, as it was last seen."""
        self._connection = connection.execution_options(**{DRIVER: self._driver})

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction, committed when it returns."""
        self._driver.execute("BEGIN IMMEDIATE")
        try:
            done = work(self._connection)
            self._driver.execute("COMMIT")
        except BaseException:
            self._driver.undo()
            raise
        return done

    def was_passed(self) -> bool:
        """Tell whether another connection may have written since the last question, or the beginning."""
        before, self._version = self._version, self._driver.fetch_one("PRAGMA data_version")
        return self._version != before

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Near:
    """The connection of the event loop's own thread: begins and ends by itself, past SQLAlchemy; waits for nobody.

    What was fetched is kept until somebody writes: this process, or another one as SQLite's own counter tells.
    """

    def __init__(self, engine: Engine) -> None:
        connection = _connect(engine, is_new=True)
        self._driver = _KeepingDriver(connection, MOST_BYTES)
        self._driver.execute("PRAGMA busy_timeout = 0")
        self._driver.execute(f"PRAGMA cache_size = {-NEAR_CACHE_KIB}")
        self._connection = connection.execution_options(**{DRIVER: self._driver})
        self._good_until = 0.0

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on one snapshot."""
        self._driver.execute("BEGIN")
        try:
            self._look()  # from inside: what is kept then is of this snapshot
            return work(self._connection)
        finally:
            self._driver.execute("ROLLBACK")

    def fetch(self, sql: str, values: Values) -> list[Values]:
        """Return the rows of a query."""
        if monotonic() >= self._good_until:
            self._look()
        return self._driver.fetch_kept(sql, *values)

    def forget(self) -> None:
        """Look again before anything that was kept is used: this process has written."""
        self._good_until = 0.0

    def _look(self) -> None:
        self._good_until = monotonic() + LOOKED_EVERY_S  # first: whoever writes meanwhile takes it back
        try:
            self._driver.look()
        except sqlite3.Error:
            self.forget()
            raise

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class _KeepingDriver(SqliteDriver):
    """A driver that keeps what it fetched as long as nobody was seen to write."""

    _version: Values | None = None

    def __init__(self, connection: Connection, most_bytes: int) -> None:
        super().__init__(connection, most_bytes)
        self._kept: dict[Values, list[Values]] = {}

    def look(self) -> None:
        """Look whether somebody has written."""
        version = self.fetch_one("PRAGMA data_version")
        if version != self._version:
            self._version = version
            self._kept.clear()

    def fetch_kept(self, sql: str, *values: Hashable) -> list[Values]:
        """Return the rows of a query as they were at the last look."""
        key = (sql, *values)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[key] = self.fetch(sql, *values)
        return found


def open_sqlite(path: Path) -> SqliteDatabase:
    """Open or create the database file at ``path`` with all tables; NewerDatabaseError if we are too old for it."""
    database = SqliteDatabase(_make_engine(path, PRAGMAS))
    try:
        database.write_now(migrate)
    except BaseException:
        database.close_now()
        raise
    return database


def reach_sqlite(path: Path) -> SqliteDatabase:
    """Return the database file at ``path`` as it is, of whatever version; it is opened when it is first used.

    Who only reads changes no byte of it: which journal it has is written in the file.
    """
    return SqliteDatabase(_make_engine(path, [pragma for pragma in PRAGMAS if pragma != _JOURNAL]))


def _make_engine(path: Path, pragmas: Sequence[str]) -> Engine:
    # Of these Python's module would ask everything first whether it adapts them, by way of an exception each time.
    for kind in (bytes, NoneType):
        sqlite3.register_adapter(kind, _as_it_is)
    engine = sqlalchemy.create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=READERS + 3,
        pool_use_lifo=True,  # the one used last has its pages and statements at hand
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 10},
        hide_parameters=True,  # an error's text goes to the log; the values must not
    )
    event.listen(engine, "connect", lambda connection, _record: _set_pragmas(connection, pragmas))
    event.listen(engine, "begin", _begin)
    return engine


def _as_it_is(value: T) -> T:
    return value


def _report_checkpoint(done: Future[None]) -> None:
    error = done.exception()
    if error is not None:
        _log.error("checkpoint failed; the next one will do its work", exc_info=error)


def _set_pragmas(connection: Any, pragmas: Sequence[str]) -> None:
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("routebook_begins", True):
        return
    writes = options.get("routebook_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

"""SQLite: one file, one writer, in order, and many readers.

One writer thread with one connection (WAL, synchronous=FULL), a small pool of reading threads, and a thread
that moves the log into the file (checkpoints) after writes, so that no commit waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import sqlalchemy
import structlog
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import QueuePool

from routebook_server.database.door import Database, T
from routebook_server.database.migrating import migrate

READERS: Final = 2
CHECKPOINT_AFTER_S: Final = 1.0
"""How long after a write the log is moved into the file: once for all writes of that time."""
PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-65536",
    "mmap_size=268435456",
    "wal_autocheckpoint=0",
)
"""What every connection to SQLite is set to: a commit is on the disk when it returns, and never does a checkpoint."""

_log = structlog.get_logger()


class SqliteDatabase(Database):
    """A database in one file, for one process."""

    is_shared = False

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._checkpointer = ThreadPoolExecutor(1, thread_name_prefix="checkpointer")
        self._checkpoint_due: asyncio.TimerHandle | None = None

    async def write(self, work: Callable[[Connection], T], *, locking: bool = False) -> T:  # noqa: ARG002
        """Run ``work`` on the writer thread, in one transaction, committed when it returns."""
        loop = asyncio.get_running_loop()
        written = await loop.run_in_executor(self._writer, self.write_now, work)
        if self._checkpoint_due is None:
            self._checkpoint_due = loop.call_later(CHECKPOINT_AFTER_S, self._begin_checkpoint)
        return written

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a reading thread, on one snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)

    async def listen(self, channel: str, hear: Callable[[str], None], catch_up: Callable[[], Awaitable[None]]) -> None:
        """Return at once: nobody else writes to the file."""

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction on this thread: for the writer thread, the command line and tests."""
        with self.engine.connect().execution_options(routebook_write=True) as connection, connection.begin():
            return work(connection)

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
        if self._checkpoint_due is not None:
            self._checkpoint_due.cancel()
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """Close on this thread."""
        self._checkpointer.shutdown()
        self._writer.shutdown()
        self._readers.shutdown()
        self.engine.dispose()


def open_sqlite(path: Path) -> SqliteDatabase:
    """Open or create the database file at ``path`` with all tables; NewerDatabaseError if we are too old for it."""
    engine = sqlalchemy.create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=READERS + 2,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 10},
        hide_parameters=True,  # an error's text goes to the log; the values must not
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    with engine.connect().execution_options(routebook_write=True) as connection, connection.begin():
        migrate(connection)
    return SqliteDatabase(engine)


def _report_checkpoint(done: Future[None]) -> None:
    error = done.exception()
    if error is not None:
        _log.error("checkpoint failed; the next one will do its work", exc_info=error)


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("routebook_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

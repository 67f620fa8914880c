"""PostgreSQL: several processes may use one database. The same work runs on asyncpg, in the event loop's own thread.

Writing is serializable, and done again where PostgreSQL says that two got in each other's way, so that work need not
know of others; the store's pushes, which are the bulk, lock instead (``records/locks.py``). Reading is one snapshot.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from random import random
from typing import Any, Final

import asyncpg
import sqlalchemy.exc
import structlog
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from routebook_server.database.door import (
    AddressError,
    Database,
    DeniedDatabaseError,
    T,
    UnavailableDatabaseError,
    UnfitDatabaseError,
)
from routebook_server.database.migrating import migrate

READERS: Final = 6
WRITERS: Final = 3
"""Connections of one process, beside the one that listens; PostgreSQL allows 100 by default, all told."""
ATTEMPTS: Final = 10
"""How often work is begun before the database is said to be too busy."""
FIRST_PAUSE_S: Final = 0.005
"""At most, before work is begun again: twice as long each time, and by chance, lest two who met meet again."""
CONNECT_WITHIN_S: Final = 10.0
REST_S: Final = 1.0
"""Between attempts to listen again."""
PING_S: Final = 30.0
"""How long the listening connection may be silent before it is asked whether it lives."""
SESSION: Final = {
    "application_name": "routebook",
    # A commit is on the disk when it returns, whatever the cluster is set to.
    "synchronous_commit": "on",
    # No statement of ours is so long that compiling it would pay.
    "jit": "off",
    # A process that stands still must not keep the others from writing for ever.
    "idle_in_transaction_session_timeout": "60s",
    "lock_timeout": "20s",
}
"""What every connection is set to."""

_AGAIN: Final = {"40001", "40P01"}
"""Serialization failure, deadlock."""
_OUTAGES: Final = ("08", "28", "3D", "53", "57", "58")
"""Classes of errors that no work causes: connection, sign-in, no such database, resources, intervention, system."""
_OUTAGE_CODES: Final = {"25006", "55P03"} | _AGAIN
"""A standby, which only reads; a lock that did not come in time."""
_DENIALS: Final = {"42501", "3F000"}
"""No privilege; no schema in which the role may see or make anything."""

_log = structlog.get_logger()


class PostgresDatabase(Database):
    """A database of a PostgreSQL cluster. Belongs to one event loop; connects when it is first used."""

    is_shared = True

    def __init__(self, url: str, chance: Callable[[], float] = random) -> None:
        """``chance`` gives numbers from 0 up to 1."""
        self._url = url
        self._chance = chance
        self._reading = _make_engine(url, READERS)
        self._writing = _make_engine(url, WRITERS)
        self._is_closed = False

    async def write(self, work: Callable[[Connection], T], *, locking: bool = False) -> T:
        """Run ``work`` in one transaction, committed when it returns; see ``Database.write``."""
        isolation = "read_committed" if locking else "serializable"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._run(self._writing, work, isolation=isolation)
            except Exception as error:
                if _code(error) in _AGAIN and attempt < ATTEMPTS:
                    await asyncio.sleep(self._chance() * FIRST_PAUSE_S * 2 ** (attempt - 1))
                    continue
                _raise_plainly(error)
                raise
        raise AssertionError("the last attempt returns or raises")

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on one snapshot."""
        try:
            return await self._run(self._reading, work, isolation="repeatable_read", readonly=True)
        except Exception as error:
            _raise_plainly(error)
            raise

    async def _run(
        self, engine: AsyncEngine, work: Callable[[Connection], T], *, isolation: str, readonly: bool = False
    ) -> T:
        async with engine.connect() as connection:
            plain: Any = (await connection.get_raw_connection()).driver_connection
            try:
                async with plain.transaction(isolation=isolation, readonly=readonly):
                    return await connection.run_sync(work)
            except asyncpg.InterfaceError as error:
                # Called off in the midst of a statement: the connection is gone, and the transaction's end says so.
                if isinstance(error.__context__, asyncio.CancelledError):
                    raise error.__context__ from None
                if plain.is_closed():
                    raise UnavailableDatabaseError(str(error)) from error
                raise
            finally:
                # Called off in the midst of beginning or ending it, or given back to what nobody closes any more.
                if plain.is_in_transaction() or self._is_closed:
                    await connection.invalidate()

    async def listen(self, channel: str, hear: Callable[[str], None], catch_up: Callable[[], Awaitable[None]]) -> None:
        """Hear what other processes say on ``channel``, until cancelled; a connection that is lost is made anew."""
        while True:
            try:
                await self._listen_once(channel, hear, catch_up)
            except Exception as error:  # noqa: BLE001 - whatever it is, a process that hears nothing any more is worse
                fault = None if is_outage(error) else error
                _log.warning("not hearing the other processes; trying again", channel=channel, exc_info=fault)
            else:
                _log.warning("not hearing the other processes; trying again", channel=channel)
            await asyncio.sleep(REST_S)

    async def _listen_once(
        self, channel: str, hear: Callable[[str], None], catch_up: Callable[[], Awaitable[None]]
    ) -> None:
        connection = await connect(self._url)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _connection: lost.set())
            await connection.add_listener(channel, lambda _connection, _pid, _channel, payload: hear(payload))
            await catch_up()
            while not lost.is_set():
                try:
                    async with asyncio.timeout(PING_S):
                        await lost.wait()
                except TimeoutError:
                    await connection.execute("SELECT 1", timeout=CONNECT_WITHIN_S)
        finally:
            connection.terminate()

    async def close(self) -> None:
        """Close every connection; one that is still used, when its work is done."""
        self._is_closed = True
        await self._reading.dispose()
        await self._writing.dispose()


async def connect(url: str) -> Any:
    """Return a connection of our kind, by asyncpg; AddressError where it cannot read the address."""
    try:
        return await asyncpg.connect(dsn=url, server_settings=SESSION, timeout=CONNECT_WITHIN_S)
    except ValueError:
        # Its own sentence may show a part of the address.
        raise AddressError(
            "the address of PostgreSQL cannot be read; look at its hosts and ports, and at the options after the ?"
        ) from None


def open_postgres(url: str) -> PostgresDatabase:
    """Make or migrate the tables of the database at ``url`` and return it; NewerDatabaseError if we are too old for it.

    UnavailableDatabaseError if it cannot be reached, UnfitDatabaseError if it cannot hold our texts.
    """
    # In a thread of its own, because whoever opens a database may be in an event loop already.
    with ThreadPoolExecutor(1, thread_name_prefix="migrating") as thread:
        thread.submit(asyncio.run, _migrate(url)).result()
    return PostgresDatabase(url)


async def reach_postgres(url: str) -> PostgresDatabase:
    """Return the database at ``url`` as it is, of whatever version, or without tables.

    UnavailableDatabaseError if it cannot be reached, UnfitDatabaseError if it cannot hold our texts.
    """
    database = PostgresDatabase(url)
    try:
        await database.write(_require_fit, locking=True)
    except BaseException:
        await database.close()
        raise
    return database


async def _migrate(url: str) -> None:
    database = await reach_postgres(url)
    try:
        await database.write(migrate, locking=True)
    finally:
        await database.close()


def _require_fit(connection: Connection) -> None:
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise UnfitDatabaseError(f"its encoding is {encoding}; it must be UTF8")


def is_outage(error: BaseException) -> bool:
    """Tell whether an error says that the database cannot work now, whatever is asked of it."""
    if isinstance(error, sqlalchemy.exc.DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, OSError | TimeoutError | sqlalchemy.exc.TimeoutError):
        return True
    code = _code(error)
    return code.startswith(_OUTAGES) or code in _OUTAGE_CODES


def _raise_plainly(error: Exception) -> None:
    """Raise what is not the work's fault as the door has it; anything else is left to the caller."""
    if is_outage(error):
        raise UnavailableDatabaseError(f"{type(error).__name__}: {error}") from error
    if _code(error) in _DENIALS:
        cause = _cause(error)
        # Below the first line are details and hints.
        raise DeniedDatabaseError(str(cause.__cause__ or cause).partition("\n")[0]) from error


def _code(error: BaseException) -> str:
    """Return PostgreSQL's code of an error (SQLSTATE), "" for another one."""
    return getattr(_cause(error), "sqlstate", None) or ""


def _cause(error: BaseException) -> BaseException:
    return error.orig or error if isinstance(error, sqlalchemy.exc.DBAPIError) else error


def _make_engine(url: str, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        "postgresql+asyncpg://",  # asyncpg reads the address by itself, with all that it may say
        async_creator=lambda: connect(url),
        # Transactions are begun and ended here; SQLAlchemy would begin one only at the first of its own statements.
        isolation_level="AUTOCOMMIT",
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error's text goes to the log; the values must not
    )
    event.listen(engine.sync_engine, "checkout", _require_open)
    return engine


def _require_open(connection: Any, _record: Any, _proxy: Any) -> None:
    """Let the pool make another connection in place of one that was lost while nobody used it."""
    if connection.driver_connection.is_closed():
        raise sqlalchemy.exc.DisconnectionError

"""The database as two doors: ``write`` and ``read``. Work comes in as functions of a connection."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, TypeVar

import sqlalchemy.exc
from sqlalchemy import Connection

from routebook_server.database.driver import Values, driver_of

T = TypeVar("T")


class UnavailableDatabaseError(Exception):
    """The database cannot work now: connection lost, disk full, too busy. Nothing was stored, or nobody knows."""


UNAVAILABLE: Final = (UnavailableDatabaseError, sqlalchemy.exc.OperationalError, sqlite3.OperationalError)
"""What is raised where the database cannot work now (disk full, file locked); whether by way of SQLAlchemy or not."""


class AddressError(ValueError):
    """Not the address of a database; the message has no part of it, for there may be a password in it."""


class NewerDatabaseError(Exception):
    """The database was written by a newer version of the server than this one."""


class UnfitDatabaseError(Exception):
    """The database can never be ours; the message says why."""


class DeniedDatabaseError(UnfitDatabaseError):
    """Our role in the database lacks a privilege; the message says which."""


class Database(ABC):
    """One database; made in the composition root and closed there."""

    is_shared: bool
    """Whether several processes may use it at once."""
    is_near = False
    """Whether a few rows are read sooner than somebody else could be asked to."""

    @abstractmethod
    async def write(self, work: Callable[[Connection], T], *, locking: bool = False) -> T:
        """Run ``work`` as if alone, in one transaction: committed when it returns, rolled back when it raises.

        On a shared database it may be run again from the start, because of others. With ``locking`` it is run beside
        others, sees what they commit meanwhile, and itself locks what it reads in order to change it.
        """

    @abstractmethod
    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on one snapshot."""

    async def fetch(self, sql: str, *values: Hashable) -> list[Values]:
        """Return the rows of one query (see ``Driver``) that reads a few by their keys: at once where that is near."""
        return await self.read(lambda connection: driver_of(connection).fetch(sql, *values))

    async def glance(self, work: Callable[[Connection], T]) -> T:
        """Run ``work``, which reads a few rows by their keys, on one snapshot: at once where the database is near."""
        return await self.read(work)

    @abstractmethod
    async def listen(self, channel: str, hear: Callable[[str], None], catch_up: Callable[[], Awaitable[None]]) -> None:
        """Hear what other processes say on ``channel``, until cancelled.

        ``catch_up`` is called whenever something may have been missed: at the beginning and after each interruption;
        where nobody can say anything (SQLite), soon after each of their commits.
        """

    @abstractmethod
    async def close(self) -> None:
        """Finish what is running, then close every connection."""

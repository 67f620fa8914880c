"""The database as two doors: ``write`` and ``read``. Work comes in as functions of a connection."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final, TypeVar

import sqlalchemy.exc
from sqlalchemy import Connection, MetaData

T = TypeVar("T")

UNAVAILABLE: Final = (sqlalchemy.exc.OperationalError, sqlite3.OperationalError)
"""What is raised where the database cannot work now (disk full, file locked); whether by way of SQLAlchemy or not."""

metadata = MetaData()
"""Every table of the server; each capability declares its own beside its code."""


class NewerDatabaseError(Exception):
    """The database was written by a newer version of the server than this one."""


class Database(ABC):
    """One database; made in the composition root and closed there."""

    @abstractmethod
    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` as if alone, in one transaction: committed when it returns, rolled back when it raises."""

    @abstractmethod
    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on one snapshot."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what is running, then close every connection."""

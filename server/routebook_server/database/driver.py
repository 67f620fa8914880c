"""Driver: how the store speaks SQL, past SQLAlchemy where that would cost more than the statement.

SQL is written once, as SQLite takes it: ``?`` for a value and ``IN (?*)`` for a list of values of any length. Rows are
stored many at a time by a ``Storing``, made once from the table's own declaration.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, Protocol

import msgspec
from sqlalchemy import Connection, Table

Values = tuple[Any, ...]

_ENCODER: Final = msgspec.json.Encoder()
_LIST: Final = re.compile(r"IN \(\?\*\)")


class Storing(msgspec.Struct, frozen=True):
    """How rows are stored in a table."""

    columns: tuple[str, ...]
    """In the order of a row's values."""
    sqlite: str


def insert(table: Table, *columns: str) -> Storing:
    """Return how new rows with these columns are stored; the others take their defaults."""
    return Storing(columns, _insert("INSERT", table, columns))


def upsert(table: Table, key: Sequence[str], *columns: str) -> Storing:
    """Return how rows are stored that replace those with the same ``key``, which must be unique in the table.

    With some ``columns`` only, the others of a row that is there stay as they are; none means all.
    """
    if not columns:
        names = tuple(table.columns.keys())
        return Storing(names, _insert("INSERT OR REPLACE", table, names))
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in key)
    conflict = f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"
    return Storing(columns, _insert("INSERT", table, columns) + conflict)


def _insert(verb: str, table: Table, columns: Sequence[str]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f'{verb} INTO "{table.name}" ({names}) VALUES ({", ".join("?" * len(columns))})'


class Driver(Protocol):
    """SQL inside one transaction. A value that is a list stands for ``?*``."""

    def fetch(self, sql: str, *values: Any) -> list[Values]:
        """Return all rows of a query."""

    def fetch_one(self, sql: str, *values: Any) -> Values | None:
        """Return the first row of a query, None if there is none."""

    def chunks(self, sql: str, *values: Any, size: int) -> Iterator[list[Values]]:
        """Yield the rows of a query, ``size`` at a time; what is not asked for is not read."""

    def execute(self, sql: str, *values: Any) -> None:
        """Run one statement."""

    def store(self, storing: Storing, rows: Iterable[Values]) -> None:
        """Store rows, no two of them with the same key."""


class SqliteDriver:
    """The driver of SQLite: the module's own cursor."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Any = connection.connection
        self._cursor: Any = self._connection.cursor()

    def fetch(self, sql: str, *values: Any) -> list[Values]:
        """Return all rows of a query."""
        found: list[Values] = self._cursor.execute(_sqlite(sql), _bound(values)).fetchall()
        return found

    def fetch_one(self, sql: str, *values: Any) -> Values | None:
        """Return the first row of a query, None if there is none."""
        found: Values | None = self._cursor.execute(_sqlite(sql), _bound(values)).fetchone()
        return found

    def chunks(self, sql: str, *values: Any, size: int) -> Iterator[list[Values]]:
        """Yield the rows of a query, ``size`` at a time; what is not asked for is not read."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(_sqlite(sql), _bound(values))
            while chunk := cursor.fetchmany(size):
                yield chunk
        finally:
            cursor.close()

    def execute(self, sql: str, *values: Any) -> None:
        """Run one statement."""
        self._cursor.execute(_sqlite(sql), _bound(values))

    def store(self, storing: Storing, rows: Iterable[Values]) -> None:
        """Store rows, no two of them with the same key."""
        self._cursor.executemany(storing.sqlite, rows)


def driver_of(connection: Connection) -> Driver:
    """Return the driver of a connection that a door has given."""
    return SqliteDriver(connection)


@lru_cache(maxsize=256)
def _sqlite(sql: str) -> str:
    return _LIST.sub("IN (SELECT value FROM json_each(?))", sql)


def _bound(values: Values) -> Values:
    return tuple([_ENCODER.encode(value).decode() if type(value) is list else value for value in values])

"""Driver: how the store speaks SQL, past SQLAlchemy where that would cost more than the statement.

SQL is written once, as SQLite takes it, with two additions: ``IN (?*)``, also after NOT, stands for a list of values
of any length, and ``FOR UPDATE`` locks rows where others may write beside us. Rows are stored many at a time by a
``Storing``, made once from the table's own declaration.
"""

import asyncio
import re
import sqlite3
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Final, Protocol

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, LargeBinary, Table
from sqlalchemy.util import await_only

Values = tuple[Any, ...]

DRIVER: Final = "routebook_driver"
"""The option in which a connection that is used again and again keeps its driver."""
_ENCODER: Final = msgspec.json.Encoder()
_LIST: Final = re.compile(r"IN \(\?\*\)")
_BYTES: Final = re.compile(r"CAST\((.+?) AS BLOB\)")
_PLACE: Final = re.compile(r"\$\d+")
_SEPARATOR: Final = 31
_NULL: Final = 30
"""Control characters that JSON never has in it, and hardly any other text."""
_CODED: Final = "coded"
_JOINED: Final = frozenset({"text", "integer", "bigint", _CODED})
_MANY: Final = 16
"""From so many rows on it pays to join them: asyncpg asks of every element of a list whether it is a list itself."""
_FEW: Final = 32
"""Parts of up to so many rows share a statement."""
TOO_LARGE: Final = (sqlite3.DataError,)
_TYPES: Final = ((BigInteger, "bigint"), (Integer, "integer"), (Boolean, "boolean"), (LargeBinary, "bytea"))


class Storing(msgspec.Struct, frozen=True):
    """How rows are stored in a table: the statement of each database."""

    sqlite: str
    """For one row of values."""
    postgres: str
    """For one list of values by column."""
    joined: str
    """The same for one text by column, of values with a separator between; "" where a column is no text or number."""
    kinds: tuple[str, ...]
    """What each column takes: PostgreSQL's name of its type, or ``coded``."""


def insert(table: Table, *columns: str, coded: Collection[str] = ()) -> Storing:
    """Return how new rows with these columns are stored; the others take their defaults.

    The values of the columns ``coded`` are texts in the bytes of UTF-8.
    """
    return _storing(table, columns, "INSERT", "", coded)


def upsert(table: Table, key: Sequence[str], *columns: str, coded: Collection[str] = ()) -> Storing:
    """Return how rows are stored that replace those with the same ``key``, which must be unique in the table.

    With some ``columns`` only, the others of a row that is there stay as they are; none means all. ``coded`` as
    ``insert`` has it.
    """
    names = columns or tuple(table.columns.keys())
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in key)
    conflict = f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"
    return _storing(table, names, "INSERT" if columns else "INSERT OR REPLACE", conflict, coded)


def _storing(table: Table, columns: Sequence[str], verb: str, conflict: str, coded: Collection[str]) -> Storing:
    kinds = [_CODED if name in coded else _type(table.columns[name]) for name in columns]
    places = ", ".join("CAST(? AS TEXT)" if kind == _CODED else "?" for kind in kinds)
    in_sqlite = f'{verb} INTO "{table.name}" ({_quoted(columns)}) VALUES ({places})'
    if verb == "INSERT":
        in_sqlite += conflict
    into = f'INSERT INTO "{table.name}" ({_quoted(columns)}) SELECT * FROM unnest'
    lists = ", ".join(f"${n}::{'text' if kind == _CODED else kind}[]" for n, kind in enumerate(kinds, 1))
    texts = ", ".join(_parted(n, kind) for n, kind in enumerate(kinds, 1))
    joined = f"{into}({texts}){conflict}" if _JOINED.issuperset(kinds) else ""
    return Storing(in_sqlite, f"{into}({lists}){conflict}", joined, tuple(kinds))


def _parted(n: int, kind: str) -> str:
    """Return what makes a list of the joined text ``n`` of a column."""
    text = f"convert_from(${n}, 'UTF8')" if kind == _CODED else f"${n}"
    parted = f"string_to_array({text}, chr({_SEPARATOR}), chr({_NULL}))"
    return parted if kind in {"text", _CODED} else f"{parted}::{kind}[]"


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _type(column: Column[Any]) -> str:
    return next((name for kind, name in _TYPES if isinstance(column.type, kind)), "text")


class Driver(Protocol):
    """SQL inside one transaction. A value that is a list stands for ``?*``."""

    is_shared: bool
    """Whether others may write to the database while we do."""
    is_bounded: bool
    """Whether a value that would take more memory than a connection may is not made: TOO_LARGE is raised instead."""

    def fetch(self, sql: str, *values: Any) -> list[Values]:
        """Return all rows of a query."""

    def fetch_kept(self, sql: str, *values: Hashable) -> list[Values]:
        """Return the same; where a connection keeps what it has read, without asking while nobody has written."""

    def fetch_one(self, sql: str, *values: Any) -> Values | None:
        """Return the first row of a query, None if there is none."""

    def chunks(self, sql: str, *values: Any, size: int) -> Iterator[list[Values]]:
        """Yield the rows of a query, ``size`` at a time; what is not asked for is not read."""

    def execute(self, sql: str, *values: Any) -> None:
        """Run one statement."""

    def store(self, storing: Storing, rows: Iterable[Values]) -> None:
        """Store rows, no two of them with the same key."""

    def begin_storing(self, storing: Storing, rows: Iterable[Values]) -> None:
        """Store rows, which may still be on their way afterwards; whatever is asked for next comes after them."""

    def finish(self) -> None:
        """Wait for what is on its way; whoever begins to store must end with it, however he ends."""

    def store_in_turn(self, parts: Iterable[tuple[Storing, Iterable[Values]]]) -> None:
        """Store one part after the other; the next one may be asked for before the last one is stored."""


class SqliteDriver:
    """The driver of SQLite: the module's own cursor."""

    is_shared = False

    def __init__(self, connection: Connection, most_bytes: int = 0) -> None:
        self._connection: Any = connection.connection
        self._cursor: Any = self._connection.cursor()
        self.is_bounded = most_bytes > 0
        if self.is_bounded:
            driver_connection: Any = self._connection.driver_connection
            driver_connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, most_bytes)

    def fetch(self, sql: str, *values: Any) -> list[Values]:
        """Return all rows of a query."""
        found: list[Values] = self._cursor.execute(_sqlite(sql), _bound(values)).fetchall()
        return found

    def fetch_kept(self, sql: str, *values: Hashable) -> list[Values]:
        """Return the same."""
        return self.fetch(sql, *values)

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

    def undo(self) -> None:
        """Roll back what was begun; a full disk may have done so by itself."""
        if self._connection.driver_connection.in_transaction:
            self._cursor.execute("ROLLBACK")

    def store(self, storing: Storing, rows: Iterable[Values]) -> None:
        """Store rows, no two of them with the same key."""
        self._cursor.executemany(storing.sqlite, rows)

    def begin_storing(self, storing: Storing, rows: Iterable[Values]) -> None:
        """Store rows."""
        self._cursor.executemany(storing.sqlite, rows)

    def finish(self) -> None:
        """Nothing is on its way."""

    def store_in_turn(self, parts: Iterable[tuple[Storing, Iterable[Values]]]) -> None:
        """Store one part after the other."""
        for storing, rows in parts:
            self._cursor.executemany(storing.sqlite, rows)


class PostgresDriver:
    """The driver of PostgreSQL: asyncpg's connection, waited for from inside ``run_sync``; rows travel as lists."""

    is_shared = True
    is_bounded = False

    def __init__(self, connection: Connection) -> None:
        self._connection: Any = connection.connection.driver_connection
        self._working: asyncio.Task[Any] | None = None
        """What is on its way; PostgreSQL does one thing at a time."""

    def fetch(self, sql: str, *values: Any) -> list[Values]:
        """Return all rows of a query."""
        self.finish()
        return [tuple(row) for row in await_only(self._connection.fetch(_postgres(sql), *values))]

    def fetch_kept(self, sql: str, *values: Hashable) -> list[Values]:
        """Return the same."""
        return self.fetch(sql, *values)

    def fetch_one(self, sql: str, *values: Any) -> Values | None:
        """Return the first row of a query, None if there is none."""
        self.finish()
        row = await_only(self._connection.fetchrow(_postgres(sql), *values))
        return None if row is None else tuple(row)

    def chunks(self, sql: str, *values: Any, size: int) -> Iterator[list[Values]]:
        """Yield the rows of a query, ``size`` at a time; what is not asked for is not read."""
        self.finish()
        cursor = await_only(self._connection.cursor(_postgres(sql), *values))
        while chunk := await_only(cursor.fetch(size)):
            yield [tuple(row) for row in chunk]
            if len(chunk) < size:
                break

    def execute(self, sql: str, *values: Any) -> None:
        """Run one statement."""
        self.finish()
        await_only(self._connection.execute(_postgres(sql), *values))

    def store(self, storing: Storing, rows: Iterable[Values]) -> None:
        """Store rows, no two of them with the same key."""
        self.begin_storing(storing, rows)
        self.finish()

    def begin_storing(self, storing: Storing, rows: Iterable[Values]) -> None:
        """Store rows as soon as what is on its way has arrived; PostgreSQL works on them while others are made."""
        columns = list(zip(*rows, strict=True))
        if columns:
            self._send([_statement(storing, columns)])

    def _send(self, statements: list[tuple[str, Sequence[Any]]]) -> None:
        sql = _at_once(tuple([sql for sql, _values in statements]))
        values = [value for _sql, values in statements for value in values]
        self.finish()
        self._working = asyncio.ensure_future(self._connection.execute(sql, *values))
        await_only(asyncio.sleep(0))  # it is on its way now

    def finish(self) -> None:
        """Wait for what is on its way."""
        working, self._working = self._working, None
        if working is not None:
            await_only(working)

    def store_in_turn(self, parts: Iterable[tuple[Storing, Iterable[Values]]]) -> None:
        """Store one part after the other; while PostgreSQL works on one, the next is taken from ``parts``.

        Those with few rows go together at last, of each table one: their way is longer than the work on them.
        """
        few: dict[Storing, list[Values]] = {}
        try:
            for storing, rows in parts:
                listed = list(rows)
                if storing in few:
                    self._send_together(few)
                if len(listed) > _FEW:
                    self.begin_storing(storing, listed)
                elif listed:
                    few[storing] = listed
            self._send_together(few)
        finally:
            self.finish()

    def _send_together(self, parts: dict[Storing, list[Values]]) -> None:
        if parts:
            self._send([_statement(storing, list(zip(*rows, strict=True))) for storing, rows in parts.items()])
            parts.clear()


def driver_of(connection: Connection) -> Driver:
    """Return the driver of a connection that a door has given."""
    kept: Driver | None = connection.get_execution_options().get(DRIVER)
    if kept is not None:
        return kept
    return PostgresDriver(connection) if connection.dialect.name == "postgresql" else SqliteDriver(connection)


@lru_cache(maxsize=256)
def _sqlite(sql: str) -> str:
    return _LIST.sub("IN (SELECT value FROM json_each(?))", sql).removesuffix(" FOR UPDATE")


@lru_cache(maxsize=256)
def _postgres(sql: str) -> str:
    numbers = count(1)
    sql = sql.replace("group_concat(", "string_agg(")
    sql = _LIST.sub("= ANY(?)", sql.replace("NOT IN (?*)", "<> ALL(?)"))
    sql = _BYTES.sub(r"convert_to(\1, 'UTF8')", sql)
    return re.sub(r"\?", lambda _match: f"${next(numbers)}", sql)


@lru_cache(maxsize=256)
def _at_once(statements: tuple[str, ...]) -> str:
    """Return one statement that does what these do, whose values follow one another; no two change one table."""
    # Each has its places from $1 on, every one once.
    numbers = count(1)
    *before, last = [_PLACE.sub(lambda _found: f"${next(numbers)}", sql) for sql in statements]
    heads = ", ".join(f"part{number} AS ({sql})" for number, sql in enumerate(before))
    return f"WITH {heads} {last}" if before else last


def _statement(storing: Storing, columns: list[Values]) -> tuple[str, Sequence[Any]]:
    """Return what stores these columns in PostgreSQL, and its values."""
    if storing.joined and len(columns[0]) >= _MANY:
        texts = _joined(storing, columns)
        if texts:
            return storing.joined, texts
    return storing.postgres, [
        [value if value is None else value.decode() for value in values] if kind == _CODED else values
        for values, kind in zip(columns, storing.kinds, strict=True)
    ]


def _joined(storing: Storing, columns: list[Values]) -> list[str | bytes]:
    """Return each column as one text, as bytes where its values are; [] if a value has a separator in it."""
    texts: list[str | bytes] = []
    separators = len(columns[0]) - 1
    for values, kind in zip(columns, storing.kinds, strict=True):
        nulls = values.count(None)
        if kind == _CODED:
            coded = b"\x1f".join([b"\x1e" if value is None else value for value in values] if nulls else values)
            if coded.count(b"\x1f") != separators or coded.count(b"\x1e") != nulls:
                return []
            texts.append(coded)
            continue
        found = ["\x1e" if value is None else value for value in values] if nulls else values
        text = "\x1f".join(found if kind == "text" else map(str, found))
        if kind == "text" and (text.count("\x1f") != separators or text.count("\x1e") != nulls):
            return []
        texts.append(text)
    return texts


def _bound(values: Values) -> Values:
    return tuple([_ENCODER.encode(value).decode() if type(value) in {list, tuple} else value for value in values])

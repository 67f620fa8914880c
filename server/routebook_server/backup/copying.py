"""Copying: every row of one database into another, empty one, one transaction on either side; one of the two is SQLite.

What arrived is read again: a digest over every value of each table is that of what was sent, and the checksums that the
rows come with are those of the rows; else the copy is none.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from sqlalchemy import Boolean, Connection, MetaData, Table

from routebook_server.backup.sealing import Digest
from routebook_server.database import driver_of, metadata
from routebook_server.database.driver import insert
from routebook_server.database.migrating import HEAD, names_of_tables, require_tables
from routebook_server.database.tables import lease, shape
from routebook_server.identity.tables import account
from routebook_server.identity.tables import device as devices
from routebook_server.records.tables import bucket as buckets
from routebook_server.records.verify import bucket_names, verify_bucket
from routebook_server.roads.tables import road_leg

Progress: TypeAlias = Callable[[int, int], None]
"""Hears how many of how many rows are done; what it raises ends the copying, and nothing of it stays."""

_PASSING: Final = frozenset({lease, shape, road_leg})
"""Tables with nothing that must not be lost."""
NUMBERED: Final = ("device", "history", "held")
"""Tables whose rows are numbered by the database; no number of a device is given out twice, not even by another one."""
_CHUNK: Final = 2_000


class CopyError(Exception):
    """The copy cannot be made, or is not like the original; the message says why."""


def copied_tables() -> list[Table]:
    """Return the tables with anything that must not be lost, in an order in which their rows may be stored."""
    return [table for table in metadata.sorted_tables if table not in _PASSING]


def _tables_in(connection: Connection) -> list[Table]:
    """Return the same for a database of this version or an older one, as that has them."""
    revision = require_tables(connection)
    if revision == HEAD:
        return copied_tables()
    found = MetaData()
    found.reflect(connection, only=sorted(names_of_tables(revision) - {table.name for table in _PASSING}))
    return found.sorted_tables


def copy_rows(source: Connection, target: Connection, progress: Progress) -> int:
    """Copy every row, prove it, and return how many there were. Runs inside a transaction of either side; CopyError.

    Both databases have the tables of one version, this one or an older one; ``target`` has no row in them. Checksums
    are computed of this version's alone: what an older one wrote is proved once it is migrated. Whoever begins the
    transaction of PostgreSQL lets it rest (``let_rest``) before anything else.
    """
    require_empty(target)
    count_by_table = {table: _count(source, table) for table in _tables_in(target)}
    total, done = sum(count_by_table.values()), 0
    progress(done, total)
    sent: dict[Table, str] = {}
    for table, count in count_by_table.items():
        names = table.columns.keys()
        storing = insert(table, *names)
        digest = Digest()
        for rows in _rows(source, table, convert=target.dialect.name == "postgresql"):
            driver_of(target).store(storing, rows)
            digest.add(map(_plain, rows))
            done += len(rows)
            progress(done, total)
        if _count(target, table) != count:
            raise CopyError(f"{table.name}: {count} rows became {_count(target, table)}")
        sent[table] = digest.hex()
    for name in NUMBERED:
        write_last_number(target, name, read_last_number(source, name))
    require_equal(target, sent)
    if require_tables(target) == HEAD:
        require_sums(target)
    return total


def let_rest(connection: Connection) -> None:
    """Let the transaction wait for the other side however long that works; no writer waits for either of the two."""
    driver = driver_of(connection)
    if driver.is_shared:
        driver.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def require_empty(connection: Connection) -> None:
    """CopyError unless nothing was ever kept in the database."""
    for table in (account, devices, buckets):
        if _count(connection, table):
            raise CopyError(f"it is not empty: there are rows in {table.name}")


def require_equal(connection: Connection, sent: Mapping[Table, str]) -> None:
    """CopyError unless every value is as ``sent``, by table."""
    for table, digest_sent in sent.items():
        digest = Digest()
        for rows in _rows(connection, table, convert=False):
            digest.add(map(_plain, rows))
        if digest.hex() != digest_sent:
            raise CopyError(f"{table.name}: what arrived is not what was sent")


def require_sums(connection: Connection) -> None:
    """CopyError unless the checksums are those of the rows that came."""
    for name in bucket_names(connection):
        faults = verify_bucket(connection, name)
        if faults:
            raise CopyError(f"{len(faults)} checksums of {name} do not match their rows")


def read_last_number(connection: Connection, table: str) -> int:
    """Return the last number that the database gave out to a row of a ``NUMBERED`` table, 0 for none."""
    driver = driver_of(connection)
    if driver.is_shared:
        found = driver.fetch_one(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {table}_number_seq")
    else:
        kept = driver.fetch_one("SELECT seq FROM sqlite_sequence WHERE name = ?", table)
        found = kept or driver.fetch_one(f"SELECT coalesce(max(number), 0) FROM {table}")
    return int(found[0]) if found else 0


def write_last_number(connection: Connection, table: str, last: int) -> None:
    """Let the next row of a ``NUMBERED`` table have a number above ``last``."""
    driver = driver_of(connection)
    if driver.is_shared:
        driver.execute(f"SELECT setval('{table}_number_seq', ?, ?)", max(last, 1), last > 0)
        return
    counts = driver.fetch_one("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'") is not None
    # Tables without AUTOINCREMENT go on from their greatest number by themselves.
    if counts and driver.fetch_one("SELECT 1 FROM sqlite_schema WHERE name = ? AND sql LIKE '%AUTOINCREMENT%'", table):
        driver.execute("DELETE FROM sqlite_sequence WHERE name = ?", table)
        driver.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, last)


def _count(connection: Connection, table: Table) -> int:
    [count] = driver_of(connection).fetch_one(f'SELECT count(*) FROM "{table.name}"') or (0,)
    return int(count)


def _rows(connection: Connection, table: Table, *, convert: bool) -> Iterator[list[tuple[Any, ...]]]:
    names = ", ".join(f'"{name}"' for name in table.columns.keys())  # noqa: SIM118 - of columns, not a dict
    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
    # SQLite keeps truth as a number, which PostgreSQL does not take for it.
    truths = [isinstance(column.type, Boolean) for column in table.columns] if convert else []
    for rows in driver_of(connection).chunks(f'SELECT {names} FROM "{table.name}" ORDER BY {key}', size=_CHUNK):
        if any(truths):
            yield [
                tuple(bool(v) if t and v is not None else v for v, t in zip(row, truths, strict=True)) for row in rows
            ]
        else:
            yield rows


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row as it is whatever the database calls truth and bytes."""
    return tuple(
        int(value) if isinstance(value, bool) else bytes(value) if isinstance(value, memoryview) else value
        for value in row
    )

"""Sealing: a digest over all that a backup's file says, kept in it, so that one changed letter is found.

The checksums of records are of stamps alone (SPEC R61): they find rows that were lost, doubled or left behind, never a
value that the disk changed.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

SEALED_SINCE: Final = "0006"
"""The first version of the tables whose own server sealed its backups."""
_SEAL: Final = "backup_seal"
_ROWS: Final = 2_000
"""Read at once."""
_encode: Final = msgspec.msgpack.Encoder().encode


class Digest:
    """SHA-256 over rows in their order, the same whichever database they were read from."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add rows of numbers, texts and bytes."""
        # Each value is written with its type and length: no two lists of rows are the same bytes.
        self._hash.update(b"".join(map(_encode, rows)))

    def hex(self) -> str:
        """Return the digest of what was added."""
        return self._hash.hexdigest()


def seal(path: Path) -> None:
    """Write into a backup what its rows are; nothing may be changed in it any more."""
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.execute(f"DROP TABLE IF EXISTS {_SEAL}")
            digest = _digest_of(connection)
            connection.execute(f"CREATE TABLE {_SEAL} (digest TEXT NOT NULL)")
            connection.execute(f"INSERT INTO {_SEAL} VALUES (?)", (digest,))
    finally:
        connection.close()


def has_seal(path: Path) -> bool:
    """Tell whether a backup was sealed, whatever with."""
    with contextlib.closing(_reach(path)) as connection:
        return _finds_seal(connection)


def is_sealed(path: Path) -> bool:
    """Tell whether a backup says what it was sealed with."""
    with contextlib.closing(_reach(path)) as connection:
        return _finds_seal(connection) and connection.execute(f"SELECT digest FROM {_SEAL}").fetchall() == [
            (_digest_of(connection),)
        ]


def _reach(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _finds_seal(connection: sqlite3.Connection) -> bool:
    [found] = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = ?", (_SEAL,)).fetchone()
    return bool(found)


def break_seal(path: Path) -> None:
    """Let a copy of a backup be changed, and served."""
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.execute(f"DROP TABLE IF EXISTS {_SEAL}")
    finally:
        connection.close()


def _digest_of(connection: sqlite3.Connection) -> str:
    """Return the digest of every table as it is declared in the file: another version has to find the same one."""
    digest = Digest()
    tables = connection.execute(
        "SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE type = 'table' AND name <> ? ORDER BY name", (_SEAL,)
    ).fetchall()
    for name, declared in tables:
        digest.add([(name, declared)])
        columns = connection.execute("SELECT name, pk FROM pragma_table_info(?)", (name,)).fetchall()
        key = [column for column, place in sorted(columns, key=lambda column: column[1]) if place] or ["rowid"]
        order = ", ".join(f'"{column}"' for column in key)
        rows = connection.execute(f'SELECT * FROM "{name}" ORDER BY {order}')
        while chunk := rows.fetchmany(_ROWS):
            digest.add(chunk)
    return digest.hex()

"""Reading a server's database from beside it, past every cache and rule, whichever kind it is."""

import asyncio
import contextlib
import sqlite3
from typing import Any

import asyncpg

from routebook_server.database.address import is_postgres, sqlite_path


def read_rows(address: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query, with one ``?`` for a value at most, of what is committed at ``address``."""
    if is_postgres(address):
        return asyncio.run(_read_postgres(address, sql.replace("?", "$1"), *values))
    with contextlib.closing(sqlite3.connect(sqlite_path(address))) as connection:
        return connection.execute(sql, values).fetchall()


async def _read_postgres(address: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(address)
    try:
        return [tuple(row) for row in await connection.fetch(sql, *values)]
    finally:
        await connection.close()

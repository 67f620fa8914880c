"""What migrations make of the first released tables are those of a new database, with the indexes that reads need."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect

from routebook_server.database import driver_of, migrating, open_database
from routebook_server.database.address import is_postgres, sqlite_path
from routebook_server.database.driver import insert
from routebook_server.database.postgres import PostgresDatabase
from routebook_server.records.history import SELECT_HISTORY
from routebook_server.records.tables import history

RECORDS, EDITS = 400, 50
STORE = insert(history, "id", "stamp", "device", "person", "received_at", "new")


def upgrade(connection: Connection, revision: str, *, stamped: str = "") -> None:
    """Make the tables of a version, out of those that are ``stamped`` first, or of none."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrating.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    if stamped:
        command.stamp(config, stamped)
    command.upgrade(config, revision)


def make_first_tables(connection: Connection) -> None:
    """Make the tables as they were first released."""
    upgrade(connection, "0001")


def begin_anew(connection: Connection) -> None:
    """Remove every table, and make the first released ones."""
    for sql in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
        driver_of(connection).execute(sql)
    make_first_tables(connection)


async def make_older(address: str) -> None:
    """Put an empty database of the first release in place of the one at an address."""
    if is_postgres(address):
        database = PostgresDatabase(address)
        await database.write(begin_anew, locking=True)
        await database.close()
        return
    sqlite_path(address).unlink(missing_ok=True)
    engine = sqlalchemy.create_engine(address)
    with engine.begin() as connection:
        make_first_tables(connection)
    engine.dispose()


async def opened(address: str, work: Callable[[Connection], Any]) -> Any:
    """Open a database as the server does, and do something in it."""
    database = open_database(address)
    try:
        return await database.write(work)
    finally:
        await database.close()


def shape(connection: Connection) -> dict[str, Any]:
    """Return columns, keys and indexes of every table."""
    tables = inspect(connection)
    return {
        name: (
            {(column["name"], str(column["type"]), column["nullable"]) for column in tables.get_columns(name)},
            tables.get_pk_constraint(name)["constrained_columns"],
            {(index["name"], *index["column_names"]) for index in tables.get_indexes(name)},
        )
        for name in tables.get_table_names()
    }


def plan(connection: Connection) -> str:
    """Return how one record's history is read where there are many, a few from each of them between the others'."""
    driver = driver_of(connection)
    rows = [(f"{n % RECORDS:026}", "1" * 18, 1, "", n, "{}") for n in range(RECORDS * EDITS)]
    driver.store(STORE, rows)
    driver.execute("ANALYZE history")
    explain = "EXPLAIN" if driver.is_shared else "EXPLAIN QUERY PLAN"
    found = driver.fetch(f"{explain} {SELECT_HISTORY} LIMIT 20", f"{RECORDS // 2:026}", 1 << 50)
    return "\n".join(str(row[-1]) for row in found)


async def test_migrated_tables_are_those_of_a_new_database(address: str) -> None:
    new = await opened(address, shape)
    await make_older(address)
    assert await opened(address, shape) == new


async def test_a_history_is_read_by_its_index_in_its_order(address: str) -> None:
    for make in (None, make_older):
        if make is not None:
            await make(address)
        found = await opened(address, plan)
        used = "history_by_record" if is_postgres(address) else "INDEX ix_history_id (id=? AND rowid<?)"
        assert used in found
        assert "Sort" not in found
        assert "TEMP B-TREE" not in found

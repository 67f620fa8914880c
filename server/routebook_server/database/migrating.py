"""Migrating: brings the tables of any released version to this one, in one transaction, when the database is opened.

Whoever only reads a database asks for its version instead: other programs may be running on it.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, create_engine, insert, inspect, select
from sqlalchemy import text as sql

from routebook_server.database.door import NewerDatabaseError, UnfitDatabaseError
from routebook_server.database.tables import derived, metadata, shape

HEAD: Final = "0012"
"""The newest migration: the version of the tables that this server knows. SQLite has it in user_version too."""
_FOLDER: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 0x726F757465  # "route"
"""The advisory lock under which processes that start at once migrate one after the other."""


def migrate(connection: Connection) -> None:
    """Make the tables, or those of an older version into ours; NewerDatabaseError if we are too old for them.

    Runs inside the caller's transaction.
    """
    _migrate_alone(connection)
    revision = find_revision(connection)
    if revision is None:
        metadata.create_all(connection)
        _note_revision(connection)
    elif revision > HEAD:
        raise NewerDatabaseError(revision)
    elif revision < HEAD:
        _upgrade(connection, revision, HEAD)
    _remake_derived(connection)


def make_tables(connection: Connection, revision: str) -> None:
    """Make the tables as any version up to this one has them, of none or of older ones; newer ones stay as they are.

    Runs inside the caller's transaction. Those of an older version have their derived tables once they are migrated.
    """
    if revision == HEAD:
        migrate(connection)
        return
    _migrate_alone(connection)
    found = find_revision(connection)
    if found is None or found < revision:
        _upgrade(connection, found, revision)


def names_of_tables(revision: str) -> set[str]:
    """Return the names of the tables that a version has, its derived ones apart."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            make_tables(connection, revision)
            return {*inspect(connection).get_table_names()} - {"alembic_version", *derived.tables}
    finally:
        engine.dispose()


def require_tables(connection: Connection) -> str:
    """Return the version of a database's tables, and leave them as they are.

    NewerDatabaseError if we are too old for them, UnfitDatabaseError if there are none.
    """
    revision = find_revision(connection)
    if revision is None:
        raise UnfitDatabaseError("there are no tables of Routebook in it")
    if revision > HEAD:
        raise NewerDatabaseError(revision)
    return revision


def find_revision(connection: Connection) -> str | None:
    """Return the version of a database's tables, None if it has none."""
    tables = inspect(connection)
    if tables.has_table("alembic_version"):
        return connection.execute(sql("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if connection.dialect.name == "sqlite":
        version = connection.execute(sql("PRAGMA user_version")).scalar_one()
        return f"{version:04}" if version else None
    return None


def _migrate_alone(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sql(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def _upgrade(connection: Connection, found: str | None, revision: str) -> None:
    # Not at the top: it takes as long to import as a server to start, and hardly ever is there something to do.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    if found is not None and not inspect(connection).has_table("alembic_version"):
        command.stamp(config, found)
    command.upgrade(config, revision)
    _note_version(connection, revision)


def _note_revision(connection: Connection) -> None:
    connection.execute(sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(sql("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
    _note_version(connection, HEAD)


def _note_version(connection: Connection, revision: str) -> None:
    # Where a server looks that is older than migrations are.
    if connection.dialect.name == "sqlite":
        connection.execute(sql(f"PRAGMA user_version = {int(revision)}"))


def _remake_derived(connection: Connection) -> None:
    """Drop the derived tables and make them anew if they are not as declared; whoever fills them begins at once."""
    wanted = {
        name: ", ".join(
            [
                *(f"{column.name} {column.type!r}" for column in table.columns),
                *sorted(str(i.name) for i in table.indexes),
            ]
        )
        for name, table in derived.tables.items()
    }
    made = {row.name: row.columns for row in connection.execute(select(shape.c.name, shape.c.columns))}
    if made == wanted:
        return
    for name in sorted({*made, *wanted}):
        connection.execute(sql(f'DROP TABLE IF EXISTS "{name}"'))
    derived.create_all(connection, checkfirst=False)
    connection.execute(shape.delete())
    connection.execute(insert(shape), [{"name": name, "columns": columns} for name, columns in wanted.items()])

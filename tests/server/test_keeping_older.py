"""`routebook backup` and `routebook move` read a book of an older version without changing it, and no newer one."""

import argparse
import asyncio
import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy
from sqlalchemy import Connection, MetaData

from routebook_server.backup.checking import UnfitBackupError, check_backup
from routebook_server.backup.lock import FileLock
from routebook_server.backup.restoring import restore_backup
from routebook_server.database import driver_of, open_database
from routebook_server.database.address import is_postgres, sqlite_address, sqlite_path
from routebook_server.database.migrating import HEAD, find_revision
from routebook_server.database.postgres import PostgresDatabase
from routebook_server.database.sqlite import reach_sqlite
from routebook_server.keeping import back_up, move
from routebook_server.opening import CommandError
from routebook_server.records.verify import bucket_names, verify_bucket
from routebook_server.settings import Settings
from server.test_backup import unseen
from server.test_migrating import begin_anew, upgrade

BOOK: Final = (Path(__file__).parents[1] / "compat" / "protocol_1" / "book.sql").read_text(encoding="utf-8")
RESTORED_MS: Final = 2_000_000_000_000
FIRST, BEFORE_TWO_BACKUPS, WITH_TWO_BACKUPS = "0001", "0005", "0008"
COUNTED: Final = ("record", "history", "replica", "verdict", "account", "device", "session")
"""Tables whose rows no migration makes or drops."""


def make_file(path: Path, revision: str = FIRST, journal: str = "delete") -> str:
    """Make the book of the first release, brought to the tables of ``revision``; return its address."""
    made = sqlite3.connect(path)
    made.executescript(BOOK)
    made.execute(f"PRAGMA journal_mode = {journal}")
    made.close()
    if revision != FIRST:
        engine = sqlalchemy.create_engine(sqlite_address(path))
        with engine.begin() as connection:
            upgrade(connection, revision, stamped=FIRST)
            connection.exec_driver_sql(f"PRAGMA user_version = {int(revision)}")
        engine.dispose()
    return sqlite_address(path)


async def make_rows(address: str, revision: str = FIRST) -> str:
    """Put the same book into a database of PostgreSQL; return its address."""
    with sqlite3.connect(":memory:") as origin:
        origin.executescript(BOOK)

        def fill(connection: Connection) -> None:
            begin_anew(connection)
            tables = MetaData()
            tables.reflect(connection)
            for table in tables.sorted_tables:
                if table.name == "alembic_version":
                    continue
                cursor = origin.execute(f"SELECT * FROM {table.name}")
                names = [column[0] for column in cursor.description]
                for row in cursor.fetchall():
                    values = dict(zip(names, row, strict=True))
                    values |= {"active": bool(values["active"])} if "active" in values else {}
                    connection.execute(table.insert().values(values))
            driver_of(connection).execute("SELECT setval('device_number_seq', 40)")
            if revision != FIRST:
                upgrade(connection, revision)

        database = PostgresDatabase(address)
        try:
            await database.write(fill, locking=True)
        finally:
            await database.close()
    origin.close()
    return address


async def make_book(address: str, revision: str = FIRST) -> str:
    if is_postgres(address):
        return await make_rows(address, revision)
    return make_file(sqlite_path(address), revision)


async def look(address: str, sql: str) -> list[Any]:
    """Return the version of a database as it lies there, and the rows of a query."""
    database = PostgresDatabase(address) if is_postgres(address) else reach_sqlite(sqlite_path(address))
    try:
        return await database.read(lambda found: [find_revision(found), *driver_of(found).fetch(sql)])
    finally:
        await database.close()


async def counts(address: str) -> list[Any]:
    """Return how many rows there are in each table."""
    [_revision, *rows] = await look(address, " UNION ALL ".join(f"SELECT count(*) FROM {name}" for name in COUNTED))
    return rows


async def faults(address: str) -> list[Any]:
    """Return what the checksums find, in the tables of this version."""
    database = open_database(address)
    try:
        return await database.read(
            lambda found: [fault for name in bucket_names(found) for fault in verify_bucket(found, name)]
        )
    finally:
        await database.close()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def backed_up(address: str, file: Path, data: Path) -> int:
    """Run `routebook backup`."""
    settings = Settings(data=data, database=address)
    return await asyncio.to_thread(back_up, settings, argparse.Namespace(file=file, files=None))


async def moved(source: str, target: str) -> int:
    """Run `routebook move`."""
    return await asyncio.to_thread(move, Settings(), argparse.Namespace(source=source, target=target))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Path]:
    """The file of a server of the first release, which runs."""
    path = tmp_path / "routebook.db"
    make_file(path, journal="wal")
    with FileLock(path):
        yield path


async def test_a_backup_beside_a_server_of_an_older_version_leaves_it_its_tables(running: Path, tmp_path: Path) -> None:
    before = digest(running)
    assert await backed_up("", tmp_path / "book.backup", tmp_path) == 0
    assert await look(sqlite_address(running), "PRAGMA user_version") == [FIRST, (1,)]
    assert digest(running) == before
    assert check_backup(tmp_path / "book.backup").records > 0


@pytest.mark.parametrize("revision", [FIRST, BEFORE_TWO_BACKUPS, WITH_TWO_BACKUPS])
async def test_a_backup_of_an_older_version_holds_all_of_it_and_is_restored(
    address: str, revision: str, tmp_path: Path
) -> None:
    backup, restored = tmp_path / "book.backup", sqlite_address(tmp_path / "restored.db")
    await make_book(address, revision)
    [seen, *_rows], held = await look(address, "SELECT 1"), await counts(address)
    assert seen == revision

    assert await backed_up(address, backup, tmp_path) == 0
    assert (await look(address, "SELECT 1"))[0] == revision
    assert (await look(sqlite_address(backup), "PRAGMA user_version")) == [revision, (int(revision),)]
    assert await counts(sqlite_address(backup)) == held
    await restore_backup(backup, restored, RESTORED_MS, unseen)
    assert (await look(restored, "SELECT 1"))[0] == HEAD
    assert await counts(restored) == held
    assert await faults(restored) == []


async def test_an_older_version_hears_what_the_backup_before_holds_as_far_as_it_knows_of_two(
    address: str, tmp_path: Path
) -> None:
    await make_book(address, WITH_TWO_BACKUPS)
    select = "SELECT covered, backed_up, pushed FROM replica ORDER BY device"
    [_revision, *before] = await look(address, select)
    for number in range(2):
        assert await backed_up(address, tmp_path / f"book.{number}", tmp_path) == 0
        [_revision, *rows] = await look(address, select)
        assert any(pushed > 0 for _covered, _backed_up, pushed in rows)
        assert rows == [(pushed if number else backed_up, pushed, pushed) for _covered, backed_up, pushed in before]


async def test_an_older_version_that_knows_of_one_backup_goes_by_what_it_told(address: str, tmp_path: Path) -> None:
    await make_book(address, BEFORE_TWO_BACKUPS)
    before = await look(address, "SELECT device, covered FROM replica ORDER BY device")
    assert await backed_up(address, tmp_path / "book.backup", tmp_path) == 0
    assert await look(address, "SELECT device, covered FROM replica ORDER BY device") == before


async def test_a_value_changed_in_a_backup_of_the_first_release_is_found(tmp_path: Path) -> None:
    backup = tmp_path / "book.backup"
    assert await backed_up(make_file(tmp_path / "old.db"), backup, tmp_path) == 0
    with sqlite3.connect(backup) as connection:
        connection.execute("UPDATE account SET role = 'administrator'")
    connection.close()
    with pytest.raises(UnfitBackupError, match="a value was changed"):
        check_backup(backup)


@pytest.mark.parametrize("journal", ["delete", "wal"])
async def test_a_file_of_an_older_version_is_moved_and_stays_as_it_was(journal: str, tmp_path: Path) -> None:
    path, target = tmp_path / "old.db", sqlite_address(tmp_path / "new.db")
    source = make_file(path, journal=journal)
    before, held = digest(path), await counts(source)
    assert digest(path) == before

    assert await moved(source, target) == 0
    assert digest(path) == before
    assert (await look(target, "PRAGMA user_version")) == [HEAD, (int(HEAD),)]
    assert await counts(target) == held
    assert await faults(target) == []


@pytest.mark.postgres
@pytest.mark.parametrize("revision", [FIRST, WITH_TWO_BACKUPS])
async def test_a_book_of_an_older_version_is_moved_to_postgres_and_from_there(
    revision: str, postgres_address: str, tmp_path: Path
) -> None:
    path, back = tmp_path / "old.db", sqlite_address(tmp_path / "back.db")
    source = make_file(path, revision)
    before, held = digest(path), await counts(source)
    with pytest.raises(CommandError, match=r"tables of a newer version .* are there already; name another database"):
        await moved(source, postgres_address)
    await forget_tables(postgres_address)
    assert await moved(source, postgres_address) == 0
    assert digest(path) == before
    assert (await look(postgres_address, "SELECT 1"))[0] == HEAD
    assert await counts(postgres_address) == held
    assert await faults(postgres_address) == []

    await make_rows(postgres_address, revision)
    last = "SELECT last_value FROM device_number_seq"
    known = await look(postgres_address, last)
    assert await moved(postgres_address, back) == 0
    assert await look(postgres_address, last) == known == [revision, (40,)]
    assert await counts(back) == held
    assert await faults(back) == []
    assert (await look(back, "SELECT seq FROM sqlite_sequence WHERE name = 'device'"))[1:] == [(40,)]


async def forget_tables(address: str) -> None:
    """Make a database of PostgreSQL one without any tables."""
    database = PostgresDatabase(address)

    def forget(connection: Connection) -> None:
        for sql in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
            driver_of(connection).execute(sql)

    try:
        await database.write(forget, locking=True)
    finally:
        await database.close()


async def test_a_target_of_an_older_version_that_is_empty_is_brought_to_this_one(address: str, tmp_path: Path) -> None:
    target, source = address, make_file(tmp_path / "source.db")
    assert await faults(source) == []  # it is of this version now
    if is_postgres(target):
        database = PostgresDatabase(target)
        await database.write(begin_anew, locking=True)
        await database.close()
    else:
        engine = sqlalchemy.create_engine(target)
        with engine.begin() as connection:
            upgrade(connection, FIRST)
        engine.dispose()
    assert await moved(source, target) == 0
    assert await counts(target) == await counts(source)
    assert await faults(target) == []


async def test_a_target_that_is_not_empty_stays_as_it_was(address: str, tmp_path: Path) -> None:
    await make_book(address)
    source = make_file(tmp_path / "source.db")
    before = await counts(address)
    with pytest.raises(CommandError, match="it is not empty"):
        await moved(source, address)
    assert (await look(address, "SELECT 1"))[0] == FIRST
    assert await counts(address) == before


async def test_a_book_of_a_newer_version_is_named_and_neither_backed_up_nor_moved(address: str, tmp_path: Path) -> None:
    await make_book(address)
    assert await faults(address) == []
    database = open_database(address)
    await database.write(lambda found: driver_of(found).execute("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    newer = r"test.*belongs to a newer version; update the server"
    with pytest.raises(CommandError, match=newer):
        await backed_up(address, tmp_path / "book.backup", tmp_path)
    with pytest.raises(CommandError, match=newer):
        await moved(address, sqlite_address(tmp_path / "new.db"))
    assert not (tmp_path / "book.backup").exists()
    assert (await look(address, "SELECT 1"))[0] == "9999"


@pytest.mark.parametrize(
    "run",
    [
        lambda address, target: backed_up(address, target, target.parent),
        lambda address, target: moved(address, sqlite_address(target)),
    ],
)
async def test_what_is_no_book_gets_no_tables(address: str, run: Any, tmp_path: Path) -> None:
    if is_postgres(address):
        await forget_tables(address)
    else:
        sqlite_path(address).touch()
    with pytest.raises(CommandError, match=r"test.*: there are no tables of Routebook in it"):
        await run(address, tmp_path / "new")
    assert (await look(address, "SELECT 1"))[0] is None
    assert not (tmp_path / "new").exists()

"""A restore that cannot learn from the former book who lost rights since the backup is done, and says so."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest

from routebook_server.backup.restoring import restore_backup
from routebook_server.backup.taking import remove_database, take_backup
from routebook_server.database import driver_of, open_database
from routebook_server.database.address import is_postgres, sqlite_address, sqlite_path
from routebook_sync.entities.person import Role
from server.process import Process, process
from server.team import MAREK, open_house
from server.test_backup import RESTORED_MS, signed_in_device, unseen

__all__ = ["process"]
Spoil: TypeAlias = Callable[[str], Coroutine[Any, Any, None]]
HAS_AGAIN = "who lost rights, devices or passwords since the backup has them again"
PUT_ASIDE = "What was there before is now "


async def run_sql(address: str, sql: str) -> None:
    """Run one statement, past all that the server knows."""
    if is_postgres(address):
        connection = await asyncpg.connect(address)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()
        return
    with contextlib.closing(sqlite3.connect(sqlite_path(address))) as opened, opened:
        opened.execute(sql)


async def forget(address: str) -> None:
    """Let the address be one at which nothing ever was."""
    if is_postgres(address):
        await run_sql(address, "DROP SCHEMA public CASCADE")
        await run_sql(address, "CREATE SCHEMA public")
        return
    remove_database(sqlite_path(address))


async def let_be_without_bytes(address: str) -> None:
    """Let there be a file in which nothing is."""
    await forget(address)
    sqlite_path(address).touch()


async def let_be_without_rows(address: str) -> None:
    """Let there be what a server makes at its first start."""
    await forget(address)
    await open_database(address).close()


async def let_be_newer(address: str) -> None:
    """Let a newer version have had it."""
    await run_sql(address, "UPDATE alembic_version SET version_num = '9999'")


async def spoil_a_person(address: str) -> None:
    """Let one person's record be no JSON any more."""
    await run_sql(address, "UPDATE record SET doc = substr(doc, 2) WHERE kind = 'person'")


async def lose_a_table(address: str) -> None:
    """Let a table be gone."""
    await run_sql(address, "DROP TABLE cover")


UNREADABLE: dict[str, Spoil] = {
    "of a newer version": let_be_newer,
    "one person spoilt": spoil_a_person,
    "a table lost": lose_a_table,
}


def backed_up(process: Process, address: str, folder: Path) -> str:
    """Return the backup of a book in which there is one person."""
    process.environment |= {"ROUTEBOOK_DATABASE": address}
    backup = str(folder / "book.backup")
    for done in (process.add_person(), process.run("backup", backup)):
        assert done.returncode == 0, done.stderr
    return backup


@pytest.mark.parametrize("empty", [forget, let_be_without_rows])
def test_a_restore_where_there_was_no_book_says_that_who_lost_rights_has_them_again(
    process: Process, address: str, tmp_path: Path, empty: Spoil
) -> None:
    backup = backed_up(process, address, tmp_path)
    asyncio.run(empty(address))
    done = process.run("restore", backup)
    assert done.returncode == 0, done.stderr
    assert f"The former database is empty, or there was none: {HAS_AGAIN}" in done.stdout


def test_a_restore_over_a_file_without_bytes_says_so_too(process: Process, tmp_path: Path) -> None:
    address = sqlite_address(tmp_path / "test.db")
    backup = backed_up(process, address, tmp_path)
    asyncio.run(let_be_without_bytes(address))
    done = process.run("restore", backup)
    assert done.returncode == 0, done.stderr
    assert HAS_AGAIN in done.stdout


def test_a_restore_over_another_organisations_book_says_so_too(process: Process, address: str, tmp_path: Path) -> None:
    backup = backed_up(process, address, tmp_path)
    asyncio.run(forget(address))
    assert process.add_person().returncode == 0
    done = process.run("restore", backup)
    assert done.returncode == 0, done.stderr
    assert f"The former database is another organisation's: {HAS_AGAIN}" in done.stdout
    assert PUT_ASIDE in done.stdout


@pytest.mark.parametrize("spoil", UNREADABLE.values(), ids=UNREADABLE)
def test_a_former_book_that_cannot_be_read_is_put_aside_and_the_restore_says_so(
    process: Process, address: str, tmp_path: Path, spoil: Spoil
) -> None:
    backup = backed_up(process, address, tmp_path)
    asyncio.run(spoil(address))
    done = process.run("restore", backup)
    assert done.returncode == 0, done.stderr
    assert f"The former database cannot be read: {HAS_AGAIN}" in done.stdout
    assert PUT_ASIDE in done.stdout
    assert process.run("verify").returncode == 0


def test_a_restore_that_knows_who_lost_rights_says_nothing_of_them(
    process: Process, address: str, tmp_path: Path
) -> None:
    backup = backed_up(process, address, tmp_path)
    done = process.run("restore", backup)
    assert done.returncode == 0, done.stderr
    assert HAS_AGAIN not in done.stdout


async def test_a_former_book_of_an_older_version_is_read_and_put_aside_as_it_was(address: str, tmp_path: Path) -> None:
    backup = tmp_path / "book.backup"
    async with open_house(tmp_path / "data", database=address) as house:
        administrator, _ = await signed_in_device(house, "administrator")
        await take_backup(house.application.database, backup, unseen)
        changed = await administrator.patch(f"/api/people/{MAREK}", json={"active": False})
        assert changed.status_code < 300, changed.text
    await run_sql(address, "UPDATE alembic_version SET version_num = '0008'")
    for table in ("road_leg", "reminded_until"):
        await run_sql(address, f"DROP TABLE {table}")
    for column in ("id", "stamp"):
        await run_sql(address, f"ALTER TABLE verdict DROP COLUMN {column}")
    await run_sql(address, "DROP TABLE held_record")
    await run_sql(address, "DROP INDEX held_by_device")
    await run_sql(address, "CREATE INDEX ix_held_device ON held (device)")
    restored = await restore_backup(backup, address, RESTORED_MS, unseen)
    async with open_house(tmp_path / "data", again=True, database=address) as house:
        everybody = (await (await house.signed_in("administrator")).get("/api/people")).json()
        assert [one["active"] for one in everybody if one["person"] == MAREK] == [False]
    assert await version_of(address, restored.former) == "0008"


async def version_of(address: str, former: str) -> str:
    """Return the version of the tables that were put aside."""
    if not is_postgres(address):
        with contextlib.closing(sqlite3.connect(former)) as opened:
            found: Any = opened.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(found[0])
    database = open_database(address)
    try:
        schema = former.removeprefix("schema ")
        [(version,)] = await database.read(
            lambda connection: driver_of(connection).fetch(f"SELECT version_num FROM {schema}.alembic_version")
        )
    finally:
        await database.close()
    return str(version)


async def test_the_devices_of_another_organisation_say_nothing_of_those_in_the_backup(
    address: str, tmp_path: Path
) -> None:
    backup = tmp_path / "book.backup"
    async with open_house(tmp_path / "data", database=address) as house:
        phone, device = await signed_in_device(house)
        await take_backup(house.application.database, backup, unseen)
    await run_sql(address, "UPDATE organisation SET id = '00000000000000000000000000'")
    await run_sql(address, "UPDATE device SET revoked_at = 1, wiped_at = 1")
    await restore_backup(backup, address, RESTORED_MS, unseen)
    async with open_house(tmp_path / "data", again=True, database=address) as house:
        again = house.client()
        again.cookies = phone.cookies
        answer = (await again.get("/api/session")).json()
        assert (answer["device"], Role(answer["role"])) == (device, Role.REP)

"""Backup, restore and move: nothing is lost, nothing comes back that was shut out, and a bad file is never trusted."""

import asyncio
import contextlib
import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import asyncpg
import msgspec
import pytest
from sqlalchemy import Connection

from routebook_server.backup import copying, taking
from routebook_server.backup.checking import UnfitBackupError, check_backup
from routebook_server.backup.copying import CopyError, copied_tables, copy_rows, read_last_number
from routebook_server.backup.lock import FileLock, LockedError
from routebook_server.backup.restoring import DEVICES_APART, restore_backup
from routebook_server.backup.taking import take_backup
from routebook_server.database import Database, SqliteDatabase, driver_of, open_database, open_sqlite, postgres
from routebook_server.database.address import is_postgres, sqlite_address, sqlite_path
from routebook_server.database.migrating import HEAD
from routebook_server.database.postgres import reach_postgres
from routebook_server.records.store import Values
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.messages import SyncReply
from server.team import MAREK, NORTH, START_MS, House, make_id, open_house

RESTORED_MS = START_MS + 86_400_000
MAY_REST_MS = 2_000
"""Far more than a busy machine takes for a statement of its own, so that only the step that is made slow takes it."""
YOUNG = f"""SELECT count(*) > 0 AND max(now() - state_change) < interval '{MAY_REST_MS + 500} ms' FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle in transaction'"""
"""Whether a transaction rests, and none for longer than it may."""


def unseen(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def customer(number: int) -> Values:
    made = make_id(10_000 + number)
    return Values("customer", made, made, {"name": f"Customer {number}", "territory": NORTH})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("book*"))


async def number_of_customers(database: Database) -> int:
    def count(connection: Connection) -> int:
        [found] = driver_of(connection).fetch_one("SELECT count(*) FROM record WHERE kind = 'customer'") or (0,)
        return int(found)

    return await database.read(count)


async def sync(client: Any, device: int, **changed: Any) -> SyncReply:
    request = {"protocol": 2, "schema": "", "device": device, "now": START_MS, **changed}
    answer = await client.post("/sync", json=request)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=SyncReply)


async def signed_in_device(house: House, role: str = "rep") -> tuple[Any, int]:
    client = await house.signed_in(role)
    return client, (await client.get("/api/session")).json()["device"]


def note(number: int, device: int) -> dict[str, Any]:
    return {
        "n": number,
        "kind": "setting",
        "id": make_id(20_000 + number),
        "root": MAREK,
        "v": {"name": f"view {number}", "value": number},
        "at": stamp_from_clock(Clock(START_MS, number, device)),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose data no house has been in."""
    return tmp_path / "data"


async def test_a_backup_taken_while_others_write_is_whole_and_holds_what_was_there_before(
    folder: Path, address: str, tmp_path: Path
) -> None:
    async with open_house(folder, database=address) as house:
        store, database = house.application.store, house.application.database
        await store.edit([customer(number) for number in range(300)])
        is_over = asyncio.Event()

        async def write() -> int:
            number = 300
            while not is_over.is_set():
                await store.edit([customer(number)])
                number += 1
            return number

        writing = asyncio.create_task(write())
        taken = await take_backup(database, tmp_path / "book.backup", unseen)
        is_over.set()
        written = await writing
    found = check_backup(tmp_path / "book.backup")
    assert found == taken
    with contextlib.closing(sqlite3.connect(tmp_path / "book.backup")) as copy:
        [(customers,)] = copy.execute("SELECT count(*) FROM record WHERE kind = 'customer'")
    assert 300 <= customers <= written
    assert (tmp_path / "book.backup").stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["book.backup"]


async def test_a_device_hears_how_far_its_edits_are_in_both_of_the_two_newest_backups(
    folder: Path, address: str, tmp_path: Path
) -> None:
    async with open_house(folder, database=address) as house:
        client, device = await signed_in_device(house)
        await sync(client, device, edits=[note(1, device), note(2, device)])
        heard = []
        for number in range(3, 6):
            await take_backup(house.application.database, tmp_path / f"book.{number}", unseen)
            heard.append((await sync(client, device, edits=[note(number, device)])).covered)
        assert heard == [0, 2, 3]
        await take_backup(house.application.database, tmp_path / "book.6", unseen)
        await take_backup(house.application.database, tmp_path / "book.7", unseen)
        assert (await sync(client, device)).covered == 5, "both of the last two hold everything"


async def test_the_backup_before_the_one_restored_can_be_restored_as_well(
    folder: Path, address: str, tmp_path: Path
) -> None:
    async with open_house(folder, database=address) as house:
        client, device = await signed_in_device(house)
        for number in range(1, 4):
            await sync(client, device, edits=[note(number, device)])
            await take_backup(house.application.database, tmp_path / f"book.{number}", unseen)
    heard = []
    for number in (3, 2, 1):
        await restore_backup(tmp_path / f"book.{number}", address, RESTORED_MS - number, unseen)
        async with open_house(folder, again=True, database=address) as house:
            again = house.client()
            again.cookies = client.cookies
            reply = await sync(again, device)
            heard.append((reply.pushed, reply.covered))
    assert heard == [(3, 2), (2, 1), (1, 0)]


async def test_a_restored_server_begins_new_epochs_and_keeps_out_whoever_was_shut_out_since(
    folder: Path, address: str, tmp_path: Path
) -> None:
    backup = tmp_path / "book.backup"
    async with open_house(folder, database=address) as house:
        client, device = await signed_in_device(house)
        _other, stolen = await signed_in_device(house)
        before = await sync(client, device, edits=[note(1, device)])
        await take_backup(house.application.database, backup, unseen)
        await sync(client, device, edits=[note(2, device)])
        await house.application.store.edit([customer(1)])
        _late, last_device = await signed_in_device(house, "other_rep")
        administrator, _ = await signed_in_device(house, "administrator")
        assert (await administrator.delete(f"/api/devices/{stolen}")).status_code < 300
    restored = await restore_backup(backup, address, RESTORED_MS, unseen)
    assert restored.former
    async with open_house(folder, again=True, database=address) as house:
        assert await number_of_customers(house.application.database) == 0
        again = house.client()
        again.cookies = client.cookies
        reply = await sync(again, device, cursors=before.cursors, ack=2)
        assert (reply.pushed, reply.covered) == (1, 0)
        assert {epoch for epoch, _seq in reply.cursors.values()} == {RESTORED_MS}, (
            "also of a bucket that it has not yet"
        )
        assert {asked.bucket for asked in reply.control if asked.control == "reset"} == {
            bucket for bucket, (_epoch, seq) in before.cursors.items() if seq
        }
        # What the device offers again is taken as on the first day.
        assert (await sync(again, device, edits=[note(2, device)])).pushed == 2
        _new, number = await signed_in_device(house, "other_rep")
        assert number > last_device + DEVICES_APART
        revoked = await house.application.database.read(
            lambda connection: driver_of(connection).fetch("SELECT number FROM device WHERE revoked_at IS NOT NULL")
        )
        assert (stolen,) in revoked


async def test_a_restore_whose_clock_went_back_begins_a_later_epoch_all_the_same(
    folder: Path, address: str, tmp_path: Path
) -> None:
    early, late = tmp_path / "book.backup", tmp_path / "book.late"
    async with open_house(folder, database=address) as house:
        await take_backup(house.application.database, early, unseen)
    await restore_backup(early, address, RESTORED_MS, unseen)
    async with open_house(folder, again=True, database=address) as house:
        client, device = await signed_in_device(house)
        before = await sync(client, device)
        await take_backup(house.application.database, late, unseen)
    for number, backup in enumerate((early, late), 1):
        await restore_backup(backup, address, RESTORED_MS - 3_600_000 + number, unseen)
        assert await epochs(address) == {RESTORED_MS + number}, "above that of the book which it replaces"
    await forget_everything(address)
    await restore_backup(late, address, RESTORED_MS - 3_600_000, unseen)
    assert await epochs(address) == {RESTORED_MS + 1}, "above that of the backup"
    async with open_house(folder, again=True, database=address) as house:
        again = house.client()
        again.cookies = client.cookies
        assert (await sync(again, device, cursors=before.cursors)).cursors["shared"][0] == RESTORED_MS + 1


async def epochs(address: str) -> set[int]:
    """Return the epochs of all buckets."""
    database = open_database(address)
    try:
        found = await database.read(lambda connection: driver_of(connection).fetch("SELECT epoch FROM bucket"))
    finally:
        await database.close()
    return {epoch for (epoch,) in found}


async def forget_everything(address: str) -> None:
    """Let the database be one that knows of no life, as on another machine."""
    database = open_database(address)
    try:
        await database.write(lambda connection: driver_of(connection).execute("DELETE FROM bucket"))
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-4096]), "SQLite"),
        (lambda path: path.write_bytes(b"SQLite format 3" + b"x" * 5_000), "SQLite"),
        (lambda path: path.write_text("not a database at all, but long enough to be read" * 99), "SQLite"),
        (lambda path: path.write_bytes(b""), "no database of Routebook"),
        (lambda path: path.unlink(), "no such file"),
        (lambda path: change(path, "UPDATE record SET sum = sum + 1 WHERE kind = 'person'"), "checksums"),
        (lambda path: change(path, "DELETE FROM record WHERE kind = 'person'"), "checksums"),
        (
            lambda path: change(path, "UPDATE record SET doc = replace(doc, 'Marek', 'Mraek') WHERE kind = 'person'"),
            "a value was changed",
        ),
        (lambda path: change(path, "UPDATE account SET role = 'administrator'"), "a value was changed"),
        (lambda path: change(path, "INSERT INTO sqlite_sequence VALUES ('device', 0)"), "a value was changed"),
        (lambda path: change(path, "DROP TABLE backup_seal"), "a value was changed"),
        (lambda path: change(path, "UPDATE alembic_version SET version_num = '9999'"), "newer version"),
    ],
    ids=[
        *("cut short", "a header alone", "prose", "empty", "gone", "a sum changed", "rows lost"),
        *("a letter", "a role", "a counter", "no seal", "newer"),
    ],
)
async def test_a_file_that_cannot_be_relied_upon_is_not_restored_and_nothing_changes(
    folder: Path, tmp_path: Path, spoil: Callable[[Path], Any], reason: str
) -> None:
    backup = tmp_path / "book.backup"
    address = sqlite_address(folder / "routebook.db")
    async with open_house(folder) as house:
        await take_backup(house.application.database, backup, unseen)
        await house.application.store.edit([customer(1)])
    spoil(backup)
    with pytest.raises(UnfitBackupError, match=reason):
        await restore_backup(backup, address, RESTORED_MS, unseen)
    async with open_house(folder) as house:
        assert await number_of_customers(house.application.database) == 1


async def test_a_database_that_a_restore_put_aside_can_be_restored_as_it_was(folder: Path, tmp_path: Path) -> None:
    backup = tmp_path / "book.backup"
    address = sqlite_address(folder / "routebook.db")
    async with open_house(folder) as house:
        await take_backup(house.application.database, backup, unseen)
        await house.application.store.edit([customer(1)])
    restored = await restore_backup(backup, address, RESTORED_MS, unseen)
    async with open_house(folder) as house:
        assert await number_of_customers(house.application.database) == 0
    again = await restore_backup(Path(restored.former), address, RESTORED_MS + 1, unseen)
    async with open_house(folder) as house:
        assert await number_of_customers(house.application.database) == 1
    # Anywhere else it might have been changed on the way, and is proved by nothing.
    elsewhere = Path(shutil.copy(again.former, tmp_path))
    with pytest.raises(UnfitBackupError, match="on the way"):
        await restore_backup(elsewhere, address, RESTORED_MS + 2, unseen)


async def test_what_a_database_that_was_put_aside_has_in_its_log_alone_comes_back(folder: Path, tmp_path: Path) -> None:
    backup, book = tmp_path / "book.backup", folder / "routebook.db"
    async with open_house(folder) as house:
        await take_backup(house.application.database, backup, unseen)
        await house.application.store.edit([customer(1)])
        shutil.copytree(folder, tmp_path / "killed")
    shutil.copytree(tmp_path / "killed", folder, dirs_exist_ok=True)
    assert (folder / "routebook.db-wal").stat().st_size > 0
    restored = await restore_backup(backup, sqlite_address(book), RESTORED_MS, unseen)
    await restore_backup(Path(restored.former), sqlite_address(book), RESTORED_MS + 1, unseen)
    async with open_house(folder) as house:
        assert await number_of_customers(house.application.database) == 1


async def test_a_disk_without_links_keeps_a_copy_of_what_was_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = tmp_path / "book.backup"
    async with open_house(folder) as house:
        await take_backup(house.application.database, backup, unseen)
        await house.application.store.edit([customer(1)])

    def refuse(*_names: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    address = sqlite_address(folder / "routebook.db")
    restored = await restore_backup(backup, address, RESTORED_MS, unseen)
    await restore_backup(Path(restored.former), address, RESTORED_MS + 1, unseen)
    async with open_house(folder) as house:
        assert await number_of_customers(house.application.database) == 1


def change(path: Path, sql: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(sql)
    connection.close()


async def test_an_interrupted_backup_leaves_nothing_behind(folder: Path, address: str, tmp_path: Path) -> None:
    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    async with open_house(folder, database=address) as house:
        with pytest.raises(KeyboardInterrupt):
            await take_backup(house.application.database, tmp_path / "book.backup", interrupt)
        assert names(tmp_path) == []
        await take_backup(house.application.database, tmp_path / "book.backup", unseen)


async def test_a_backup_never_overwrites_another_one(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "book.backup").write_text("last year's")
    async with open_house(folder) as house:
        with pytest.raises(FileExistsError):
            await take_backup(house.application.database, tmp_path / "book.backup", unseen)
    assert (tmp_path / "book.backup").read_text() == "last year's"


async def test_nothing_is_restored_under_a_running_server(folder: Path, address: str, tmp_path: Path) -> None:
    backup = tmp_path / "book.backup"
    async with open_house(folder, database=address) as house:
        await take_backup(house.application.database, backup, unseen)
        await house.application.database.read(lambda _connection: None)
        lock = FileLock(sqlite_path(address)) if not is_postgres(address) else None
        if lock is not None:
            lock.take()  # as `routebook serve` does
        with pytest.raises(LockedError):
            await restore_backup(backup, address, RESTORED_MS, unseen)
        if lock is not None:
            lock.release()
    await restore_backup(backup, address, RESTORED_MS, unseen)


async def test_a_backup_of_the_first_released_version_is_brought_to_this_one(tmp_path: Path) -> None:
    backup, target = tmp_path / "old.backup", tmp_path / "new" / "routebook.db"
    made = sqlite3.connect(backup)
    made.executescript((Path(__file__).parents[1] / "compat" / "protocol_1" / "book.sql").read_text())
    made.close()
    await restore_backup(backup, sqlite_address(target), RESTORED_MS, unseen)
    found = check_backup(target, sealed=False)
    with sqlite3.connect(target) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
    connection.close()
    assert found.records > 0


@pytest.mark.postgres
async def test_a_book_moved_to_postgres_and_back_is_equal_row_by_row(
    folder: Path, postgres_address: str, tmp_path: Path
) -> None:
    async with open_house(folder) as house:
        client, device = await signed_in_device(house)
        await sync(client, device, edits=[note(number, device) for number in range(1, 4)])
        await house.application.store.edit([customer(number) for number in range(50)])
    origin, back = open_sqlite(folder / "routebook.db"), open_sqlite(tmp_path / "back.db")
    middle = open_database(postgres_address)
    try:
        count = await middle.write(
            lambda into: origin.read_now(lambda rows: copy_rows(rows, into, unseen)), locking=True
        )
        assert count == await middle.read(lambda rows: back.write_now(lambda into: copy_rows(rows, into, unseen)))
        assert dump(back) == dump(origin)
        assert await middle.read(lambda connection: read_last_number(connection, "device")) == device
        with pytest.raises(CopyError, match="not empty"):
            await middle.write(lambda into: origin.read_now(lambda rows: copy_rows(rows, into, unseen)), locking=True)
    finally:
        await middle.close()
        origin.close_now()
        back.close_now()


@pytest.mark.postgres
@pytest.mark.parametrize("slow", [(taking, "make_tables"), (copying, "require_equal")], ids=["its tables", "its proof"])
async def test_a_book_is_backed_up_from_postgres_though_a_step_takes_longer_than_a_transaction_may_rest(
    folder: Path, postgres_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: tuple[ModuleType, str]
) -> None:
    step = getattr(*slow)

    async def rested() -> None:
        """Wait until the copied transaction has rested for longer than it may, or PostgreSQL has ended it."""
        watch = await asyncpg.connect(postgres_address)
        try:
            while await watch.fetchval(YOUNG):
                pass
        finally:
            await watch.close()

    def go_slowly(*given: Any) -> None:
        with ThreadPoolExecutor(1) as elsewhere:  # copying holds the loop of this thread
            elsewhere.submit(lambda: asyncio.run(rested())).result()
        step(*given)

    async with open_house(folder, database=postgres_address) as house:
        await house.application.store.edit([customer(1)])
    monkeypatch.setitem(postgres.SESSION, "idle_in_transaction_session_timeout", f"{MAY_REST_MS}ms")
    monkeypatch.setattr(*slow, go_slowly)
    database = await reach_postgres(postgres_address)
    try:
        await take_backup(database, tmp_path / "book", unseen)
    finally:
        await database.close()
    assert check_backup(tmp_path / "book").records > 0


async def test_a_copy_in_which_one_value_is_another_is_none(folder: Path, tmp_path: Path) -> None:
    async with open_house(folder) as house:
        await house.application.store.edit([customer(1)])
    origin, copy = open_sqlite(folder / "routebook.db"), open_sqlite(tmp_path / "copy.db")

    def copy_badly(into: Connection) -> int:
        def spoil(done: int, total: int) -> None:
            if done == total:
                driver_of(into).execute("UPDATE account SET role = 'rep'")

        return origin.read_now(lambda rows: copy_rows(rows, into, spoil))

    try:
        with pytest.raises(CopyError, match="account"):
            copy.write_now(copy_badly)
    finally:
        origin.close_now()
        copy.close_now()


def dump(database: SqliteDatabase) -> dict[str, list[tuple[Any, ...]]]:
    def read(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
        driver = driver_of(connection)
        return {table.name: sorted(driver.fetch(f"SELECT * FROM {table.name}"), key=repr) for table in copied_tables()}

    return database.read_now(read)

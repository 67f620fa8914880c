"""Taking a backup of a running server's database: a consistent copy, proved before anybody relies on it."""

import asyncio
import os
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from routebook_server.backup.checking import Checked, UnfitBackupError, check_backup
from routebook_server.backup.copying import Progress, copy_rows, let_rest
from routebook_server.backup.sealing import seal
from routebook_server.database import Database, SqliteDatabase, driver_of
from routebook_server.database.migrating import HEAD, find_revision, make_tables, require_tables
from routebook_server.database.sqlite import reach_sqlite

_TWO_BACKUPS_SINCE: Final = "0006"
"""The first version of the tables with room for what the newest backup holds beside what both of the newest two do."""
_UNFINISHED: Final = ".part"
_LOOKS_EVERY_S: Final = 0.2


async def take_backup(database: Database, target: Path, progress: Progress) -> Checked:
    """Write what the database holds to the file ``target``, which must not exist, and prove it; the server may run on.

    Its tables may be of an older version, whose server runs: they stay so, and are so in the backup. Then each device
    hears how far its edits are in the backup before (SPEC R48). Interrupted, it leaves nothing behind.
    FileExistsError, OSError, UnfitBackupError, CopyError, NewerDatabaseError, UnfitDatabaseError.
    """
    await database.read(require_tables)
    unfinished = _begin(target)
    try:
        if isinstance(database, SqliteDatabase):
            await _vacuum_into(database, unfinished, progress)
        else:
            await _copy_into(database, unfinished, progress)
        seal(unfinished)
        found = check_backup(unfinished)
        reach_disk(unfinished)
        unfinished.rename(target)
        reach_disk(target.parent)
    finally:
        remove_database(unfinished)
    await database.write(lambda connection: _note_where_known(connection, found.pushed_by_device))
    return found


def _begin(target: Path) -> Path:
    """Make the empty file that becomes the backup once it is whole."""
    if target.exists():
        raise FileExistsError(target)
    unfinished = target.with_name(target.name + _UNFINISHED)
    remove_database(unfinished)
    # Everybody's password hashes are in it.
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return unfinished


def note_cover(connection: Connection, pushed_by_device: dict[int, int]) -> None:
    """Write down how far a backup holds each device's edits; it may forget those that the one before holds (SPEC R48).

    So either of the two newest can be restored: a file that nobody has needed yet may be the one that cannot be read.
    """
    driver = driver_of(connection)
    for device, pushed in sorted(pushed_by_device.items()):
        driver.execute(
            "UPDATE replica SET covered = backed_up, backed_up = ? WHERE device = ? AND backed_up <= ?",
            pushed,
            device,
            pushed,
        )


def _note_where_known(connection: Connection, pushed_by_device: dict[int, int]) -> None:
    """Do so unless the tables have no room for two backups, or are newer by now: devices keep more than they need."""
    if _TWO_BACKUPS_SINCE <= (find_revision(connection) or "") <= HEAD:
        note_cover(connection, pushed_by_device)


async def _vacuum_into(database: SqliteDatabase, target: Path, progress: Progress) -> None:
    """Copy in one reading transaction: writers go on, and what they write from here on is not in the copy."""
    connection = sqlite3.connect(str(database.engine.url.database), check_same_thread=False)
    try:
        pages, size = (connection.execute(f"PRAGMA page_{name}").fetchone()[0] for name in ("count", "size"))
        copying = asyncio.ensure_future(asyncio.to_thread(connection.execute, "VACUUM INTO ?", (str(target),)))
        try:
            while not copying.done():
                await asyncio.wait({copying}, timeout=_LOOKS_EVERY_S)
                progress(min(pages, _size(target) // size), pages)
        except BaseException:
            connection.interrupt()
            await asyncio.wait({copying})
            copying.exception()
            raise
        await copying
    except sqlite3.Error as error:
        raise UnfitBackupError(str(error)) from error
    finally:
        connection.close()


async def _copy_into(database: Database, target: Path, progress: Progress) -> None:
    """Copy from one snapshot, row by row, into tables of the same version."""
    copy = reach_sqlite(target)

    def copy_all(source: Connection, into: Connection) -> int:
        let_rest(source)
        make_tables(into, require_tables(source))
        return copy_rows(source, into, progress)

    try:
        await database.read(lambda source: copy.write_now(lambda into: copy_all(source, into)))
    finally:
        copy.close_now()


def _size(path: Path) -> int:
    return path.stat().st_size


def remove_database(path: Path) -> None:
    """Remove a database's file and what may lie beside it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def reach_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

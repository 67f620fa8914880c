"""Restoring a backup: the server goes back in time, and its devices are told, so that they bring what is missing."""

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Connection

from routebook_server.backup.aside import find_hindrance, put_aside
from routebook_server.backup.bans import Bans, Former, bans_for, compare, last_epoch, look_at, shut_out
from routebook_server.backup.checking import check_backup
from routebook_server.backup.copying import Progress, copy_rows, let_rest, read_last_number, write_last_number
from routebook_server.backup.lock import FileLock, LockedError, count_others, require_alone
from routebook_server.backup.sealing import break_seal
from routebook_server.backup.taking import reach_disk, remove_database
from routebook_server.backup.withdrawing import Withdrawn, withdraw
from routebook_server.database import (
    Database,
    DeniedDatabaseError,
    UnavailableDatabaseError,
    driver_of,
    open_sqlite,
)
from routebook_server.database.address import is_postgres, sqlite_path
from routebook_server.database.migrating import migrate
from routebook_server.database.sqlite import reach_sqlite
from routebook_server.identity.accounts import find_organisation
from routebook_server.records.verify import bucket_names, verify_bucket
from routebook_server.reminders.minute import forget_minute

DEVICES_APART: Final = 1_000
"""Numbers left out after a restore: devices that came after the backup have them, and stamps that bear them."""
_UNFINISHED: Final = ".restoring"


def begin_new_life(connection: Connection, now_ms: int, bans: Bans) -> Withdrawn:
    """Make a restored database one that its devices recognise as another: every bucket begins a new epoch (SPEC R32).

    ``now_ms`` becomes the epoch: no restore before had it. Where a clock went back it is one above every epoch known:
    no life has that of another. Covered is what the backup before this one holds: it may be next.
    """
    driver = driver_of(connection)
    driver.execute("UPDATE bucket SET epoch = ?", max(now_ms, last_epoch(connection) + 1, bans.last_epoch + 1))
    driver.execute("UPDATE replica SET covered = backed_up, backed_up = pushed")
    last = max(read_last_number(connection, "device"), bans.last_device)
    write_last_number(connection, "device", last + DEVICES_APART)
    forget_minute(connection)
    withdrawn = withdraw(connection, bans.rights)
    shut_out(connection, bans)
    for name in bucket_names(connection):
        # A backup of an older version came without checksums.
        verify_bucket(connection, name, mend=True)
    return withdrawn


class Restored(msgspec.Struct, frozen=True):
    """What a restore did."""

    former: str
    """Where the former database is now; "" where there was none."""
    withdrawn: Withdrawn
    knew: Former
    """Whether the former database tells who lost rights since the backup: else they hold them again."""


async def restore_backup(backup: Path, address: str, now_ms: int, progress: Progress) -> Restored:
    """Put a backup in place of the database at ``address``, whose server must be stopped.

    The former database is put aside, not removed; until the very last step it stays whole and in place, so that an
    interrupted restore changes nothing. LockedError, UnfitBackupError, CopyError, OSError, DeniedDatabaseError, and
    what reaching a database raises; not what reading the former one does.
    """
    check_backup(backup, sealed=not _is_former(backup, address))
    if is_postgres(address):
        return await _restore_postgres(backup, address, now_ms, progress)
    target = sqlite_path(address)
    ready = target.with_name(target.name + _UNFINISHED)
    with FileLock(target):
        remove_database(ready)
        try:
            knew, withdrawn = _prepare(backup, ready, now_ms, _bans_of_file(target))
            former = _replace_file(target, ready, now_ms)
            return Restored(str(former or ""), withdrawn, knew)
        finally:
            remove_database(ready)


async def _restore_postgres(backup: Path, address: str, now_ms: int, progress: Progress) -> Restored:
    # Not at the top: a server on SQLite needs none of it.
    from routebook_server.database.postgres import reach_postgres  # noqa: PLC0415

    database = await reach_postgres(address)
    try:
        # By the connection that looks for others: one for reading would be another.
        if hindrance := await database.write(find_hindrance, locking=True):
            raise DeniedDatabaseError(hindrance)
        await require_alone(database)
        with tempfile.TemporaryDirectory() as folder:
            ready = Path(folder) / "ready.db"
            knew, withdrawn = _prepare(backup, ready, now_ms, await _bans_of_rows(database))
            return Restored(await _replace_rows(database, ready, f"before_{now_ms}", progress), withdrawn, knew)
    finally:
        await database.close()


def _is_former(backup: Path, address: str) -> bool:
    """Tell whether a file is a database that a restore put aside here: never sealed, it never left its folder."""
    if is_postgres(address):
        return False
    target, found = sqlite_path(address).resolve(), backup.resolve()
    return found.parent == target.parent and bool(re.fullmatch(rf"{re.escape(target.name)}\.before-\d+", found.name))


def _prepare(backup: Path, ready: Path, now_ms: int, bans: Bans | None) -> tuple[Former, Withdrawn]:
    """Make a copy of the backup into what will be served: of this version, in a new life, proved."""
    for ending in ("", "-wal"):
        part = backup.with_name(backup.name + ending)
        if part.exists():  # what a database that was put aside has in its log alone is its own
            copy = ready.with_name(ready.name + ending)
            shutil.copyfile(part, copy)
            copy.chmod(0o600)
    break_seal(ready)
    database = open_sqlite(ready)
    try:
        organisation = database.read_now(find_organisation)
        knew = compare(bans, "" if organisation is None else organisation.id)
        counting = bans_for(knew, bans)
        withdrawn = database.write_now(lambda connection: begin_new_life(connection, now_ms, counting))
        database.checkpoint_now()
    finally:
        database.close_now()
    check_backup(ready, sealed=False)
    return knew, withdrawn


def _bans_of_file(path: Path) -> Bans | None:
    """Return who is let in no more by the present database; None where there is one that cannot be read."""
    if not path.exists():
        return Bans()
    database = reach_sqlite(path)
    try:
        return database.write_now(look_at)
    except Exception:  # noqa: BLE001 - whatever is wrong with it may be why there is a restore at all
        return None
    finally:
        database.close_now()


async def _bans_of_rows(database: Database) -> Bans | None:
    """Return the same of a database of PostgreSQL; UnavailableDatabaseError, DeniedDatabaseError."""
    try:
        return await database.write(look_at, locking=True)
    except (UnavailableDatabaseError, DeniedDatabaseError):
        raise
    except Exception:  # noqa: BLE001 - as of a file
        return None


def _replace_file(target: Path, ready: Path, now_ms: int) -> Path | None:
    """Let ``ready`` take the place of ``target`` in one step; return the former file's new name."""
    reach_disk(ready)
    former = None
    if target.exists():
        former = target.with_name(f"{target.name}.before-{now_ms}")
        _keep_beside(target, former)
        for ending in ("-wal", "-shm"):
            beside = target.with_name(target.name + ending)
            if beside.exists():
                # What is in the log alone is the former database's, and must not be replayed into the new one.
                beside.rename(former.with_name(former.name + ending))
    ready.replace(target)
    reach_disk(target.parent)
    return former


def _keep_beside(target: Path, former: Path) -> None:
    """Let ``target`` have a second name, under which it stays when it is replaced; on a disk without links, a copy."""
    try:
        os.link(target, former)
    except FileExistsError:
        raise
    except OSError:
        unfinished = former.with_name(former.name + _UNFINISHED)
        try:
            shutil.copy2(target, unfinished)
            reach_disk(unfinished)
            unfinished.rename(former)
        finally:
            unfinished.unlink(missing_ok=True)


async def _replace_rows(database: Database, ready: Path, aside: str, progress: Progress) -> str:
    """Let the rows of ``ready`` take the place of those in a database of PostgreSQL; return where those are, if any."""
    source = open_sqlite(ready)

    def replace(connection: Connection) -> str:
        let_rest(connection)
        if others := count_others(connection):
            raise LockedError(f"{others} connections of a server came meanwhile")
        former = f"schema {aside}" if put_aside(connection, aside) else ""
        migrate(connection)
        source.read_now(lambda rows: copy_rows(rows, connection, progress))
        return former

    try:
        return await database.write(replace, locking=True)
    finally:
        source.close_now()

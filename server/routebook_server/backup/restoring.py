"""Restoring a backup: the server goes back in time, and its devices are told, so that they bring what is missing."""

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from routebook_server.backup.checking import check_backup
from routebook_server.backup.copying import Progress, copy_rows, read_last_number, write_last_number
from routebook_server.backup.lock import FileLock, LockedError, count_others, require_alone
from routebook_server.backup.sealing import break_seal
from routebook_server.backup.taking import reach_disk, remove_database
from routebook_server.backup.withdrawing import Rights, Withdrawn, read_rights, withdraw
from routebook_server.database import Database, driver_of, open_database, open_sqlite
from routebook_server.database.address import is_postgres, sqlite_path
from routebook_server.database.driver import upsert
from routebook_server.database.migrating import migrate
from routebook_server.identity.accounts import change_password
from routebook_server.identity.sessions import end_each
from routebook_server.identity.tables import account, device, session
from routebook_server.records.verify import bucket_names, verify_bucket
from routebook_server.reminders.tables import calendar_feed, server_secret

DEVICES_APART: Final = 1_000
"""Numbers left out after a restore: devices that came after the backup have them, and stamps that bear them."""
_UNFINISHED: Final = ".restoring"
_STORE_SECRET: Final = upsert(server_secret, ("name",))


class Bans(msgspec.Struct, frozen=True):
    """Who was let in no more and by what, whatever an older backup says."""

    revoked_at: dict[int, int] = {}
    """By device."""
    wiped_at: dict[int, int] = {}
    """By device."""
    rights: Rights = Rights()
    """Who may do what: nobody may more."""
    password_hashes: dict[str, str] = {}
    """By person: no other one is right."""
    sessions: frozenset[bytes] = frozenset()
    """Those that are known, of all these devices."""
    ended: frozenset[bytes] = frozenset()
    """Those of them that were ended."""
    devices: frozenset[tuple[int, str]] = frozenset()
    """Every device and whose it is."""
    links: frozenset[bytes] = frozenset()
    """Calendar links that lead somewhere."""
    secrets: tuple[tuple[Any, ...], ...] = ()
    """Rows of what only the server may know: name, value, created."""
    last_device: int = 0
    """The last number given to a device."""
    last_epoch: int = 0
    """The highest epoch that a device may have read in."""


def read_bans(connection: Connection) -> Bans:
    """Return who is let in no more."""
    rows = connection.execute(select(device.c.number, device.c.person, device.c.revoked_at, device.c.wiped_at)).all()
    accounts = connection.execute(select(account.c.person, account.c.password_hash)).all()
    return Bans(
        revoked_at={row.number: row.revoked_at for row in rows if row.revoked_at is not None},
        wiped_at={row.number: row.wiped_at for row in rows if row.wiped_at is not None},
        rights=read_rights(connection),
        password_hashes={row.person: row.password_hash for row in accounts},
        sessions=frozenset(connection.execute(select(session.c.token_hash)).scalars()),
        ended=frozenset(
            connection.execute(select(session.c.token_hash).where(session.c.expires <= session.c.created)).scalars()
        ),
        devices=frozenset((row.number, row.person) for row in rows),
        links=frozenset(connection.execute(select(calendar_feed.c.token_hash)).scalars()),
        secrets=tuple(driver_of(connection).fetch("SELECT name, value, created FROM server_secret")),
        last_device=read_last_number(connection, "device"),
        last_epoch=_last_epoch(connection),
    )


def _last_epoch(connection: Connection) -> int:
    [(last,)] = driver_of(connection).fetch("SELECT coalesce(max(epoch), 0) FROM bucket")
    return int(last)


def begin_new_life(connection: Connection, now_ms: int, bans: Bans) -> Withdrawn:
    """Make a restored database one that its devices recognise as another: every bucket begins a new epoch (SPEC R32).

    ``now_ms`` becomes the epoch: no restore before had it. Where a clock went back it is one above every epoch known:
    no life has that of another. Covered is what the backup before this one holds: it may be next.
    """
    driver = driver_of(connection)
    driver.execute("UPDATE bucket SET epoch = ?", max(now_ms, _last_epoch(connection) + 1, bans.last_epoch + 1))
    driver.execute("UPDATE replica SET covered = backed_up, backed_up = pushed")
    last = max(read_last_number(connection, "device"), bans.last_device)
    write_last_number(connection, "device", last + DEVICES_APART)
    withdrawn = withdraw(connection, bans.rights)
    _shut_out(connection, bans)
    for name in bucket_names(connection):
        # A backup of an older version came without checksums.
        verify_bucket(connection, name, mend=True)
    return withdrawn


def _shut_out(connection: Connection, bans: Bans) -> None:
    for column, at_by_number in ((device.c.revoked_at, bans.revoked_at), (device.c.wiped_at, bans.wiped_at)):
        for number, at in at_by_number.items():
            connection.execute(update(device).where(device.c.number == number, column.is_(None)).values({column: at}))
    # Whatever it had handed over may be lost with the former book: it is asked once more (SPEC R48).
    connection.execute(update(device).where(device.c.wiped_at.is_not(None)).values(revoked_at=None))
    for person, password_hash in bans.password_hashes.items():
        change_password(connection, person, password_hash)
    for person, token_hash in connection.execute(select(calendar_feed.c.person, calendar_feed.c.token_hash)).all():
        if person in bans.password_hashes and token_hash not in bans.links:
            connection.execute(delete(calendar_feed).where(calendar_feed.c.person == person))
    _keep_secrets(connection, bans)
    for row in connection.execute(select(session.c.token_hash, device.c.number, device.c.person).join(device)).all():
        # Of a device that the former book does not know, it cannot tell which have ended.
        if (row.number, row.person) in bans.devices and row.token_hash not in bans.sessions:
            connection.execute(delete(session).where(session.c.token_hash == row.token_hash))
        elif row.token_hash in bans.ended:
            end_each(connection, session.c.token_hash == row.token_hash)


def _keep_secrets(connection: Connection, bans: Bans) -> None:
    """Let a backup of before there were any have those that devices know; one's own are what its devices know."""
    driver = driver_of(connection)
    found = {name for (name,) in driver.fetch("SELECT name FROM server_secret")}
    driver.store(_STORE_SECRET, [row for row in bans.secrets if row[0] not in found])


class Restored(msgspec.Struct, frozen=True):
    """What a restore did."""

    former: str
    """Where the former database is now; "" where there was none."""
    withdrawn: Withdrawn
    knew_former: bool
    """Whether the former database could be read: else who lost rights since the backup holds them again."""


async def restore_backup(backup: Path, address: str, now_ms: int, progress: Progress) -> Restored:
    """Put a backup in place of the database at ``address``, whose server must be stopped.

    The former database is put aside, not removed; until the very last step it stays whole and in place, so that an
    interrupted restore changes nothing. LockedError, UnfitBackupError, CopyError, OSError, and what opening a database
    raises.
    """
    check_backup(backup)
    with tempfile.TemporaryDirectory() as folder:
        if is_postgres(address):
            database = open_database(address)
            try:
                ready = Path(folder) / "ready.db"
                await require_alone(database)
                withdrawn = _prepare(backup, ready, now_ms, await database.write(read_bans))
                return Restored(
                    await _replace_rows(database, ready, f"before_{now_ms}", progress), withdrawn, knew_former=True
                )
            finally:
                await database.close()
    target = sqlite_path(address)
    ready = target.with_name(target.name + _UNFINISHED)
    with FileLock(target):
        remove_database(ready)
        try:
            bans = _bans_of_file(target)
            withdrawn = _prepare(backup, ready, now_ms, bans or Bans())
            former = _replace_file(target, ready, now_ms)
            return Restored(str(former or ""), withdrawn, knew_former=bans is not None)
        finally:
            remove_database(ready)


def _prepare(backup: Path, ready: Path, now_ms: int, bans: Bans) -> Withdrawn:
    """Make a copy of the backup into what will be served: of this version, in a new life, proved."""
    shutil.copyfile(backup, ready)
    ready.chmod(0o600)
    break_seal(ready)
    database = open_sqlite(ready)
    try:
        withdrawn = database.write_now(lambda connection: begin_new_life(connection, now_ms, bans))
        database.checkpoint_now()
    finally:
        database.close_now()
    check_backup(ready, sealed=False)
    return withdrawn


def _bans_of_file(path: Path) -> Bans | None:
    """Return who is let in no more by the present database; None where there is one that cannot be read."""
    if not path.exists():
        return Bans()
    try:
        database = open_sqlite(path)
    except (sqlite3.Error, SQLAlchemyError):
        return None  # It may be why there is a restore at all.
    try:
        return database.read_now(read_bans)
    except (sqlite3.Error, SQLAlchemyError):
        return None
    finally:
        database.close_now()


def _replace_file(target: Path, ready: Path, now_ms: int) -> Path | None:
    """Let ``ready`` take the place of ``target`` in one step; return the former file's new name."""
    reach_disk(ready)
    former = None
    if target.exists():
        former = target.with_name(f"{target.name}.before-{now_ms}")
        os.link(target, former)
        for ending in ("-wal", "-shm"):
            beside = target.with_name(target.name + ending)
            if beside.exists():
                # What is in the log alone is the former database's, and must not be replayed into the new one.
                beside.rename(former.with_name(former.name + ending))
    ready.replace(target)
    reach_disk(target.parent)
    return former


async def _replace_rows(database: Database, ready: Path, aside: str, progress: Progress) -> str:
    """Let the rows of ``ready`` take the place of those in a database of PostgreSQL; return the former ones' schema."""
    source = open_sqlite(ready)

    def replace(connection: Connection) -> None:
        if others := count_others(connection):
            raise LockedError(f"{others} connections of a server came meanwhile")
        driver = driver_of(connection)
        driver.execute(f"ALTER SCHEMA public RENAME TO {aside}")
        driver.execute("CREATE SCHEMA public")
        migrate(connection)
        source.read_now(lambda rows: copy_rows(rows, connection, progress))

    try:
        await database.write(replace, locking=True)
    finally:
        source.close_now()
    return f"schema {aside}"

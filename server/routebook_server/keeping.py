"""Keeping the book safe from the command line: backup, restore, and moving to another database."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from routebook_server.app import wall_clock_ms
from routebook_server.backup.checking import Checked, UnfitBackupError
from routebook_server.backup.copying import CopyError, Progress, copy_rows
from routebook_server.backup.lock import FileLock, LockedError, require_alone
from routebook_server.backup.restoring import restore_backup
from routebook_server.backup.taking import take_backup
from routebook_server.database import SqliteDatabase, name_of, open_database
from routebook_server.database.address import is_postgres, sqlite_path
from routebook_server.opening import OK, CommandError, in_one_sentence
from routebook_server.settings import Settings

_SHOWS_EVERY: Final = 100
"""Steps of progress from nothing to all, each shown once."""


def back_up(settings: Settings, chosen: argparse.Namespace) -> int:
    """Take a backup of the database, beside the running server."""
    target: Path = chosen.file

    async def take() -> Checked:
        database = open_database(settings.address)
        try:
            return await take_backup(database, target, _shown("copied"))
        finally:
            await database.close()

    if not is_postgres(settings.address) and not sqlite_path(settings.address).exists():
        raise CommandError(f"there is no database in {settings.data}")
    with _reasons(settings.address, target):
        found = asyncio.run(take())
    print(f"{target}: {found.records} records, verified.")
    return OK


def restore(settings: Settings, chosen: argparse.Namespace) -> int:
    """Put a backup in place of the database; the server must be stopped."""
    with _reasons(settings.address, chosen.file):
        former = asyncio.run(restore_backup(chosen.file, settings.address, wall_clock_ms(), _shown("restored")))
    print(f"{name_of(settings.address)} is as {chosen.file} has it; devices will bring what it misses.")
    if former:
        print(f"What was there before is now {former}; remove it when all is well.")
    return OK


def move(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Copy one database into another, empty one, and prove the copy."""
    source_address, target_address = chosen.source, chosen.target
    if is_postgres(source_address) and is_postgres(target_address):
        raise CommandError("between two of PostgreSQL go through a file: routebook backup, then routebook restore")

    async def copy() -> int:
        source = open_database(source_address)
        try:
            target = open_database(target_address)
            try:
                for address, database in ((source_address, source), (target_address, target)):
                    with _reasons(address, Path(name_of(address))):
                        await require_alone(database)
                progress = _shown("moved")
                if isinstance(source, SqliteDatabase):
                    return await target.write(
                        lambda into: source.read_now(lambda rows: copy_rows(rows, into, progress)), locking=True
                    )
                assert isinstance(target, SqliteDatabase)  # noqa: S101 - see above
                return await source.read(lambda rows: target.write_now(lambda into: copy_rows(rows, into, progress)))
            finally:
                await target.close()
        finally:
            await source.close()

    if not is_postgres(source_address) and not sqlite_path(source_address).exists():
        raise CommandError(f"there is no database {name_of(source_address)}")
    with contextlib.ExitStack() as locks:
        for address in (source_address, target_address):
            with _reasons(address, Path(name_of(address))):
                if not is_postgres(address):
                    locks.enter_context(FileLock(sqlite_path(address)))
        with _reasons(target_address, Path(name_of(target_address))):
            count = asyncio.run(copy())
    print(f"{count} rows moved to {name_of(target_address)}, verified. {name_of(source_address)} is as it was.")
    return OK


@contextlib.contextmanager
def _reasons(address: str, file: Path) -> Iterator[None]:
    """Turn what may be wrong into a CommandError that says it and the way on."""
    with in_one_sentence(address):
        try:
            yield
        except FileExistsError:
            raise CommandError(f"{file} exists already; name another file") from None
        except UnfitBackupError as error:
            raise CommandError(f"{file} is no backup to rely on: {error}") from None
        except CopyError as error:
            raise CommandError(f"cannot copy: {error}") from None
        except LockedError:
            raise CommandError(f"{name_of(address)} is in use; stop the server first") from None


def _shown(verb: str) -> Progress:
    """Return what shows progress on a terminal, and nothing where nobody looks."""
    shown = -1

    def show(done: int, total: int) -> None:
        nonlocal shown
        step = done * _SHOWS_EVERY // max(total, 1)
        if step != shown and sys.stderr.isatty():
            shown = step
            print(f"\r{step:3} % {verb}", end="\n" if done >= total else "", file=sys.stderr, flush=True)

    return show

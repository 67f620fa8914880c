"""Keeping the book safe from the command line: backup, restore, and moving to another database."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from routebook_server.app import wall_clock_ms
from routebook_server.backup.aside import find_hindrance
from routebook_server.backup.bans import Former
from routebook_server.backup.checking import Checked, UnfitBackupError
from routebook_server.backup.copying import CopyError, Progress
from routebook_server.backup.lock import FileLock, LockedError, require_alone
from routebook_server.backup.moving import move_rows
from routebook_server.backup.restoring import Restored, restore_backup
from routebook_server.backup.taking import take_backup
from routebook_server.database import Database, SqliteDatabase, name_of, reach_database
from routebook_server.database.address import is_postgres, sqlite_path
from routebook_server.database.migrating import require_tables
from routebook_server.files.blobs import Blobs, DiskBlobs
from routebook_server.files.building import FOLDER, FilesSettingError, open_blobs
from routebook_server.files.copying import copy_blobs, count_blobs
from routebook_server.opening import ADDRESS, OK, CommandError, in_one_sentence, require_there
from routebook_server.settings import Settings

_WHY_UNKNOWN: Final = {
    Former.ABSENT: "The former database is empty, or there was none",
    Former.ANOTHER: "The former database is another organisation's",
    Former.UNREADABLE: "The former database cannot be read",
}
"""Why a restore does not know who lost rights since the backup."""
_NAMED: Final = 3
"""Damaged files named in an error."""
_SHOWS_EVERY: Final = 100
"""Steps of progress from nothing to all, each shown once."""


def back_up(settings: Settings, chosen: argparse.Namespace) -> int:
    """Take a backup of the database, beside the running server, be that of an older version."""
    target: Path = chosen.file

    async def take() -> tuple[Checked, str]:
        database = await reach_database(settings.address)
        try:
            taken = await take_backup(database, target, _shown("copied"))
            return taken, await database.read(find_hindrance)
        finally:
            await database.close()

    require_there(settings.address)
    with _reasons(settings.address, target):
        found, hindrance = asyncio.run(take())
    print(f"{target}: {found.records} records, verified.")
    if hindrance:
        print(f"It could not be restored into {name_of(settings.address)}: {hindrance}")
    # After the records: every file that they name is there by then, and none of them ever changes.
    if chosen.files is not None:
        return _copy_files(_blobs_of(settings), DiskBlobs(chosen.files), chosen.files, str(chosen.files))
    count = asyncio.run(_count_files(settings))
    if count:
        print(f"The bytes of {count} photos, voice notes and documents are not in it; --files FOLDER copies them too.")
    return OK


def restore(settings: Settings, chosen: argparse.Namespace) -> int:
    """Put a backup in place of the database; the server must be stopped."""
    if chosen.files is not None and not chosen.files.is_dir():
        raise CommandError(f"there is no folder {chosen.files}; nothing was restored")
    with _reasons(settings.address, chosen.file):
        restored = asyncio.run(restore_backup(chosen.file, settings.address, wall_clock_ms(), _shown("restored")))
    print(f"{name_of(settings.address)} is as {chosen.file} has it; devices will bring what it misses.")
    _tell_rights(restored)
    if restored.former:
        print(f"What was there before is now {restored.former}; remove it when all is well.")
    if chosen.files is not None:
        room = settings.data / FOLDER
        return _copy_files(DiskBlobs(chosen.files), _blobs_of(settings), room, "the server's files")
    return OK


def _tell_rights(restored: Restored) -> None:
    """Say what became of the rights that people had on the day of the backup."""
    if restored.knew in _WHY_UNKNOWN:
        print(
            f"{_WHY_UNKNOWN[restored.knew]}: who lost rights, devices or passwords since the backup has them again."
            " Take them away once more."
        )
    withdrawn = restored.withdrawn
    if withdrawn.lowered or withdrawn.covers:
        print(
            f"Rights that were taken since the backup stay taken: {withdrawn.lowered} roles, {withdrawn.covers} covers."
        )
    if withdrawn.joined:
        print(f"{withdrawn.joined} people who were added since the backup are kept.")
    if withdrawn.left_out:
        print(f"Add these people again, whose e-mails somebody else has in it: {', '.join(withdrawn.left_out)}.")


def _copy_files(source: Blobs, target: Blobs, room: Path, name: str) -> int:
    """Copy the bytes that ``target`` lacks, and say what came of it; FAILED where bytes of the source are damaged."""
    try:
        room.mkdir(parents=True, exist_ok=True)
        copied = asyncio.run(copy_blobs(source, target, room, lambda _looked_at: None))
    except OSError as error:
        raise CommandError(f"cannot copy the files: {error}") from None
    print(f"{name}: {copied.new} files new ({copied.new_bytes} bytes), verified; {copied.known} were there.")
    if copied.damaged:
        named = ", ".join(copied.damaged[:_NAMED])
        raise CommandError(f"the bytes of {len(copied.damaged)} files are damaged where they lie: {named}")
    return OK


def _blobs_of(settings: Settings) -> Blobs:
    try:
        return open_blobs(settings)
    except FilesSettingError as error:
        raise CommandError(str(error)) from None


async def _count_files(settings: Settings) -> int:
    try:
        return await count_blobs(_blobs_of(settings))
    except OSError as error:
        raise CommandError(f"cannot see the files: {error}") from None


def move(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Copy one database, be it of an older version, into another, empty one, and prove the copy."""
    source_address, target_address = chosen.source, chosen.target
    if is_postgres(source_address) and is_postgres(target_address):
        raise CommandError("between two of PostgreSQL go through a file: routebook backup, then routebook restore")

    async def copy() -> int:
        async with contextlib.AsyncExitStack() as opened:
            source = await _reach_alone(source_address, opened, "--from")
            target = await _reach_alone(target_address, opened, "--to")
            with _reasons(source_address, Path(name_of(source_address))):
                await source.read(require_tables)
            progress = _shown("moved")
            with _reasons(target_address, Path(name_of(target_address))):
                if isinstance(source, SqliteDatabase):
                    return await target.write(
                        lambda into: source.read_now(lambda rows: move_rows(rows, into, progress)), locking=True
                    )
                assert isinstance(target, SqliteDatabase)  # noqa: S101 - see above
                return await source.read(lambda rows: target.write_now(lambda into: move_rows(rows, into, progress)))

    require_there(source_address, "--from")
    with contextlib.ExitStack() as locks:
        for called, address in (("--from", source_address), ("--to", target_address)):
            with _reasons(address, Path(name_of(address)), called):
                if not is_postgres(address):
                    locks.enter_context(FileLock(sqlite_path(address)))
        count = asyncio.run(copy())
    print(f"{count} rows moved to {name_of(target_address)}, verified. {name_of(source_address)} is as it was.")
    return OK


async def _reach_alone(address: str, opened: contextlib.AsyncExitStack, called: str) -> Database:
    """Return the database at ``address`` as it is, which nobody else uses; closed with what else is ``opened``."""
    with _reasons(address, Path(name_of(address)), called):
        database = await reach_database(address)
        opened.push_async_callback(database.close)
        await require_alone(database)
        return database


@contextlib.contextmanager
def _reasons(address: str, file: Path, called: str = ADDRESS) -> Iterator[None]:
    """Turn what may be wrong into a CommandError that says it and the way on."""
    with in_one_sentence(address, called):
        try:
            yield
        except FileExistsError as error:
            if error.filename is not None:  # The system's own, of a file where a folder should be.
                raise
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

"""Checking a backup: is it whole, is it ours, and do its checksums say what its rows say?"""

import sqlite3
from pathlib import Path
from typing import Final

import msgspec
import sqlalchemy
from sqlalchemy.pool import NullPool

from routebook_server.backup.sealing import SEALED_SINCE, has_seal, is_sealed
from routebook_server.database.migrating import HEAD, find_revision
from routebook_server.records.verify import bucket_names, verify_bucket

_SHOWN: Final = 3
"""Faults named in an error."""


class UnfitBackupError(Exception):
    """The file cannot be relied upon; the message says why."""


class Checked(msgspec.Struct, frozen=True):
    """What a sound backup holds."""

    records: int
    pushed_by_device: dict[int, int]
    """How far it holds each device's edits (SPEC R48)."""


def check_backup(path: Path, *, sealed: bool = True) -> Checked:
    """Prove a backup: SQLite's check, the version of its tables, checksums, the seal over all values; UnfitBackupError.

    One of an older version is proved by its seal, before seals by SQLite alone; its checksums are made when it is
    restored. ``sealed`` is False for what has become of a backup on its way to being served.
    """
    if not path.is_file():
        raise UnfitBackupError("there is no such file")
    engine = sqlalchemy.create_engine(f"sqlite:///{path}", poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            [found] = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars()
            if found != "ok":
                raise UnfitBackupError(f"SQLite finds it damaged: {found}")
            revision = find_revision(connection)
            if revision is None:
                raise UnfitBackupError("it is no database of Routebook")
            if revision > HEAD:
                raise UnfitBackupError("it belongs to a newer version; update the server")
            if revision == HEAD:
                faults = [fault for name in bucket_names(connection) for fault in verify_bucket(connection, name)]
                if faults:
                    named = "; ".join(f"{fault.bucket} {fault.id}".strip() for fault in faults[:_SHOWN])
                    raise UnfitBackupError(f"{len(faults)} checksums do not match their rows: {named}")
            if sealed and (revision >= SEALED_SINCE or has_seal(path)) and not is_sealed(path):
                raise UnfitBackupError("what it holds is not what was backed up: a value was changed on the way")
            records = connection.exec_driver_sql("SELECT count(*) FROM record").scalar_one()
            pushed = connection.exec_driver_sql("SELECT device, pushed FROM replica").all()
            return Checked(records, {row.device: row.pushed for row in pushed})
    except (sqlite3.DatabaseError, sqlalchemy.exc.DatabaseError) as error:
        raise UnfitBackupError("SQLite cannot read it") from error
    finally:
        engine.dispose()

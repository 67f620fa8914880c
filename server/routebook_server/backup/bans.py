"""Bans: who is let in no more, and by what, as the book says it that a backup takes the place of."""

from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from routebook_server.backup.copying import read_last_number
from routebook_server.backup.withdrawing import Rights, read_rights
from routebook_server.database import driver_of
from routebook_server.database.driver import upsert
from routebook_server.database.migrating import migrate
from routebook_server.identity.accounts import change_password
from routebook_server.identity.sessions import end_each
from routebook_server.identity.tables import account, device, session
from routebook_server.records.tables import replica
from routebook_server.reminders.tables import calendar_feed, server_secret

_STORE_SECRET: Final = upsert(server_secret, ("name",))


class Former(StrEnum):
    """What the book before a restore is to the backup: only a known one tells who lost rights since."""

    KNOWN = "known"
    ABSENT = "absent"
    """There was none, or one that nobody had ever been added to."""
    ANOTHER = "another"
    """It is that of another organisation."""
    UNREADABLE = "unreadable"
    """It is damaged, or a newer version has had it."""


class DeviceBan(msgspec.Struct, frozen=True):
    """Whether a device is let in, and how far it had pushed."""

    person: str
    revoked_at: int | None = None
    wiped_at: int | None = None
    pushed: int = 0

    @property
    def is_wiped(self) -> bool:
        """Whether its wipe is done: the server had all that it had written until then."""
        return self.wiped_at is not None and self.revoked_at is not None


class Bans(msgspec.Struct, frozen=True):
    """Who was let in no more and by what, whatever an older backup says."""

    rights: Rights = Rights()
    """Who may do what: nobody may more."""
    password_hashes: dict[str, str] = {}
    """By person: no other one is right."""
    sessions: frozenset[bytes] = frozenset()
    """Those that are known, of all these devices."""
    ended: frozenset[bytes] = frozenset()
    """Those of them that were ended."""
    devices: dict[int, DeviceBan] = {}
    """Every device."""
    links: frozenset[bytes] = frozenset()
    """Calendar links that lead somewhere."""
    secrets: tuple[tuple[Any, ...], ...] = ()
    """Rows of what only the server may know: name, value, created."""
    last_device: int = 0
    """The last number given to a device."""
    last_epoch: int = 0
    """The highest epoch that a device may have read in."""


def look_at(connection: Connection) -> Bans:
    """Return who is let in no more by a book of this version or an older one, and leave it as it is.

    It may be why there is a restore at all: whatever is wrong with it is raised.
    """
    driver = driver_of(connection)
    driver.execute("SAVEPOINT as_it_is")
    migrate(connection)
    bans = read_bans(connection)
    driver.execute("ROLLBACK TO SAVEPOINT as_it_is")
    return bans


def read_bans(connection: Connection) -> Bans:
    """Return who is let in no more."""
    accounts = connection.execute(select(account.c.person, account.c.password_hash)).all()
    return Bans(
        rights=read_rights(connection),
        password_hashes={row.person: row.password_hash for row in accounts},
        sessions=frozenset(connection.execute(select(session.c.token_hash)).scalars()),
        ended=frozenset(
            connection.execute(select(session.c.token_hash).where(session.c.expires <= session.c.created)).scalars()
        ),
        devices=_read_devices(connection),
        links=frozenset(connection.execute(select(calendar_feed.c.token_hash)).scalars()),
        secrets=tuple(driver_of(connection).fetch("SELECT name, value, created FROM server_secret")),
        last_device=read_last_number(connection, "device"),
        last_epoch=last_epoch(connection),
    )


def _read_devices(connection: Connection) -> dict[int, DeviceBan]:
    columns = (device.c.number, device.c.person, device.c.revoked_at, device.c.wiped_at)
    pushed = func.coalesce(replica.c.pushed, 0)
    rows = connection.execute(select(*columns, pushed).outerjoin(replica, replica.c.device == device.c.number)).all()
    return {number: DeviceBan(*ban) for number, *ban in rows}


def last_epoch(connection: Connection) -> int:
    """Return the highest epoch of all buckets."""
    [(last,)] = driver_of(connection).fetch("SELECT coalesce(max(epoch), 0) FROM bucket")
    return int(last)


def compare(bans: Bans | None, organisation: str) -> Former:
    """Tell what the book with these ``bans`` (None: nobody can read it) is to a backup of ``organisation``."""
    if bans is None:
        return Former.UNREADABLE
    if not bans.rights.organisation:
        return Former.ABSENT
    return Former.KNOWN if bans.rights.organisation == organisation else Former.ANOTHER


def bans_for(former: Former, bans: Bans | None) -> Bans:
    """Return what counts for a backup: of a book that is not its own only that no number of it is given out again."""
    if bans is None or former is Former.KNOWN:
        return bans or Bans()
    return Bans(last_device=bans.last_device, last_epoch=bans.last_epoch)


def shut_out(connection: Connection, bans: Bans) -> None:
    """Let nobody into a restored book by what had let him in no more; who may do what is not asked here."""
    _shut_out_devices(connection, bans)
    for person, password_hash in bans.password_hashes.items():
        change_password(connection, person, password_hash)
    for person, token_hash in connection.execute(select(calendar_feed.c.person, calendar_feed.c.token_hash)).all():
        if person in bans.password_hashes and token_hash not in bans.links:
            connection.execute(delete(calendar_feed).where(calendar_feed.c.person == person))
    _keep_secrets(connection, bans)
    for row in connection.execute(select(session.c.token_hash, device.c.number, device.c.person).join(device)).all():
        last = bans.devices.get(row.number)
        # Of a device that the former book does not know, it cannot tell which have ended.
        if last is not None and last.person == row.person and row.token_hash not in bans.sessions:
            connection.execute(delete(session).where(session.c.token_hash == row.token_hash))
        elif row.token_hash in bans.ended:
            end_each(connection, session.c.token_hash == row.token_hash)


def _shut_out_devices(connection: Connection, bans: Bans) -> None:
    for number, backed_up in _read_devices(connection).items():
        ban = either(backed_up, bans.devices.get(number, backed_up))
        if ban != backed_up:
            values = {"revoked_at": ban.revoked_at, "wiped_at": ban.wiped_at}
            connection.execute(update(device).where(device.c.number == number).values(values))


def either(backed_up: DeviceBan, last: DeviceBan) -> DeviceBan:
    """Return the ban of a device that was so in the backup, and otherwise ``last``.

    A wipe stays done where the backup holds all that the device had pushed by then. Otherwise what it had handed over
    may be lost with the former book: it is asked once more (SPEC R48).
    """
    if backed_up.is_wiped:
        return backed_up
    wiped_at = last.wiped_at if backed_up.wiped_at is None else backed_up.wiped_at
    if wiped_at is None:
        revoked_at = last.revoked_at if backed_up.revoked_at is None else backed_up.revoked_at
    else:
        revoked_at = last.revoked_at if last.is_wiped and last.pushed <= backed_up.pushed else None
    return msgspec.structs.replace(backed_up, revoked_at=revoked_at, wiped_at=wiped_at)


def _keep_secrets(connection: Connection, bans: Bans) -> None:
    """Let a backup of before there were any have those that devices know; one's own are what its devices know."""
    driver = driver_of(connection)
    found = {name for (name,) in driver.fetch("SELECT name FROM server_secret")}
    driver.store(_STORE_SECRET, [row for row in bans.secrets if row[0] not in found])

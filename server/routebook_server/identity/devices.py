"""Devices: each browser or installed app that a person signed in on, numbered by the server."""

from collections.abc import Collection, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import ColumnElement, Connection, RowMapping, insert, select, update

from routebook_server.identity.accounts import raise_revision
from routebook_server.identity.tables import device
from routebook_sync.clock import MAX_DEVICE
from routebook_sync.messages import DeviceReport


class DeviceOffer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a device tells when its person signs in."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    platform: Annotated[str, Meta(max_length=80)] = ""
    number: Annotated[int, Meta(ge=1, le=MAX_DEVICE)] | None = None
    """The number that the server gave it before, if any."""


class Device(msgspec.Struct, frozen=True):
    """One browser or installed app. Instants are milliseconds since 1970 UTC."""

    number: int
    person: str
    name: str
    platform: str
    created: int
    last_seen: int
    revoked_at: int | None = None
    wiped_at: int | None = None
    """When somebody asked for its data to be removed; done once ``revoked_at`` is there too."""
    report: DeviceReport | None = None
    """What it last told of itself."""
    may_end: bool = False
    """In a list: whether whoever asked for it may let the device in no more, and have it wiped."""


def take_device(connection: Connection, person: str, offer: DeviceOffer, now_ms: int) -> int:
    """Return the device's number: the one it had if it is this person's and still let in, else a new one."""
    if offer.number is not None:
        kept = connection.execute(
            update(device)
            .where(device.c.number == offer.number, device.c.person == person)
            .where(device.c.revoked_at.is_(None), device.c.wiped_at.is_(None))
            .values(name=offer.name, platform=offer.platform, last_seen=now_ms)
        )
        if kept.rowcount:
            return offer.number
    values = {"person": person, "name": offer.name, "platform": offer.platform, "created": now_ms, "last_seen": now_ms}
    number: int = connection.execute(insert(device).values(values).returning(device.c.number)).scalar_one()
    return number


def find_device(connection: Connection, number: int) -> Device | None:
    """Return one device; None too for a number that no device can have."""
    if not 1 <= number <= MAX_DEVICE:
        return None
    row = connection.execute(select(device).where(device.c.number == number)).mappings().one_or_none()
    return None if row is None else _device(row)


def devices_of(connection: Connection, people: Collection[str] | None) -> list[Device]:
    """Return the devices of these people (None: of everybody), the last seen first."""
    statement = select(device).order_by(device.c.last_seen.desc(), device.c.number)
    if people is not None:
        statement = statement.where(device.c.person.in_(people))
    return [_device(row) for row in connection.execute(statement).mappings()]


def names_of(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    """Return what these devices call themselves, by number."""
    statement = select(device.c.number, device.c.name).where(device.c.number.in_(numbers))
    return {row.number: row.name for row in connection.execute(statement)}


def revoke_device(connection: Connection, number: int, now_ms: int) -> None:
    """Let the device in no more; its sessions stay so that it hears why at its next contact.

    One that is to be wiped hands over its edits first, and is let in no more after that.
    """
    _close(connection, number, now_ms, device.c.wiped_at.is_(None))


def end_wipe(connection: Connection, number: int, now_ms: int) -> None:
    """Note that a device that is to be wiped has nothing left to hand over; what it still brings is kept for others."""
    _close(connection, number, now_ms, device.c.wiped_at.is_not(None))


def _close(connection: Connection, number: int, now_ms: int, condition: ColumnElement[bool]) -> None:
    open_ones = (device.c.number == number, device.c.revoked_at.is_(None), condition)
    connection.execute(update(device).where(*open_ones).values(revoked_at=now_ms))
    raise_revision(connection)


def wipe_device(connection: Connection, number: int, now_ms: int) -> None:
    """Have the device drop its data at its next contact and let it in no more (SPEC R58); revoked before or not."""
    connection.execute(
        update(device)
        .where(device.c.number == number, device.c.wiped_at.is_(None))
        .values(wiped_at=now_ms, revoked_at=None)
    )
    raise_revision(connection)


class Told(msgspec.Struct, frozen=True):
    """What a device told of itself, as it is kept."""

    report: DeviceReport
    at: int = 0
    """When, in milliseconds since 1970 UTC."""


def keep_reports(connection: Connection, told_by_device: Mapping[int, Told]) -> None:
    """Keep what these devices last told of themselves; what one told another process since stays."""
    kept = select(device.c.number, device.c.report).where(device.c.number.in_(sorted(told_by_device)))
    for row in connection.execute(kept).all():
        told = told_by_device[row.number]
        if row.report is None or msgspec.json.decode(row.report, type=_Kept).at <= told.at:
            text = msgspec.json.encode({**msgspec.to_builtins(told.report), "at": told.at}).decode()
            connection.execute(update(device).where(device.c.number == row.number).values(report=text))


class _Kept(msgspec.Struct):
    at: int = 0


def _device(row: RowMapping) -> Device:
    values = dict(row)
    if values["report"] is not None:
        values["report"] = msgspec.json.decode(values["report"], type=DeviceReport)
    return Device(**values)

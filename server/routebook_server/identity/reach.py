"""Reach: by which devices and which e-mail a person may be told of something now, and what he may see."""

from collections.abc import Collection
from typing import Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.identity.rights import Rights
from routebook_sync.entities.person import Role

_SELECT_PEOPLE: Final = "SELECT person, email, role FROM account WHERE person IN (?*) AND active"
_SELECT_DEVICES: Final = (
    "SELECT DISTINCT device.person, device.number FROM device JOIN session ON session.device = device.number"
    " WHERE device.person IN (?*) AND device.revoked_at IS NULL AND device.wiped_at IS NULL AND session.expires > ?"
)


class Reach(msgspec.Struct, frozen=True):
    """Somebody whose account is open."""

    person: str
    email: str
    role: Role
    buckets: frozenset[str]
    """What he may see."""
    devices: frozenset[int]
    """On which he is signed in: neither revoked, nor to be wiped, nor signed out."""


def read_reach(connection: Connection, rights: Rights, people: Collection[str], now_ms: int) -> dict[str, Reach]:
    """Return how these people may be reached at ``now_ms``; of whom there is nothing, his account is closed."""
    driver = driver_of(connection)
    wanted = sorted(people)
    devices: dict[str, set[int]] = {}
    for person, number in driver.fetch(_SELECT_DEVICES, wanted, now_ms):
        devices.setdefault(person, set()).add(number)
    return {
        person: Reach(
            person,
            email,
            Role(role),
            frozenset(rights.buckets(person, Role(role))),
            frozenset(devices.get(person, ())),
        )
        for person, email, role in driver.fetch(_SELECT_PEOPLE, wanted)
    }

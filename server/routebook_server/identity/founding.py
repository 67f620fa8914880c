"""Founding: the organisation and its first people, written in one transaction into an empty database."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from routebook_server.identity.accounts import Account, Organisation, add_account, found_organisation
from routebook_server.identity.cover import add_cover
from routebook_sync.entities.person import Role


class Member(msgspec.Struct, frozen=True):
    """Somebody of the first day."""

    person: str
    """The id of his person record."""
    email: str
    role: Role
    territories: tuple[str, ...] = ()
    """The ids of the territories that he covers until further notice."""


def found(
    connection: Connection, organisation: Organisation, members: Sequence[Member], password_hash: str, now_ms: int
) -> None:
    """Write organisation, accounts and cover; every member signs in with the one password of ``password_hash``."""
    found_organisation(connection, organisation, now_ms)
    for member in members:
        made = Account(member.person, member.email, password_hash, member.role, active=True, created=now_ms)
        add_account(connection, made)
        for territory in member.territories:
            add_cover(connection, member.person, territory)

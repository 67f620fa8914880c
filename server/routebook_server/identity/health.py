"""Health: that the server lives, and on a demo whom one can sign in as."""

import msgspec
from sqlalchemy import Connection

from routebook_server.identity.accounts import all_accounts
from routebook_server.identity.directory import find_names
from routebook_sync.entities.person import Role


class Demo(msgspec.Struct, frozen=True):
    """What ``serve --demo`` was told of the demo team."""

    domain: str
    """Of its members' e-mails; nobody else of the database is ever named."""
    password: str


class DemoPerson(msgspec.Struct, frozen=True):
    """Somebody whom a visitor can be."""

    email: str
    name: str
    role: Role


class DemoHint(msgspec.Struct, frozen=True):
    """The people of the demo and the password that all of them have."""

    password: str
    people: list[DemoPerson]


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """That the server lives."""

    status: str
    version: str
    demo: DemoHint | None = None
    """Only from a demo server."""
    roads: bool = False
    """Whether ``/api/roads`` knows distances by road."""


def find_demo_people(connection: Connection, demo: Demo) -> DemoHint | None:
    """Return the hint, or None where this database is not the demo's."""
    names = find_names(connection)
    people = [
        DemoPerson(account.email, names.get(account.person, ""), account.role)
        for account in all_accounts(connection)
        if account.email.endswith(f"@{demo.domain}") and account.active
    ]
    return DemoHint(demo.password, people) if people else None

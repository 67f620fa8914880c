"""Accounts: who may sign in, with which role. The person's name is in the shared person record."""

import unicodedata
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from sqlalchemy import Connection, RowMapping, func, insert, select, update

from routebook_server.identity.tables import account, organisation
from routebook_sync.entities.person import Role

EMAIL_PATTERN: Final = r"^\s*[^@\s]+@[^@\s]+\.[^@\s.]+\s*$"
EmailAddress = Annotated[str, Meta(pattern=EMAIL_PATTERN, max_length=200)]


class Account(msgspec.Struct, frozen=True):
    """What lets a person sign in."""

    person: str
    email: str
    password_hash: str
    role: Role
    active: bool
    created: int


class Organisation(msgspec.Struct, frozen=True):
    """The organisation that this database serves."""

    id: str
    name: str
    locale: str


def normalise_email(text: str) -> str:
    """Return the form that e-mails are compared and stored in."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def found_organisation(connection: Connection, made: Organisation, now_ms: int) -> None:
    """Write the one row that the database belongs to."""
    connection.execute(insert(organisation).values(**msgspec.structs.asdict(made), created=now_ms, revision=1))


def find_organisation(connection: Connection) -> Organisation | None:
    """Return the organisation, or None in a database that is still empty."""
    row = connection.execute(select(organisation.c.id, organisation.c.name, organisation.c.locale)).one_or_none()
    return None if row is None else Organisation(row.id, row.name, row.locale)


def raise_revision(connection: Connection) -> None:
    """Tell everybody who keeps rights in memory that roles, cover, sessions or devices have changed."""
    connection.execute(update(organisation).values(revision=organisation.c.revision + 1))


def find_account(connection: Connection, person: str) -> Account | None:
    """Return a person's account."""
    row = connection.execute(select(account).where(account.c.person == person)).mappings().one_or_none()
    return None if row is None else _account(row)


def find_account_by_email(connection: Connection, email: str) -> Account | None:
    """Return the account of an e-mail in whatever form it was typed."""
    statement = select(account).where(account.c.email == normalise_email(email))
    row = connection.execute(statement).mappings().one_or_none()
    return None if row is None else _account(row)


def all_accounts(connection: Connection) -> list[Account]:
    """Return every account in the order of creation."""
    rows = connection.execute(select(account).order_by(account.c.created, account.c.person))
    return [_account(row) for row in rows.mappings()]


def add_account(connection: Connection, made: Account) -> None:
    """Write a new account; its e-mail must be free (``find_account_by_email``)."""
    values = msgspec.structs.asdict(made) | {"email": normalise_email(made.email), "role": made.role.value}
    connection.execute(insert(account).values(**values))
    raise_revision(connection)


def change_account(connection: Connection, changed: Account) -> None:
    """Write an account as it is now."""
    values = msgspec.structs.asdict(changed) | {"email": normalise_email(changed.email), "role": changed.role.value}
    connection.execute(update(account).where(account.c.person == changed.person).values(**values))
    raise_revision(connection)


def change_password(connection: Connection, person: str, password_hash: str) -> None:
    """Write a new password hash."""
    connection.execute(update(account).where(account.c.person == person).values(password_hash=password_hash))


def is_last_administrator(connection: Connection, person: str) -> bool:
    """Tell whether nobody could administer if ``person`` no longer did."""
    others = connection.execute(
        select(func.count())
        .select_from(account)
        .where(account.c.role == Role.ADMINISTRATOR.value, account.c.active, account.c.person != person)
    ).scalar_one()
    return others == 0


def _account(row: RowMapping) -> Account:
    values = dict(row)
    return Account(**values | {"role": Role(values["role"])})

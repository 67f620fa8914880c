"""Offers: what an administrator wants a person to be, and what of it makes no sense."""

import unicodedata
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.identity.accounts import Account, EmailAddress, normalise_email
from routebook_server.identity.sign_in import NewPassword
from routebook_sync.entities.person import Role
from routebook_sync.messages import ProblemCode

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Locale = Annotated[str, Meta(min_length=2, max_length=35)]


class NewPerson(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody who joins."""

    name: Name
    email: EmailAddress
    password: NewPassword
    role: Role
    locale: Locale | None = None


class PersonChange(msgspec.Struct, forbid_unknown_fields=True):
    """What shall be different about a person; what is absent stays."""

    name: Name | UnsetType = UNSET
    email: EmailAddress | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET
    """A new password ends all sessions of the person."""
    role: Role | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    """False ends all sessions of the person and lets him in no more."""
    locale: Locale | UnsetType | None = UNSET


def plain_new(offer: NewPerson) -> NewPerson:
    """Return an offer as it is kept: name without blanks around it, plain e-mail; ProblemError wrong_type."""
    return msgspec.structs.replace(offer, name=_plain_name(offer.name), email=_plain_email(offer.email))


def plain_change(change: PersonChange) -> PersonChange:
    """Return a change as it is kept; see ``plain_new``."""
    return msgspec.structs.replace(
        change,
        name=UNSET if change.name is UNSET else _plain_name(change.name),
        email=UNSET if change.email is UNSET else _plain_email(change.email),
    )


def shared_values(account: Account, change: PersonChange, record: dict[str, Any] | None) -> dict[str, Any]:
    """Return what the shared record lacks of an account and a change of it, be it all because there is no record.

    ``record``: its values. An account that nobody has named yet is called by its e-mail: a record must have a name.
    """
    decided = {"role": account.role.value, "email": account.email, "active": account.active}
    if record is None:
        values = {"name": account.email, **decided}
    else:
        asked = {name for name in decided if getattr(change, name) is not UNSET}
        # And what an earlier change could not write any more.
        values = {
            name: value
            for name, value in decided.items()
            if name in asked or (name in record and record[name] != value)
        }
    given = {"name": change.name, "locale": change.locale}
    return values | {name: value for name, value in given.items() if value is not UNSET}


def _plain_name(text: str) -> str:
    """Return a name without the blanks around it; one in which nothing can be seen is none."""
    if all(unicodedata.category(sign)[0] in "ZC" for sign in text):
        raise ProblemError(make_problem(ProblemCode.WRONG_TYPE, "A name is more than blanks.", field="name"))
    return text.strip()


def _plain_email(text: str) -> str:
    """Return the form that an e-mail is kept in, which may be longer than what was typed, or none any more."""
    plain = normalise_email(text)
    try:
        return msgspec.convert(plain, EmailAddress)
    except msgspec.ValidationError:
        detail = "Written plainly, this is no e-mail of at most 200 characters."
        raise ProblemError(make_problem(ProblemCode.WRONG_TYPE, detail, field="email")) from None

"""Person: a member of the organisation, as colleagues see him. Passwords and sessions are the server's alone."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Email, Entity, Line, Name, Phone, field


class Role(StrEnum):
    """What a person may do."""

    REP = "rep"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Person(Entity):
    """A member of the organisation; shared by the organisation, written by administrators.

    What the person's account decides is the server's to write: a record must not say what no account does.
    """

    deleted: Annotated[bool, Meta(extra=field(column=True, server=True))] | UnsetType | None = UNSET
    name: Annotated[Name, Meta(extra=field(title=True, column=True, required=True))] | UnsetType = UNSET
    role: Annotated[Role, Meta(extra=field(column=True, required=True, server=True))] | UnsetType = UNSET
    email: Annotated[Email, Meta(extra=field(server=True))] | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    time_zone: Line | UnsetType | None = UNSET
    locale: Line | UnsetType | None = UNSET
    active: Annotated[bool, Meta(extra=field(column=True, server=True))] | UnsetType | None = UNSET

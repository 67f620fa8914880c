"""Person: a member of the organisation, as colleagues see him. Passwords and sessions are the server's alone."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Email, Entity, Line, Phone, field


class Role(StrEnum):
    """What a person may do."""

    REP = "rep"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Person(Entity):
    """A member of the organisation; shared by the organisation, written by administrators."""

    name: Annotated[str, Meta(min_length=1, max_length=200, extra=field(title=True, column=True, required=True))] | UnsetType = UNSET
    role: Annotated[Role, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    email: Email | None | UnsetType = UNSET
    phone: Phone | None | UnsetType = UNSET
    time_zone: Line | None | UnsetType = UNSET
    locale: Line | None | UnsetType = UNSET
    active: Annotated[bool, Meta(extra=field(column=True))] | None | UnsetType = UNSET

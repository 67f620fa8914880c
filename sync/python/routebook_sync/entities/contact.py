"""Contact: a person at a customer."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Day, Email, Entity, Id, Line, Name, Paragraph, Phone, field
from routebook_sync.joins import Join


class Channel(StrEnum):
    """A way to reach somebody."""

    CALL = "call"
    MESSAGE = "message"
    EMAIL = "email"
    VISIT = "visit"
    WEB = "web"


class Contact(Entity):
    """A person at a customer; follows the customer."""

    customer: Annotated[Id, Meta(extra=field(ref="customer", column=True, required=True))] | UnsetType = UNSET
    name: Annotated[Name, Meta(extra=field(title=True, column=True, search=True, required=True))] | UnsetType = UNSET
    job_title: Line | UnsetType | None = UNSET
    phone: Annotated[Phone, Meta(extra=field(search=True))] | UnsetType | None = UNSET
    email: Annotated[Email, Meta(extra=field(search=True))] | UnsetType | None = UNSET
    birthday: Annotated[Day, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    channel: Channel | UnsetType | None = UNSET
    description: Annotated[Paragraph, Meta(extra=field(join=Join.TEXT))] | UnsetType | None = UNSET

"""Note: something worth knowing about a customer."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Entity, Id, Instant, Paragraph, field
from routebook_sync.joins import Join


class Note(Entity):
    """A remark about a customer, by one person at one time; follows the customer."""

    customer: Annotated[Id, Meta(extra=field(ref="customer", column=True, required=True))] | UnsetType = UNSET
    person: Annotated[Id, Meta(extra=field(ref="person", column=True, required=True))] | UnsetType = UNSET
    written_at: Annotated[Instant, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    body: Annotated[Paragraph, Meta(extra=field(join=Join.TEXT, title=True, search=True))] | UnsetType | None = UNSET
    pinned: bool | UnsetType | None = UNSET

"""Territory: a part of the market; the unit of replication and of rights."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Country, Entity, Id, Name, field


class Territory(Entity):
    """A part of the market; shared by the organisation. Who covers it is a grant, not a field."""

    name: Annotated[Name, Meta(extra=field(title=True, column=True, required=True))] | UnsetType = UNSET
    parent: Annotated[Id, Meta(extra=field(ref="territory", column=True))] | UnsetType | None = UNSET
    country: Country | UnsetType | None = UNSET

"""Territory: a part of the market; the unit of replication and of rights."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Country, Entity, Id, field


class Territory(Entity):
    """A part of the market; shared by the organisation. Who covers it is a grant, not a field."""

    name: Annotated[str, Meta(min_length=1, max_length=200, extra=field(title=True, column=True, required=True))] | UnsetType = UNSET
    parent: Annotated[Id, Meta(extra=field(ref="territory", column=True))] | None | UnsetType = UNSET
    country: Country | None | UnsetType = UNSET

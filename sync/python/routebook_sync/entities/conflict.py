"""Conflict: what tells a person that somebody changed the same fields of a record at the same time (SPEC R43)."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Entity, Id, Instant, field

_Name = Annotated[str, Meta(min_length=1, max_length=40)]
_Names = Annotated[list[_Name], Meta(max_length=100)]


class Conflict(Entity):
    """A conflict that the verdict on an edit does not tell its reader: that went to the device that sent second.

    It belongs to ``person``, names the ``other`` one, and says of which fields the reader's value was ``lost`` and of
    which it was ``kept``; ``stands`` has the stamp of what stood in each afterwards. No values, so that nothing stays
    with whoever loses the customer. All but ``deleted``, with which he takes it off his list, is the server's to write.
    """

    person: Annotated[Id, Meta(extra=field(ref="person", required=True, server=True))] | UnsetType = UNSET
    other: Annotated[Id, Meta(extra=field(ref="person", required=True, server=True))] | UnsetType = UNSET
    target_kind: Annotated[_Name, Meta(extra=field(required=True, server=True))] | UnsetType = UNSET
    target: Annotated[Id, Meta(extra=field(column=True, required=True, server=True))] | UnsetType = UNSET
    lost: Annotated[_Names, Meta(extra=field(server=True))] | UnsetType | None = UNSET
    kept: Annotated[_Names, Meta(extra=field(server=True))] | UnsetType | None = UNSET
    stands: Annotated[dict[str, Any], Meta(extra=field(server=True))] | UnsetType | None = UNSET
    happened_at: Annotated[Instant, Meta(extra=field(column=True, required=True, server=True))] | UnsetType = UNSET

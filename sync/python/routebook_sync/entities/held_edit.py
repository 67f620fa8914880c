"""Held edit: a change that the server keeps for somebody who may decide on it, and its author's receipt (SPEC R49)."""

from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Entity, Id, Instant, field


class HeldEditStatus(StrEnum):
    """What became of the change."""

    WAITING = "waiting"
    APPLIED = "applied"
    DISCARDED = "discarded"


class HeldPart(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A further edit of the same group: decided with the first."""

    kind: str
    id: Id
    root: Annotated[str, Meta(max_length=26)]
    v: dict[str, Any]


_Code = Annotated[str, Meta(min_length=1, max_length=40)]


class HeldEdit(Entity):
    """A change in the server's custody. The *offer* follows the customer, the *receipt* stays with its author.

    All but an offer's ``status`` is the server's to write. Without ``offer`` it is an offer, or waits for its root.
    ``elsewhere`` counts the edits of a group that are not below the offer's customer, or for which a record has no
    room: it does not say what they write.
    """

    deleted: Annotated[bool, Meta(extra=field(column=True, server=True))] | UnsetType | None = UNSET
    person: Annotated[Id, Meta(extra=field(ref="person", column=True, required=True, server=True))] | UnsetType = UNSET
    customer: Annotated[Id, Meta(extra=field(ref="customer", column=True, server=True))] | UnsetType | None = UNSET
    target_kind: Annotated[_Code, Meta(extra=field(column=True, required=True, server=True))] | UnsetType = UNSET
    target: Annotated[Id, Meta(extra=field(column=True, required=True, server=True))] | UnsetType = UNSET
    values: Annotated[dict[str, Any], Meta(extra=field(server=True))] | UnsetType | None = UNSET
    more: Annotated[list[HeldPart], Meta(extra=field(server=True))] | UnsetType | None = UNSET
    elsewhere: Annotated[int, Meta(ge=1, le=1_000, extra=field(server=True))] | UnsetType | None = UNSET
    code: Annotated[_Code, Meta(extra=field(required=True, server=True))] | UnsetType = UNSET
    written_at: Annotated[Instant, Meta(extra=field(column=True, required=True, server=True))] | UnsetType = UNSET
    status: Annotated[HeldEditStatus, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    decided_by: Annotated[Id, Meta(extra=field(ref="person", server=True))] | UnsetType | None = UNSET
    decided_at: Annotated[Instant, Meta(extra=field(server=True))] | UnsetType | None = UNSET
    offer: Annotated[Id, Meta(extra=field(ref="held_edit", column=True, server=True))] | UnsetType | None = UNSET

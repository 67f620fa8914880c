"""Saved list: filters and an order under a name, so that a list is one tap away."""

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Entity, Id, Line, Name, field

Word = Annotated[str, Meta(pattern="^[a-z_]{1,40}$", max_length=40)]


class ListSubject(StrEnum):
    """What is listed."""

    CUSTOMER = "customer"


class Filter(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing that must hold of whatever is listed.

    The name is a word, not a choice: a device keeps and says a filter that only a newer version of the app can apply.
    """

    name: Word
    values: Annotated[list[Annotated[Line, Meta(min_length=1)]], Meta(max_length=50)] = []
    """One of these must hold: choices, ids, tags or cities."""
    amount: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None
    """Days or metres."""


Filters: TypeAlias = Annotated[list[Filter], Meta(max_length=20)]


class SavedList(Entity):
    """A list under a name; follows the person whose it is, or the organisation where a manager shares it."""

    name: Annotated[Name, Meta(extra=field(title=True, column=True, required=True))] | UnsetType = UNSET
    subject: Annotated[ListSubject, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    person: Annotated[Id, Meta(extra=field(ref="person", column=True))] | UnsetType | None = UNSET
    filters: Filters | UnsetType | None = UNSET
    """All of them must hold."""
    sort: Word | UnsetType | None = UNSET

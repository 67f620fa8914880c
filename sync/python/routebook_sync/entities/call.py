"""Call: a telephone call with a customer, and what came of it."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Entity, Id, Instant, Paragraph, field
from routebook_sync.joins import Join


class CallResult(StrEnum):
    """What came of a call; one tap each."""

    REACHED = "reached"
    INTERESTED = "interested"
    CALL_BACK = "call_back"
    NO_ANSWER = "no_answer"
    NO_NEED = "no_need"


class Call(Entity):
    """A telephone call by one person at one time; follows the customer."""

    customer: Annotated[Id, Meta(extra=field(ref="customer", column=True, required=True))] | UnsetType = UNSET
    person: Annotated[Id, Meta(extra=field(ref="person", column=True, required=True))] | UnsetType = UNSET
    called_at: Annotated[Instant, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    contact: Annotated[Id, Meta(extra=field(ref="contact"))] | UnsetType | None = UNSET
    """Who was called, where it was not the customer's own number."""
    result: Annotated[CallResult, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    note: Annotated[Paragraph, Meta(extra=field(join=Join.TEXT, search=True))] | UnsetType | None = UNSET

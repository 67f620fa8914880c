"""Deal: an opportunity to sell, on its way through the pipeline."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import (
    Currency,
    Day,
    Entity,
    Id,
    Instant,
    Line,
    Money,
    Name,
    Paragraph,
    Percent,
    field,
)
from routebook_sync.joins import Join


class Stage(StrEnum):
    """The deal's stage in the pipeline."""

    NEW = "new"
    QUALIFIED = "qualified"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"
    WON = "won"
    LOST = "lost"


class Deal(Entity):
    """An opportunity at one customer; follows the customer."""

    customer: Annotated[Id, Meta(extra=field(ref="customer", column=True, required=True))] | UnsetType = UNSET
    title: Annotated[Name, Meta(extra=field(title=True, column=True, search=True, required=True))] | UnsetType = UNSET
    owner: Annotated[Id, Meta(extra=field(ref="person", column=True))] | UnsetType | None = UNSET
    stage: Annotated[Stage, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    stage_since: Annotated[Instant, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    amount: Annotated[Money, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    currency: Currency | UnsetType | None = UNSET
    margin: Percent | UnsetType | None = UNSET
    close_day: Annotated[Day, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    next_step: Line | UnsetType | None = UNSET
    competitor: Line | UnsetType | None = UNSET
    lost_reason: Line | UnsetType | None = UNSET
    discount: Annotated[int, Meta(ge=1, le=100, extra=field(unit="percent"))] | UnsetType | None = UNSET
    """What the owner asks for, off the amount as it stands; how it is answered is for managers alone."""
    discount_reason: Line | UnsetType | None = UNSET
    discount_asked_by: Annotated[Id, Meta(extra=field(ref="person"))] | UnsetType | None = UNSET
    discount_asked_at: Annotated[Instant, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    discount_answered: Annotated[Instant, Meta(extra=field(column=True, manager=True))] | UnsetType | None = UNSET
    """The ``discount_asked_at`` that this is the answer to: whoever asks again waits for another."""
    discount_answered_by: Annotated[Id, Meta(extra=field(ref="person", manager=True))] | UnsetType | None = UNSET
    discount_granted: Annotated[bool, Meta(extra=field(manager=True))] | UnsetType | None = UNSET
    description: Annotated[Paragraph, Meta(extra=field(join=Join.TEXT))] | UnsetType | None = UNSET

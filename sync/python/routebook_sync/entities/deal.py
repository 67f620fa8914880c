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
    description: Annotated[Paragraph, Meta(extra=field(join=Join.TEXT))] | UnsetType | None = UNSET

"""Shelf check: one product as it was seen at a customer's, ours or a competitor's."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Currency, Entity, Id, Instant, Line, Money, Paragraph, field
from routebook_sync.joins import Join


class Stock(StrEnum):
    """How much of it stood there."""

    IN_STOCK = "in_stock"
    LOW = "low"
    OUT = "out"


class ShelfCheck(Entity):
    """A product seen on a shelf by one person at one time; follows the customer."""

    customer: Annotated[Id, Meta(extra=field(ref="customer", column=True, required=True))] | UnsetType = UNSET
    person: Annotated[Id, Meta(extra=field(ref="person", column=True, required=True))] | UnsetType = UNSET
    visit: Annotated[Id, Meta(extra=field(ref="visit", column=True))] | UnsetType | None = UNSET
    seen_at: Annotated[Instant, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    product: Annotated[Id, Meta(extra=field(ref="product", column=True))] | UnsetType | None = UNSET
    """One of ours; null where it is a competitor's."""
    competitor: Annotated[Line, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    name: Annotated[Line, Meta(extra=field(title=True, column=True))] | UnsetType | None = UNSET
    """What the competitor calls it."""
    price: Money | UnsetType | None = UNSET
    """On the shelf, for one piece."""
    currency: Currency | UnsetType | None = UNSET
    facings: Annotated[int, Meta(ge=0, le=10_000)] | UnsetType | None = UNSET
    """Pieces that face the customer, side by side."""
    stock: Annotated[Stock, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    note: Annotated[Paragraph, Meta(extra=field(join=Join.TEXT))] | UnsetType | None = UNSET

"""Order: what a customer bought, as the back office booked it."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Currency, Entity, Id, Instant, Line, Money, field


class OrderStatus(StrEnum):
    """Where the order stands."""

    DRAFT = "draft"
    PLACED = "placed"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class OrderLine(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line of an order."""

    product: Id
    quantity: Annotated[int, Meta(ge=0, le=10_000_000)]
    price: Money | UnsetType = UNSET
    """Minor units for one piece; absent in a draft where nobody has said yet."""


class Order(Entity):
    """A purchase of one customer; follows the customer."""

    customer: Annotated[Id, Meta(extra=field(ref="customer", column=True, required=True))] | UnsetType = UNSET
    person: Annotated[Id, Meta(extra=field(ref="person", column=True))] | UnsetType | None = UNSET
    visit: Annotated[Id, Meta(extra=field(ref="visit"))] | UnsetType | None = UNSET
    number: Annotated[Line, Meta(extra=field(title=True, column=True))] | UnsetType | None = UNSET
    status: Annotated[OrderStatus, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    ordered_at: Annotated[Instant, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    amount: Annotated[Money, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    currency: Currency | UnsetType | None = UNSET
    lines: Annotated[list[OrderLine], Meta(max_length=500)] | UnsetType | None = UNSET

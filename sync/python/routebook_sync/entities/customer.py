"""Customer: an account that the team sells to, with its place, its owner and the figures the server computes."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import (
    Country,
    Currency,
    Day,
    Email,
    Entity,
    Id,
    Latitude,
    Line,
    Longitude,
    Money,
    Name,
    OpeningHours,
    Paragraph,
    Percent,
    Phone,
    SetOfLines,
    Url,
    field,
)
from routebook_sync.joins import Join


class Relation(StrEnum):
    """How the account stands to us."""

    END_CUSTOMER = "end_customer"
    BUSINESS = "business"
    DISTRIBUTOR = "distributor"
    INTERNAL = "internal"


class ValueClass(StrEnum):
    """The account's place in the value pyramid: top 1 %, next 4 %, next 15 %, the rest."""

    VIP = "vip"
    MAIN = "main"
    REGULAR = "regular"
    SMALL = "small"


class Phase(StrEnum):
    """The account's phase in its life cycle."""

    PROSPECTIVE = "prospective"
    STARTING = "starting"
    REPEAT = "repeat"
    LOYAL = "loyal"
    LEAVING = "leaving"


class Customer(Entity):
    """An account; the root of its aggregate. Contacts, visits, notes, deals and orders follow it."""

    name: Annotated[Name, Meta(extra=field(title=True, column=True, search=True, required=True))] | UnsetType = UNSET
    relation: Annotated[Relation, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    parent: Annotated[Id, Meta(extra=field(ref="customer", column=True))] | UnsetType | None = UNSET
    territory: (
        Annotated[Id, Meta(extra=field(ref="territory", home=True, column=True, required=True, manager=True))]
        | UnsetType
    ) = UNSET
    owner: Annotated[Id, Meta(extra=field(ref="person", column=True))] | UnsetType | None = UNSET
    trade: Annotated[Line, Meta(extra=field(search=True))] | UnsetType | None = UNSET
    street: Annotated[Line, Meta(extra=field(column=True, search=True))] | UnsetType | None = UNSET
    city: Annotated[Line, Meta(extra=field(column=True, search=True))] | UnsetType | None = UNSET
    region: Line | UnsetType | None = UNSET
    postcode: Annotated[Line, Meta(extra=field(search=True))] | UnsetType | None = UNSET
    country: Annotated[Country, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    latitude: Annotated[Latitude, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    longitude: Annotated[Longitude, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    phone: Annotated[Phone, Meta(extra=field(column=True, search=True))] | UnsetType | None = UNSET
    email: Annotated[Email, Meta(extra=field(search=True))] | UnsetType | None = UNSET
    website: Url | UnsetType | None = UNSET
    opening_hours: OpeningHours | UnsetType | None = UNSET
    """When it may be visited; a day that is not named is closed."""
    tax_number: Annotated[Line, Meta(extra=field(search=True))] | UnsetType | None = UNSET
    tags: Annotated[SetOfLines, Meta(extra=field(join=Join.SET, search=True))] | UnsetType = UNSET
    description: Annotated[Paragraph, Meta(extra=field(join=Join.TEXT))] | UnsetType | None = UNSET
    since: Day | UnsetType | None = UNSET
    currency: Currency | UnsetType | None = UNSET
    value_class: Annotated[ValueClass, Meta(extra=field(column=True, server=True))] | UnsetType | None = UNSET
    phase: Annotated[Phase, Meta(extra=field(column=True, server=True))] | UnsetType | None = UNSET
    phase_reason: Annotated[Line, Meta(extra=field(server=True))] | UnsetType | None = UNSET
    lifetime_value: Annotated[Money, Meta(extra=field(server=True))] | UnsetType | None = UNSET
    revenue_12m: Annotated[Money, Meta(extra=field(column=True, server=True))] | UnsetType | None = UNSET
    margin_12m: Annotated[Money, Meta(extra=field(server=True))] | UnsetType | None = UNSET
    cost_to_serve_12m: Annotated[Money, Meta(extra=field(server=True, hidden=True))] | UnsetType | None = UNSET
    satisfaction: Annotated[int, Meta(ge=0, le=100, extra=field(unit="index", server=True))] | UnsetType | None = UNSET
    churn_risk: Annotated[Percent, Meta(extra=field(server=True))] | UnsetType | None = UNSET

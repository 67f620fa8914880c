"""Product: something the team sells."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Currency, Entity, Line, Money, Name, field


class Product(Entity):
    """An article or service of the catalogue; shared by the organisation."""

    name: Annotated[Name, Meta(extra=field(title=True, column=True, search=True, required=True))] | UnsetType = UNSET
    article_number: Annotated[Line, Meta(extra=field(column=True, search=True))] | UnsetType | None = UNSET
    category: Annotated[Line, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    packaging: Line | UnsetType | None = UNSET
    price: Money | UnsetType | None = UNSET
    cost: Annotated[Money, Meta(extra=field(hidden=True))] | UnsetType | None = UNSET
    """What one costs us, in the currency of the price."""
    currency: Currency | UnsetType | None = UNSET
    active: Annotated[bool, Meta(extra=field(column=True))] | UnsetType | None = UNSET

"""Product: something the team sells."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Currency, Entity, Line, Money, field


class Product(Entity):
    """An article or service of the catalogue; shared by the organisation."""

    name: Annotated[str, Meta(min_length=1, max_length=200, extra=field(title=True, column=True, search=True, required=True))] | UnsetType = UNSET
    article_number: Annotated[Line, Meta(extra=field(column=True, search=True))] | None | UnsetType = UNSET
    category: Annotated[Line, Meta(extra=field(column=True))] | None | UnsetType = UNSET
    packaging: Line | None | UnsetType = UNSET
    price: Money | None | UnsetType = UNSET
    currency: Currency | None | UnsetType = UNSET
    active: Annotated[bool, Meta(extra=field(column=True))] | None | UnsetType = UNSET

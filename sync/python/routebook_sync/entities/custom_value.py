"""Custom value: what one customer has in one custom field."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import (
    Day,
    Email,
    Entity,
    Id,
    Line,
    Money,
    Paragraph,
    Phone,
    SetOfLines,
    Url,
    field,
)
from routebook_sync.entities.visit_form import Part
from routebook_sync.joins import MAX_SAFE, Join


class CustomValue(Entity):
    """The value of one custom field of one customer, whose id every device knows; follows the customer.

    It has a field for each type of custom field, so that each is checked, merged and found as what it is; only the one
    of its custom field's type counts.
    """

    customer: Annotated[Id, Meta(extra=field(ref="customer", column=True, required=True))] | UnsetType = UNSET
    custom_field: Annotated[Id, Meta(extra=field(ref="custom_field", column=True, required=True))] | UnsetType = UNSET
    text: Annotated[Line, Meta(extra=field(search=True))] | UnsetType | None = UNSET
    long_text: Annotated[Paragraph, Meta(extra=field(join=Join.TEXT, search=True))] | UnsetType | None = UNSET
    number: Annotated[int, Meta(ge=-MAX_SAFE, le=MAX_SAFE)] | UnsetType | None = UNSET
    money: Money | UnsetType | None = UNSET
    """In the customer's currency."""
    day: Day | UnsetType | None = UNSET
    yes_no: bool | UnsetType | None = UNSET
    choice: Part | UnsetType | None = UNSET
    choices: Annotated[SetOfLines, Meta(extra=field(join=Join.SET))] | UnsetType = UNSET
    email: Annotated[Email, Meta(extra=field(search=True))] | UnsetType | None = UNSET
    phone: Annotated[Phone, Meta(extra=field(search=True))] | UnsetType | None = UNSET
    link: Annotated[Url, Meta(extra=field(search=True))] | UnsetType | None = UNSET

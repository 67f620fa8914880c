"""Custom field: what a team keeps of its customers beside what every team does, declared as data."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Entity, Line, Name, field
from routebook_sync.entities.customer import Relation, ValueClass
from routebook_sync.entities.visit_form import Choice, LabelIn, Number


class CustomFieldType(StrEnum):
    """What is kept; also the name of the field of a custom value that holds it."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"


class CustomField(Entity):
    """One field; shared by the organisation, written by managers. Archived where it is out of use: its values stay."""

    label: Annotated[Name, Meta(extra=field(title=True, column=True, required=True))] | UnsetType = UNSET
    label_in: LabelIn | UnsetType | None = UNSET
    type: Annotated[CustomFieldType, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    """It stays what it is: values of another type would be lost from sight."""
    help: Line | UnsetType | None = UNSET
    choices: Annotated[list[Choice], Meta(max_length=50)] | UnsetType | None = UNSET
    unit: Annotated[str, Meta(max_length=20)] | UnsetType | None = UNSET
    decimals: Annotated[int, Meta(ge=0, le=3)] | UnsetType | None = UNSET
    """A number is kept in units of 10^-decimals: there are no fractions on the wire."""
    minimum: Number | UnsetType | None = UNSET
    maximum: Number | UnsetType | None = UNSET
    position: Annotated[int, Meta(ge=0, le=1_000_000_000, extra=field(column=True))] | UnsetType | None = UNSET
    relations: Annotated[list[Relation], Meta(max_length=20)] | UnsetType | None = UNSET
    """For customers of these relations; null or empty for all."""
    value_classes: Annotated[list[ValueClass], Meta(max_length=20)] | UnsetType | None = UNSET
    archived: Annotated[bool, Meta(extra=field(column=True))] | UnsetType | None = UNSET

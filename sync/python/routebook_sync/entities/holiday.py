"""Holiday: a day on which customers are closed, by country, from the calendar or as a manager has put it in."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Country, Day, Entity, Name, field
from routebook_sync.entities.visit_form import LabelIn


class Holiday(Entity):
    """A closed day; shared by the organisation, written by managers and by the server, which knows the calendars."""

    name: Annotated[Name, Meta(extra=field(title=True, column=True, required=True))] | UnsetType = UNSET
    """In the country's own language."""
    day: Annotated[Day, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    country: Annotated[Country, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    """Null for everybody."""
    name_in: LabelIn | UnsetType | None = UNSET
    working: Annotated[bool, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    """The organisation works all the same. It is not deleted: the next look at the calendar would bring it back."""

"""What every entity shares: the base struct, the field types, and how a field says what it is.

A field's ``Meta(extra=…)`` holds the keys of ``Field``; ``entities/__init__.py`` reads them into ``EntityType``.
"""

from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from routebook_sync.clock import STAMP_PATTERN, STAMP_WIDTH
from routebook_sync.identifier import ID_PATTERN, ID_WIDTH
from routebook_sync.joins import MAX_SAFE, Join

SHARED_ROOT: Final = "shared"
"""The root of records that belong to the whole organisation."""


class Home(StrEnum):
    """Where records of a kind live (SPEC R30)."""

    TERRITORY = "territory"
    """The record is an aggregate's root; its bucket is the territory that its ``home`` field names."""
    ROOT = "root"
    """The record follows its root: a customer's bucket, or a person's own."""
    SHARED = "shared"
    """The record is the same for everybody in the organisation."""


class Entity(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A kind of record. Every field may be absent (never written) or null (cleared), which are two things."""

    deleted: Annotated[bool, Meta(extra={"column": True})] | UnsetType | None = UNSET


def field(
    *,
    join: Join = Join.REGISTER,
    ref: str = "",
    unit: str = "",
    column: bool = False,
    search: bool = False,
    home: bool = False,
    title: bool = False,
    required: bool = False,
    server: bool = False,
    manager: bool = False,
    hidden: bool = False,
) -> dict[str, Any]:
    """Return the ``extra`` of a field.

    ``ref``: the kind it points to. ``unit``: ms, day, money, microdegree, metre, minute, percent, index, country,
    currency, phone, email, url, strokes, opening_hours. ``column``: lists sort or filter by it. ``search``: full text
    covers it. ``home``: names the home territory. ``title``: what a list shows. ``required``: a new record must have
    it. ``server``: only the server writes it. ``manager``: reps may not write it. ``hidden``: it is not sent to reps,
    who may not write it either (SPEC R35).
    """
    given = {
        "join": join.value,
        "ref": ref,
        "unit": unit,
        "column": column,
        "search": search,
        "home": home,
        "title": title,
        "required": required,
        "server": server,
        "manager": manager,
        "hidden": hidden,
    }
    return {key: value for key, value in given.items() if value and value != Join.REGISTER.value}


# A "$" also matches before a last line feed: the length closes that door.
Id = Annotated[str, Meta(pattern=ID_PATTERN, max_length=ID_WIDTH)]
Stamp = Annotated[str, Meta(pattern=STAMP_PATTERN, max_length=STAMP_WIDTH)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Line = Annotated[str, Meta(max_length=200)]
Paragraph = Annotated[str, Meta(max_length=10_000)]
Instant = Annotated[int, Meta(ge=0, le=(1 << 48) - 1, extra=field(unit="ms"))]
"""Milliseconds since 1970 UTC."""
Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", max_length=10, extra=field(unit="day"))]
"""An ISO date without a time zone."""
Money = Annotated[int, Meta(ge=-MAX_SAFE, le=MAX_SAFE, extra=field(unit="money"))]
"""Minor units of the currency in the same record, or of the organisation."""
Latitude = Annotated[int, Meta(ge=-90_000_000, le=90_000_000, extra=field(unit="microdegree"))]
Longitude = Annotated[int, Meta(ge=-180_000_000, le=180_000_000, extra=field(unit="microdegree"))]
Percent = Annotated[int, Meta(ge=-1000, le=1000, extra=field(unit="percent"))]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", max_length=3, extra=field(unit="currency"))]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", max_length=2, extra=field(unit="country"))]
Phone = Annotated[str, Meta(max_length=40, extra=field(unit="phone"))]
Email = Annotated[str, Meta(max_length=200, extra=field(unit="email"))]
Strokes = Annotated[
    str,
    Meta(
        # A "$" also matches before a last line feed.
        pattern="^(?:M[0-9]{1,4} [0-9]{1,4}(?:l-?[0-9]{1,4} -?[0-9]{1,4})+)+$(?!\\n)",
        max_length=16_000,
        extra=field(unit="strokes"),
    ),
]
"""What a pen drew, as the data of an SVG path: each stroke one absolute point and steps from it, all whole numbers."""
_WEEKDAY: Final = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_CLOCK: Final = "(?:[01][0-9]|2[0-4]):[0-5][0-9]"
_SPAN: Final = f"{_CLOCK}-{_CLOCK}"
_RULE: Final = f"{_WEEKDAY}(?:[-,]{_WEEKDAY})* {_SPAN}(?:,{_SPAN})*"
OpeningHours = Annotated[
    str,
    # A "$" also matches before a last line feed.
    Meta(pattern=rf"^(?:(?:^|; ){_RULE})+$(?!\n)", max_length=400, extra=field(unit="opening_hours")),
]
"""Weekly hours in OpenStreetMap's notation: ``Mo-Fr 08:00-12:00,13:00-17:00; Sa 09:00-13:00``."""
Url = Annotated[str, Meta(max_length=500, extra=field(unit="url"))]
SetOfLines = dict[
    Annotated[str, Meta(min_length=1, max_length=80)], Annotated[list[list[Stamp]], Meta(min_length=2, max_length=2)]
]
CounterState = dict[
    Annotated[str, Meta(pattern="^[0-9a-v]{4}$", max_length=4)],
    Annotated[list[Annotated[int, Meta(ge=0, le=MAX_SAFE)]], Meta(min_length=2, max_length=2)],
]
LogState = dict[Stamp, Paragraph]

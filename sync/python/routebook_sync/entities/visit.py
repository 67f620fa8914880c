"""Visit: a planned, open or finished call at a customer's place."""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import (
    Day,
    Entity,
    Id,
    Instant,
    Latitude,
    Line,
    LogState,
    Longitude,
    Paragraph,
    Stamp,
    Strokes,
    field,
)
from routebook_sync.joins import Join


class VisitStatus(StrEnum):
    """Where the visit stands."""

    PLANNED = "planned"
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How the visit went."""

    ORDER = "order"
    INTERESTED = "interested"
    FOLLOW_UP = "follow_up"
    NOT_IN = "not_in"
    NO_NEED = "no_need"


class Purpose(StrEnum):
    """What the visit is for."""

    SALES = "sales"
    SERVICE = "service"
    ACQUISITION = "acquisition"
    DELIVERY = "delivery"
    COLLECTION = "collection"


class Presence(StrEnum):
    """Where the phone was at check-in: evidence, never a gate."""

    AT_CUSTOMER = "at_customer"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


_WORD: Final = r'"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-f]{4})*"'
_PART: Final = '"[0-9a-z]{1,26}"'
_ANSWER: Final = rf"(?:null|true|false|-?[0-9]{{1,16}}|{_WORD}|\[(?:{_PART}(?:,{_PART})*)?\])"
ANSWER_PATTERN: Final = rf'^\["[0-9a-v]{{26}}",{_PART},{_ANSWER}\]$(?!\n)'
Answers = dict[Stamp, Annotated[str, Meta(pattern=ANSWER_PATTERN, max_length=4_000)]]
"""Each entry is JSON: the form, the question, the answer, null where it was taken back. The last one counts.

A number or a sum is a text with the decimals and the currency that it was given in: ``"4.5"``, ``"1250.50 EUR"``.
A bare one is of an older app: units of the last decimal place that is asked for now.
"""


class Visit(Entity):
    """A call at a customer's place by one person; follows the customer."""

    customer: Annotated[Id, Meta(extra=field(ref="customer", column=True, required=True))] | UnsetType = UNSET
    person: Annotated[Id, Meta(extra=field(ref="person", column=True, required=True))] | UnsetType = UNSET
    status: Annotated[VisitStatus, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    purpose: Purpose | UnsetType | None = UNSET
    planned_day: Annotated[Day, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    planned_at: Annotated[Instant, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    position: Annotated[int, Meta(ge=0, le=10_000, extra=field(column=True))] | UnsetType | None = UNSET
    checked_in_at: Annotated[Instant, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    checked_out_at: Annotated[Instant, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    check_out_estimated: bool | UnsetType | None = UNSET
    presence: Presence | UnsetType | None = UNSET
    latitude: Latitude | UnsetType | None = UNSET
    longitude: Longitude | UnsetType | None = UNSET
    accuracy: Annotated[int, Meta(ge=0, le=10_000_000, extra=field(unit="metre"))] | UnsetType | None = UNSET
    distance: Annotated[int, Meta(ge=0, le=100_000_000, extra=field(unit="metre"))] | UnsetType | None = UNSET
    outcome: Annotated[Outcome, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    note: Annotated[Paragraph, Meta(extra=field(join=Join.TEXT, search=True))] | UnsetType | None = UNSET
    next_step: Line | UnsetType | None = UNSET
    signature: Strokes | UnsetType | None = UNSET
    """What somebody at the customer's signed; absent where he only gave his name."""
    signed_by: Line | UnsetType | None = UNSET
    signed_at: Instant | UnsetType | None = UNSET
    answers: Annotated[Answers, Meta(extra=field(join=Join.LOG, unit="answer"))] | UnsetType = UNSET
    """What was answered to the questions of a visit form."""
    comments: Annotated[LogState, Meta(extra=field(join=Join.LOG))] | UnsetType = UNSET

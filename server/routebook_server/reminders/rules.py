"""Rules: what of a record falls due, when, and for whom. Pure; each as ``lib/domain`` has it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec

from routebook_server.reminders.birthdays import birth_from, birthdays_about
from routebook_server.reminders.calendars import Calendar
from routebook_server.reminders.hours import Hours, day_from, instant_from
from routebook_sync import base32
from routebook_sync.entities.deal import Stage
from routebook_sync.entities.task import TaskStatus, TaskType
from routebook_sync.identifier import ID_WIDTH

DAY_MS: Final = 86_400_000
LASTS_MS: Final = 12 * 3_600_000
"""How long after its time a reminder is still worth sending, and for how long one tries to."""
AWAY_MS: Final = 7 * DAY_MS
"""How far back what fell due while the server was away is still told of."""
LATE_MS: Final = 3_600_000
"""So long after its time a reminder says for when it was."""
PATIENCE_DAYS: Final[dict[str, int]] = {
    Stage.NEW.value: 30,
    Stage.QUALIFIED.value: 21,
    Stage.PROPOSAL.value: 14,
    Stage.NEGOTIATION.value: 14,
}
"""Days in a stage after which an open deal slips."""
KINDS: Final = frozenset({"task", "contact", "deal", "customer"})
"""The kinds of which something may fall due."""
RULES: Final = 3
"""Raised whenever something else falls due by them: then all records are looked through again."""
_NAMED: Final = frozenset({"contact", "customer"})


class Rule(StrEnum):
    """Why somebody is reminded."""

    TASK = "task"
    PROMISED_CALL = "promised_call"
    OVERDUE_CALL = "overdue_call"
    BIRTHDAY = "birthday"
    SLIPPING = "slipping"
    CALL_CYCLE = "call_cycle"
    """A customer is to be visited again."""
    UNSENT = "unsent"
    """A device that had told of unsent work has not been heard of since."""
    TEST = "test"
    """Its person wants to see whether reminders come to this device."""


class CallCycle(msgspec.Struct, frozen=True):
    """Where a customer stands in his call cycle."""

    last_visit_at: int
    days: int
    """After the last visit, until he is to be visited again."""
    planned_day: str = ""
    """The last day for which a visit is planned, "" for none: until it has passed somebody is about to go."""


class Subject(msgspec.Struct, frozen=True):
    """A record that somebody may be reminded of."""

    id: str
    kind: str
    root: str
    bucket: str
    values: Mapping[str, Any]
    customer: Mapping[str, Any]
    """The values of the customer below which it is, or that it is; none where it is a person's own."""
    cycle: CallCycle | None = None
    """Of a customer who was visited."""

    @property
    def person(self) -> str:
        """Whom it concerns; "" for nobody."""
        match self.kind:
            case "task":
                found = self.values.get("person")
            case "deal":
                found = self.values.get("owner") or self.customer.get("owner")
            case _:
                found = self.customer.get("owner")
        return found or ""

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self.values.get("name" if self.kind in _NAMED else "title") or "")


class Occurrence(msgspec.Struct, frozen=True):
    """Something that falls due at ``at``; ``mark`` tells it from the record's other times by the same rule.

    A day's mark is the day, so that nobody is reminded twice because he went to another time zone.
    """

    rule: Rule
    at: int
    mark: str


def occurrences(subject: Subject, hours: Hours, calendar: Calendar, now_ms: int) -> list[Occurrence]:
    """Return what falls due of a record, past and future; of birthdays the next one, until seven days after it."""
    if subject.values.get("deleted") or subject.customer.get("deleted"):
        return []
    if subject.kind == "customer":
        return [] if subject.cycle is None else [_of_cycle(subject.cycle, hours)]
    if subject.kind == "contact":
        return list(_of_contact(subject.values, hours, calendar, now_ms))
    find = _FINDERS.get(subject.kind)
    return [] if find is None else list(find(subject.values, hours))


def _of_task(values: Mapping[str, Any], hours: Hours) -> Iterator[Occurrence]:
    if values.get("status") != TaskStatus.OPEN:
        return
    is_call = values.get("type") == TaskType.CALL
    remind_at, due_day = instant_from(values.get("remind_at")), day_from(values.get("due_day"))
    if remind_at is not None:
        yield Occurrence(Rule.PROMISED_CALL if is_call else Rule.TASK, remind_at, str(remind_at))
    elif due_day is not None:
        yield Occurrence(Rule.TASK, hours.morning_of(due_day), due_day.isoformat())
    if is_call and due_day is not None:
        # One that is promised for later is not late before that.
        last = due_day if remind_at is None else max(due_day, hours.day_of(remind_at))
        yield Occurrence(Rule.OVERDUE_CALL, hours.morning_of(last + timedelta(days=1)), last.isoformat())


def _of_contact(values: Mapping[str, Any], hours: Hours, calendar: Calendar, now_ms: int) -> Iterator[Occurrence]:
    born = birth_from(values.get("birthday"))
    if born is None:
        return
    today = hours.day_of(now_ms)
    for day in birthdays_about(born, today, calendar):
        at = hours.morning_of(day)
        if at > now_ms - AWAY_MS:
            yield Occurrence(Rule.BIRTHDAY, at, day.isoformat())
            return


def _of_deal(values: Mapping[str, Any], hours: Hours) -> Iterator[Occurrence]:
    day = slips_on(values, hours)
    if day is not None:
        yield Occurrence(Rule.SLIPPING, hours.morning_of(day), day.isoformat())


def _of_cycle(cycle: CallCycle, hours: Hours) -> Occurrence:
    day = hours.day_of(cycle.last_visit_at) + timedelta(days=cycle.days)
    planned = day_from(cycle.planned_day)
    if planned is not None:
        day = max(day, planned + timedelta(days=1))
    # By the visit that began it, whatever is planned and however long the cycle is made: once is enough.
    seen = datetime.fromtimestamp(cycle.last_visit_at / 1_000, UTC).date()
    return Occurrence(Rule.CALL_CYCLE, hours.morning_of(day), seen.isoformat())


def slips_on(values: Mapping[str, Any], hours: Hours) -> date | None:
    """Return the first day on which an open deal slips: past its day of closing, or for too long in its stage."""
    patience = PATIENCE_DAYS.get(str(values.get("stage")))
    if patience is None:
        return None
    closing, since = day_from(values.get("close_day")), instant_from(values.get("stage_since"))
    days = [closing + timedelta(days=1)] if closing is not None else []
    if since is not None:
        days.append(hours.day_of(since) + timedelta(days=patience + 1))
    return min(days, default=None)


def days_in_stage(values: Mapping[str, Any], hours: Hours, today: date) -> int | None:
    """Return for how many days a deal has stood in its stage; None where nobody knows since when."""
    since = instant_from(values.get("stage_since"))
    return None if since is None else max(0, (today - hours.day_of(since)).days)


_FINDERS: Final[dict[str, Callable[[Mapping[str, Any], Hours], Iterator[Occurrence]]]] = {
    "task": _of_task,
    "deal": _of_deal,
}


def reminder_id(rule: Rule, record: str, person: str, mark: str) -> str:
    """Return the id of a reminder: the same one whoever works it out, also after a restore."""
    return _digest(f"{rule.value}|{record}|{person}|{mark}")


def delivery_id(reminder: str, device: int) -> str:
    """Return the id of a reminder's message to one device, by which the device knows it again; 0 for the e-mail."""
    return _digest(f"{reminder}|{device}")


def _digest(text: str) -> str:
    return base32.encode(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16]), ID_WIDTH)

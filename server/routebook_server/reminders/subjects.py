"""Subjects: the records that somebody may be reminded of, as they are now, and everybody's hours."""

from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple

import msgspec
import structlog

from routebook_server.database import Driver
from routebook_server.reminders.calendars import Calendar, calendar_of
from routebook_server.reminders.cycles import read_cycles
from routebook_server.reminders.hours import Hours
from routebook_server.reminders.looks import Look, looks_of
from routebook_server.reminders.rules import KINDS, Occurrence, Rule, Subject, occurrences, reminder_id
from routebook_server.reminders.wording import locale_from

_SELECT: Final = "SELECT id, kind, root, bucket, doc FROM record WHERE id IN (?*) AND kind IN (?*)"
_SELECT_ROOTS: Final = "SELECT id, doc FROM record WHERE id IN (?*) AND kind = 'customer'"
_SELECT_PEOPLE: Final = (
    "SELECT person, locale, time_zone, morning, quiet_from, quiet_to FROM due_person WHERE person IN (?*)"
)


class _Doc(msgspec.Struct):
    v: dict[str, Any] = {}


_DECODER: Final = msgspec.json.Decoder(_Doc)

_log: Final = structlog.get_logger()


class Listener(msgspec.Struct, frozen=True):
    """When somebody wants to hear of things, in which language, "" for the organisation's, and by which calendar."""

    hours: Hours
    locale: str = ""
    calendar: Calendar = Calendar.GREGORY


class Due(NamedTuple):
    """What falls due of a record."""

    subject: Subject
    occurrence: Occurrence
    person: str
    reminder: str
    """The id that the reminder has, or will have."""
    send_at: int
    """When it rings: when it falls due, or at the end of the quiet hours."""


def read_values(doc: str) -> dict[str, Any]:
    """Return the values of a stored document."""
    return _DECODER.decode(doc).v


def read_subjects(driver: Driver, ids: Collection[str]) -> dict[str, Subject]:
    """Return those records among ``ids`` of which something may fall due."""
    rows = driver.fetch(_SELECT, sorted(ids), sorted(KINDS)) if ids else []
    roots = sorted({root for _id, _kind, root, _bucket, _doc in rows})
    customers = {root: read_values(doc) for root, doc in driver.fetch(_SELECT_ROOTS, roots)} if roots else {}
    own = {record: customers.get(record, {}) for record, kind, *_rest in rows if kind == "customer"}
    cycles = read_cycles(driver, own)
    return {
        record: Subject(record, kind, root, bucket, read_values(doc), customers.get(root, {}), cycles.get(record))
        for record, kind, root, bucket, doc in rows
    }


def read_listeners(driver: Driver, people: Iterable[str], time_zone: str) -> dict[str, Listener]:
    """Return everybody's hours, language and calendar; of whom nothing is known, the usual ones in ``time_zone``."""
    wanted = sorted({person for person in people if person})
    found = {row[0]: row[1:] for row in (driver.fetch(_SELECT_PEOPLE, wanted) if wanted else ())}
    looks, organisation = looks_of(driver, wanted), driver.fetch_one("SELECT locale FROM organisation")
    usual = organisation[0] if organisation else ""
    listeners = {"": Listener(Hours(time_zone))}
    for person in wanted:
        locale, *hours = found.get(person, ("", time_zone))
        look = looks.get(person, Look())
        calendar = calendar_of(locale_from(look.locale, locale, usual), look.calendar)
        listeners[person] = Listener(Hours(*hours), locale, calendar)
    return listeners


def find_due(driver: Driver, subjects: Iterable[Subject], time_zone: str, now_ms: int) -> list[Due]:
    """Return what falls due of these records, past and future."""
    kept = list(subjects)
    listeners = read_listeners(driver, [subject.person for subject in kept], time_zone)
    found = []
    for subject in kept:
        person = subject.person
        hours, calendar = listeners[person].hours, listeners[person].calendar
        try:
            of_this = occurrences(subject, hours, calendar, now_ms)
        except (TypeError, ValueError, OverflowError):
            # Whatever it holds, one record stops no other.
            _log.exception("nothing can fall due of a record", kind=subject.kind, id=subject.id)
            continue
        for occurrence in of_this:
            made = reminder_id(occurrence.rule, subject.id, person, occurrence.mark)
            found.append(Due(subject, occurrence, person, made, hours.after_quiet(occurrence.at)))
    return found


def why_not(subject: Subject | None, rule: Rule, person: str) -> str:
    """Return why a reminder of this record no longer holds, "" if nothing speaks against it but its time."""
    if subject is None or subject.values.get("deleted") or subject.customer.get("deleted"):
        return "deleted"
    if subject.person != person:
        return "reassigned"
    is_over = {
        "task": subject.values.get("status") != "open",
        "deal": rule is Rule.SLIPPING and subject.values.get("stage") in {"won", "lost"},
    }
    return "done" if is_over.get(subject.kind, False) else ""

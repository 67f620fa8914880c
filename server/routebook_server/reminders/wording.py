"""Wording: what reminders say, in five languages. The texts are in ``messages/``, one file a language; nowhere else."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from routebook_server.reminders.hours import Hours, day_from
from routebook_server.reminders.rules import Occurrence, Rule, Subject, days_in_stage

LOCALES: Final = ("en", "fa", "ru", "zh", "pl")
NAMED: Final = 4
"""Reminders that are named where many come at once."""
_DIGITS: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_PLACE: Final = re.compile(r"\{(\w+)\}")
_FOR_DAYS: Final = (
    "for_monday",
    "for_tuesday",
    "for_wednesday",
    "for_thursday",
    "for_friday",
    "for_saturday",
    "for_sunday",
)
"""What a promise is for, from Monday on: in some languages in another case than the day's name."""
_TIMED: Final = frozenset({Rule.TASK, Rule.PROMISED_CALL, Rule.BIRTHDAY})
"""Rules whose words depend on when they are read; those of the others say how long it has been so."""
_NOTHING: Final[Mapping[str, str]] = {}
_ISOLATE: Final = "\u2068{}\u2069"
"""Around a name in a line that runs the other way, as the app does it."""


class Wording(msgspec.Struct, frozen=True):
    """What a notification says."""

    title: str
    body: str
    when: str = ""
    """For when it was, of one that is late; its body says so too."""


def locale_from(*wanted: str) -> str:
    """Return the first of these languages that we speak, English if none is."""
    for name in wanted:
        found = name.replace("_", "-").split("-")[0].lower()
        if found in LOCALES:
            return found
    return "en"


def direction_of(locale: str) -> str:
    """Return the direction in which a language is written."""
    return "rtl" if locale == "fa" else "ltr"


def say(locale: str, key: str, values: Mapping[str, str] = _NOTHING, count: int | None = None) -> str:
    """Return a text with its values in their places; by ``count`` its plural form, with the number as ``{shown}``."""
    found = _messages(locale)[key]
    if not isinstance(found, str):
        assert count is not None, key  # noqa: S101 - a text with forms is asked for with a count
        found = found[plural_form(locale, count)]
    if count is not None:
        values = {**values, "shown": digits(locale, str(count))}
    wrap = _ISOLATE.format if locale == "fa" else str
    return _PLACE.sub(lambda place: wrap(values[place[1]]), found)


def digits(locale: str, text: str) -> str:
    """Return ``text`` with the digits of a language."""
    return text.translate(_DIGITS) if locale == "fa" else text


@cache
def _messages(locale: str) -> Mapping[str, str | dict[str, str]]:
    text = (resources.files(__package__) / "messages" / f"{locale}.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, str | dict[str, str]])


def plural_form(locale: str, count: int) -> str:
    """Return the plural category of a whole number (CLDR)."""
    return _PLURALS[locale](count)


def _slavic(count: int) -> str:
    last, last_two = count % 10, count % 100
    if 2 <= last <= 4 and not 12 <= last_two <= 14:
        return "few"
    return "many"


_PLURALS: Final[dict[str, Callable[[int], str]]] = {
    "en": lambda count: "one" if count == 1 else "other",
    "fa": lambda count: "one" if count in {0, 1} else "other",
    "ru": lambda count: "one" if count % 10 == 1 and count % 100 != 11 else _slavic(count),
    "zh": lambda _count: "other",
    "pl": lambda count: "one" if count == 1 else _slavic(count),
}


def word(
    locale: str, occurrence: Occurrence, subject: Subject, hours: Hours, now_ms: int, *, is_late: bool = False
) -> Wording:
    """Return what a reminder of a record says at ``now_ms``; one that is late also for when it was."""
    made = _word(locale, occurrence, subject, hours, now_ms)
    when = _when(locale, occurrence, hours, now_ms) if is_late and occurrence.rule in _TIMED else ""
    if not when:
        return made
    if occurrence.rule is Rule.PROMISED_CALL:
        return msgspec.structs.replace(made, when=when)  # its body has it anyway
    title = made.title
    if occurrence.rule is Rule.BIRTHDAY:
        title = say(locale, "birthday_title_late", {"title": subject.title})
    body = say(locale, "late_body", {"when": when, "body": made.body}) if made.body else when
    return Wording(title, body, when)


def _when(locale: str, occurrence: Occurrence, hours: Hours, now_ms: int) -> str:
    """Return for when something was, "" where it is of today."""
    there = hours.local(occurrence.at)
    late, is_of_day = (hours.day_of(now_ms) - there.date()).days, day_from(occurrence.mark) is not None
    if late >= len(_FOR_DAYS):
        return say(locale, "overdue_call_body_own", count=late)  # its weekday is today's again
    values = {"time": digits(locale, there.strftime("%H:%M")), "day": say(locale, _FOR_DAYS[there.weekday()])}
    if is_of_day:
        return say(locale, "late_on", values) if late else ""
    return say(locale, "late_then" if late else "late_at", values)


def _word(locale: str, occurrence: Occurrence, subject: Subject, hours: Hours, now_ms: int) -> Wording:
    customer = str(subject.customer.get("name") or "")
    own = "" if customer else "_own"
    values = {"title": subject.title, "customer": customer}
    match occurrence.rule:
        case Rule.TASK:
            return Wording(say(locale, "task_title", values), say(locale, f"task_body{own}", values))
        case Rule.PROMISED_CALL:
            promised, then = hours.local(occurrence.at), ""
            values["time"] = digits(locale, promised.strftime("%H:%M"))
            if promised.date() != hours.day_of(now_ms):
                # Quiet hours lie between: the evening before is not this evening.
                values["day"], then = say(locale, _FOR_DAYS[promised.weekday()]), "_then"
            title = say(locale, f"promised_call_title{own}", values)
            return Wording(title, say(locale, f"promised_call_body{then}{own}", values))
        case Rule.OVERDUE_CALL:
            due_day = day_from(occurrence.mark)
            late = 1 if due_day is None else max(1, (hours.day_of(now_ms) - due_day).days)
            title = say(locale, f"overdue_call_title{own}", values)
            return Wording(title, say(locale, f"overdue_call_body{own}", values, late))
        case Rule.SLIPPING:
            why = _why_slipping(locale, subject, hours, now_ms, values)
            return Wording(say(locale, "slipping_title", values), why)
        case Rule.CALL_CYCLE:
            title = say(locale, "call_cycle_title", values)
            return Wording(title, say(locale, "call_cycle_body", values, _days_unseen(subject, hours, now_ms)))
        case _:
            return Wording(say(locale, "birthday_title", values), say(locale, "birthday_body", values))


def word_unsent(locale: str, edits: int, files: int) -> Wording:
    """Return what a device is told that has so many edits, and photos and other files, to send."""
    of = "" if edits else "_files"  # files alone mostly wait for Wi-Fi
    return Wording(say(locale, f"unsent_title{of}", count=edits + files), say(locale, f"unsent_body{of}"))


def word_several(locale: str, titles: Sequence[str]) -> Wording:
    """Return what is said of many reminders at once: how many, and the first of them."""
    named, more = titles[:NAMED], len(titles) - NAMED
    lines = [*named, *([say(locale, "several_more", count=more)] if more > 0 else [])]
    return Wording(say(locale, "several_title", count=len(titles)), "\n".join(lines))


def line_of(locale: str, wording: Wording) -> str:
    """Return the line of a reminder among many."""
    return say(locale, "late_line", {"title": wording.title, "when": wording.when}) if wording.when else wording.title


def word_test(locale: str) -> Wording:
    """Return what a device shows whose person wants to see whether reminders come."""
    return Wording(say(locale, "test_title"), say(locale, "test_body"))


def _days_unseen(subject: Subject, hours: Hours, now_ms: int) -> int:
    seen = now_ms if subject.cycle is None else subject.cycle.last_visit_at
    return max(0, (hours.day_of(now_ms) - hours.day_of(seen)).days)


def _why_slipping(locale: str, subject: Subject, hours: Hours, now_ms: int, values: Mapping[str, str]) -> str:
    closing, today = day_from(subject.values.get("close_day")), hours.day_of(now_ms)
    stands = days_in_stage(subject.values, hours, today)
    if stands is None or (closing is not None and closing < today):
        return say(locale, "slipping_body_closing", values)
    return say(locale, "slipping_body_stage", values, stands)

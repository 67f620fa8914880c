"""ICS: what falls due for a person, written as a calendar (RFC 5545)."""

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Final

from icalendar import Alarm, Calendar, Event

from routebook_server.reminders.hours import day_from
from routebook_server.reminders.payload import url_of
from routebook_server.reminders.subjects import Due, Listener
from routebook_server.reminders.wording import say, word

_LASTS: Final = timedelta(minutes=15)


def make_calendar(due: Iterable[Due], listener: Listener, locale: str, url: str, now_ms: int) -> bytes:
    """Return the calendar of what falls due; each event has an alarm, and the same id for as long as it is the same."""
    calendar = Calendar()
    calendar.add("prodid", "-//Routebook//Reminders//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", say(locale, "calendar_name"))
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    for one in sorted(due, key=lambda one: (one.occurrence.at, one.reminder)):
        calendar.add_component(_event(one, listener, locale, url, now_ms))
    made: bytes = calendar.to_ical()
    return made


def _event(one: Due, listener: Listener, locale: str, url: str, now_ms: int) -> Event:
    occurrence, subject = one.occurrence, one.subject
    wording = word(locale, occurrence, subject, listener.hours, max(now_ms, occurrence.at))
    event = Event()
    event.add("uid", f"{one.reminder}@routebook")
    event.add("dtstamp", datetime.fromtimestamp(now_ms // 1_000, UTC))
    day = day_from(occurrence.mark)
    if day is not None:
        day = listener.hours.day_of(occurrence.at)  # of an overdue call, the day after
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        rings = listener.hours.local(one.send_at).replace(tzinfo=None) - datetime.combine(day, time())
    else:
        at = datetime.fromtimestamp(occurrence.at // 1_000, UTC)
        event.add("dtstart", at)
        event.add("dtend", at + _LASTS)
        rings = datetime.fromtimestamp(one.send_at // 1_000, UTC) - at
    event.add("summary", _text(wording.title))
    event.add("description", _text(wording.body))
    if url:
        event.add("url", f"{url}{url_of(subject.kind, subject.root, of_customer=bool(subject.customer))}")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _text(wording.title))
    alarm.add("trigger", rings)
    event.add_component(alarm)
    return event


def _text(text: str) -> str:
    """Return a text without what none may have there (RFC 5545, 3.1); whatever ends a line is a line's end."""
    lines = "\n".join(text.splitlines())
    return "".join(char for char in lines if char in "\n\t" or unicodedata.category(char) != "Cc")

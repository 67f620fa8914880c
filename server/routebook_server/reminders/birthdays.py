"""Birthdays: when they return, by the calendar of whoever is reminded, as ``lib/domain/birthday`` has it. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from routebook_server.reminders.calendars import Calendar, add_months, year_of


def birth_from(value: Any) -> date | None:
    """Return the day of birth that a field holds; None for none, and for one that no calendar has."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def birthdays_about(born: date, today: date, calendar: Calendar) -> Iterator[date]:
    """Yield the birthdays of last year, this one and the next; in a month that is too short its last day."""
    years = year_of(today, calendar) - year_of(born, calendar)
    for count in (years - 1, years, years + 1):
        yield add_months(born, 12 * count, calendar)

"""Calendars: months by the Gregorian and by the Persian calendar, in arithmetic as the app has it. Pure."""

import calendar as gregorian
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

_EPOCH: Final = date(622, 3, 21).toordinal()
"""1 Farvardin 1 by the arithmetic of 33 years, as ordinal of the proleptic Gregorian calendar."""
_LONG_MONTHS: Final = 6
"""Of 31 days; the others have 30, the last 29 unless its year is a leap year."""


class Calendar(StrEnum):
    """Whose months are counted."""

    GREGORY = "gregory"
    PERSIAN = "persian"


def calendar_of(locale: str, shown: str = "") -> Calendar:
    """Return the calendar that a device shows, else the one that readers of a language use."""
    if shown in tuple(Calendar):
        return Calendar(shown)
    return Calendar.PERSIAN if locale == "fa" else Calendar.GREGORY


def add_months(day: date, count: int, calendar: Calendar) -> date:
    """Return the same day so many months later, the last one of a month that is too short."""
    if calendar is Calendar.PERSIAN:
        year, month, of_month = persian_from(day)
        year, month = year + (month - 1 + count) // 12, (month - 1 + count) % 12 + 1
        return day_from_persian(year, month, min(of_month, _days_in(year, month)))
    year, month = day.year + (day.month - 1 + count) // 12, (day.month - 1 + count) % 12 + 1
    return date(year, month, min(day.day, gregorian.monthrange(year, month)[1]))


def year_of(day: date, calendar: Calendar) -> int:
    """Return the year of a calendar to which a day belongs."""
    return persian_from(day)[0] if calendar is Calendar.PERSIAN else day.year


def persian_from(day: date) -> tuple[int, int, int]:
    """Return year, month and day by the Persian calendar."""
    since = day.toordinal() - _EPOCH
    year = 1 + (33 * since + 3) // 12_053
    of_year = since - _days_before(year)
    month = of_year // 31 if of_year < _LONG_MONTHS * 31 else (of_year - _LONG_MONTHS) // 30
    return year, month + 1, of_year - _days_before_month(month) + 1


def day_from_persian(year: int, month: int, day: int) -> date:
    """Return the day of a Persian date that there is."""
    start = date.fromordinal(_EPOCH)
    return start + timedelta(days=_days_before(year) + _days_before_month(month - 1) + day - 1)


def _days_before(year: int) -> int:
    return 365 * (year - 1) + (8 * year + 21) // 33


def _days_before_month(months: int) -> int:
    return 30 * months + min(months, _LONG_MONTHS)


def _days_in(year: int, month: int) -> int:
    if month <= _LONG_MONTHS:
        return 31
    return 30 if month < 12 or (25 * year + 11) % 33 < 8 else 29

"""Seasons: how much a market buys on a day of the year, and when a product sells.

Weekdays are Python's (Monday is 0). Weights are relative: 1 is an ordinary working day or month.
"""

from datetime import date
from typing import Final

_WEEK: Final = (1.2, 1.1, 1.0, 1.0, 0.9, 0.2, 0.0)
_IRANIAN_WEEK: Final = (1.0, 1.0, 0.95, 0.35, 0.0, 1.2, 1.1)
_YEAR_BY_COUNTRY: Final = {
    "PL": (0.8, 0.85, 1.0, 1.05, 1.0, 1.0, 0.9, 0.85, 1.05, 1.1, 1.2, 1.3),
    "GB": (0.75, 0.85, 1.0, 1.0, 1.0, 1.0, 0.95, 0.85, 1.05, 1.1, 1.3, 1.35),
    "RU": (0.6, 0.95, 1.1, 1.0, 0.85, 0.95, 0.9, 0.9, 1.05, 1.05, 1.15, 1.5),
    "IR": (1.0, 1.0, 1.0, 0.8, 1.0, 1.0, 0.95, 0.95, 1.05, 1.05, 1.0, 1.05),
    "CN": (1.0, 1.0, 0.9, 0.95, 1.0, 1.0, 0.95, 0.95, 1.2, 0.9, 1.1, 1.0),
}
_HOLIDAYS_BY_COUNTRY: Final = {
    "PL": {(1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 25), (12, 26)},
    "GB": {(1, 1), (12, 25), (12, 26)},
    "RU": {*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)},
    "IR": {(2, 11), *((3, day) for day in range(20, 32)), (4, 1), (4, 2)},
    "CN": {(1, 1), (5, 1), (5, 2), (5, 3), *((10, day) for day in range(1, 8))},
}
SPRING_FESTIVAL: Final = {
    year: date(year, month, day)
    for year, month, day in (
        (2023, 1, 22), (2024, 2, 10), (2025, 1, 29), (2026, 2, 17), (2027, 2, 6), (2028, 1, 26), (2029, 2, 13),
        (2030, 2, 3), (2031, 1, 23), (2032, 2, 11), (2033, 1, 31), (2034, 2, 19), (2035, 2, 8),
    )
}  # fmt: skip
"""The first day of the Chinese year."""

_YEAR_BY_SEASON: Final = {
    "steady": (1.0,) * 12,
    "summer": (0.3, 0.4, 0.6, 0.9, 1.4, 2.0, 2.3, 2.1, 1.3, 0.7, 0.4, 0.35),
    "winter": (1.9, 1.7, 1.3, 0.8, 0.5, 0.4, 0.35, 0.4, 0.8, 1.3, 1.7, 2.0),
    "autumn": (0.15, 0.1, 0.1, 0.1, 0.1, 0.15, 0.25, 0.6, 1.6, 3.6, 3.4, 0.8),
    "spring": (0.6, 1.2, 2.4, 2.2, 1.4, 0.8, 0.6, 0.6, 0.7, 0.6, 0.5, 0.5),
}
_HOLIDAY_YEAR: Final = (0.3, 0.5, 0.7, 0.6, 0.5, 0.4, 0.4, 0.4, 0.6, 1.2, 2.4, 3.2)
_HOLIDAY_YEAR_BY_COUNTRY: Final = {
    "IR": (0.7, 2.6, 3.2, 0.4, 0.5, 0.5, 0.5, 0.5, 0.7, 0.7, 1.0, 1.6),
    "CN": (3.2, 2.4, 0.4, 0.5, 0.6, 0.6, 0.5, 0.7, 1.8, 0.6, 0.6, 1.0),
}
"""When gifts are bought: before Nowruz and Yalda, before Spring and Mid-Autumn Festival, else before Christmas."""


def work_weight(country: str, day: date) -> float:
    """Return how much a rep works on a day: 0 on days of rest."""
    if (day.month, day.day) in _HOLIDAYS_BY_COUNTRY[country]:
        return 0.0
    if country == "CN" and -1 <= _days_after_spring_festival(day) <= 7:
        return 0.0
    return (_IRANIAN_WEEK if country == "IR" else _WEEK)[day.weekday()]


def trade_weight(country: str, day: date) -> float:
    """Return how much is ordered on a day, with the rush before the market's great feast."""
    weight = work_weight(country, day) * _YEAR_BY_COUNTRY[country][day.month - 1]
    if country == "IR" and (2, 5) <= (day.month, day.day) <= (3, 19):
        return weight * 1.7
    if country == "CN" and -32 <= _days_after_spring_festival(day) <= -3:
        return weight * 1.9
    return weight


def product_weight(season: str, country: str, month: int) -> float:
    """Return how well a product of this season sells in a month, 1 to 12; KeyError for no such season."""
    if season == "holiday":
        return _HOLIDAY_YEAR_BY_COUNTRY.get(country, _HOLIDAY_YEAR)[month - 1]
    return _YEAR_BY_SEASON[season][month - 1]


def _days_after_spring_festival(day: date) -> int:
    festival = SPRING_FESTIVAL.get(day.year, date(day.year, 2, 5))
    return (day - festival).days

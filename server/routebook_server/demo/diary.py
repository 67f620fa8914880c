"""Diary: the days of one rep, two years back and some weeks ahead, and the hours that are taken."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from itertools import accumulate
from random import Random
from typing import Final

from routebook_server.demo.seasons import trade_weight, work_weight

HISTORY_DAYS: Final = 730
AHEAD_DAYS: Final = 45
MINUTE: Final = 60_000
DAY: Final = 24 * 60 * MINUTE
_FIRST_MINUTE: Final = 8 * 60 + 30
_WORKING_MINUTES: Final = 9 * 60
_VISITS_A_DAY: Final = 9


class Diary:
    """Days are counted from the first day of the history; ``today`` is day ``HISTORY_DAYS``."""

    def __init__(self, country: str, zone: tzinfo, today: date, visits: int) -> None:
        """Make a diary with room for about ``visits`` visits in the history."""
        self.today = today
        self._first = today - timedelta(days=HISTORY_DAYS)
        days = [self._first + timedelta(days=count) for count in range(HISTORY_DAYS + AHEAD_DAYS + 1)]
        self._midnights = [_midnight(day, zone) for day in days]
        self.days = days
        self.iso = [day.isoformat() for day in days]
        self._work = [work_weight(country, day) for day in days[:HISTORY_DAYS]]
        self._working_until = list(accumulate(self._work, initial=0.0))
        self._trading_until = list(accumulate((trade_weight(country, day) for day in days[:HISTORY_DAYS]), initial=0.0))
        self._room = max(_VISITS_A_DAY, visits // 400)
        self._taken = [0] * HISTORY_DAYS
        self._orders: dict[int, int] = {}

    def at(self, day: int, minute: int) -> int:
        """Return the instant, milliseconds, of a minute of a day in the diary's zone; days before the history too."""
        if day < 0:
            return self._midnights[0] + day * DAY + minute * MINUTE
        return self._midnights[day] + minute * MINUTE

    def iso_day(self, day: int) -> str:
        """Return a day as an ISO date; days before the history too."""
        return self.iso[day] if day >= 0 else (self._first + timedelta(days=day)).isoformat()

    def day_of(self, day: date) -> int:
        """Return the number of a day; negative before the history."""
        return (day - self._first).days

    def pick_order_day(self, random: Random, start: int = 0, end: int = HISTORY_DAYS) -> int:
        """Return a day from ``start`` to before ``end`` on which a shop orders."""
        return _pick(random, self._trading_until, start, end)

    def pick_work_day(self, random: Random, start: int = 0, end: int = HISTORY_DAYS, weekday: int | None = None) -> int:
        """Return a working day from ``start`` to before ``end``, mostly on ``weekday``: the rep's day in a town."""
        day = _pick(random, self._working_until, start, end)
        if weekday is not None and random.random() < 0.75:
            moved = day - self.days[day].weekday() + weekday
            if start <= moved < end and self._work[moved] > 0.1:
                return moved
        return day

    def take_visit(self, random: Random, day: int) -> tuple[int, int]:
        """Return day and minute of the next free hour on ``day``, or on a working day near it when it is full."""
        day = next((near for near in self._working_days_near(day) if self._taken[near] < self._room), day)
        slot = self._taken[day]
        self._taken[day] = slot + 1
        minute = _FIRST_MINUTE + slot % self._room * _WORKING_MINUTES // self._room
        return day, minute + int(random.random() * (_WORKING_MINUTES // self._room // 5 + 1))

    def _working_days_near(self, day: int) -> Iterator[int]:
        """The day itself, the working days of the four weeks after it, those of the two months before it."""
        yield day
        yield from (later for later in range(day + 1, min(day + 28, HISTORY_DAYS)) if self._work[later] > 0.1)
        yield from (earlier for earlier in range(day - 1, max(day - 60, -1), -1) if self._work[earlier] > 0.1)

    def next_order(self, day: int) -> int:
        """Return the running number of an order booked on ``day``, from 1."""
        self._orders[day] = self._orders.get(day, 0) + 1
        return self._orders[day]


def _midnight(day: date, zone: tzinfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def _pick(random: Random, until: list[float], start: int, end: int) -> int:
    low, high = until[start], until[end]
    if low == high:
        return end - 1
    day = bisect_right(until, low + random.random() * (high - low), start, end) - 1
    return min(max(day, start), end - 1)

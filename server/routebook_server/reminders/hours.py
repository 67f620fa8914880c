"""Hours: when a person's day begins where he is, and when he does not want to be rung. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

MORNING: Final = 9
"""The hour at which reminders of a day ring; the app's own chips mean it too."""
QUIET_FROM: Final = 21 * 60
QUIET_TO: Final = 7 * 60
"""Minutes of the day."""
QUIET_HOURS: Final = "quiet_hours"
MORNING_HOUR: Final = "morning_hour"
"""Names of a person's own settings."""
_DAY: Final = re.compile(r"(19[7-9][0-9]|2[0-9]{3})-[0-9]{2}-[0-9]{2}")
"""From 1970 on: no instant is before it."""
_LAST_MS: Final = 32_000_000_000_000
"""In the year 2984; whoever wrote a later instant cannot have meant it, and calendars end soon after."""
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class Hours(msgspec.Struct, frozen=True):
    """One person's hours."""

    time_zone: str = "UTC"
    morning: int = MORNING
    quiet_from: int = QUIET_FROM
    quiet_to: int = QUIET_TO

    def day_of(self, at_ms: int) -> date:
        """Return the day that an instant belongs to."""
        return self.local(at_ms).date()

    def local(self, at_ms: int) -> datetime:
        """Return an instant as the clock on his wall shows it."""
        return datetime.fromtimestamp(at_ms / 1_000, UTC).astimezone(zone_of(self.time_zone))

    def instant_at(self, day: date, minutes: int) -> int:
        """Return when it is so many minutes after midnight on ``day``.

        In an hour that the clocks skip the one after it, of one that comes twice the first: as the app has it.
        """
        there = datetime.combine(day, time(minutes // 60, minutes % 60), zone_of(self.time_zone))
        return round(there.timestamp()) * 1_000

    def morning_of(self, day: date) -> int:
        """Return when reminders of ``day`` ring."""
        return self.instant_at(day, self.morning * 60)

    def after_quiet(self, at_ms: int) -> int:
        """Return ``at_ms``, or the end of the quiet hours that it falls into."""
        there = self.local(at_ms)
        minute = there.hour * 60 + there.minute
        begin, end = self.quiet_from, self.quiet_to
        ends_tomorrow = begin > end and minute >= begin
        if not (ends_tomorrow or (begin < end and begin <= minute < end) or (begin > end and minute < end)):
            return at_ms
        return max(at_ms, self.instant_at(there.date() + timedelta(days=ends_tomorrow), end))


@lru_cache(maxsize=700)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone; UTC for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def is_zone(name: Any) -> bool:
    """Tell whether there is a time zone of this name."""
    return isinstance(name, str) and name != "" and (name == "UTC" or zone_of(name).key != "UTC")


def day_from(value: Any) -> date | None:
    """Return the day that a field holds; None for none, and for one that no calendar has."""
    if not isinstance(value, str) or _DAY.fullmatch(value) is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def instant_from(value: Any) -> int | None:
    """Return the instant that a field holds; None for none, and for one beyond all calendars."""
    return value if isinstance(value, int) and 0 <= value <= _LAST_MS else None


def hours_from(time_zone: Any, settings: Mapping[str, Any], default_zone: str) -> Hours:
    """Return a person's hours from his record's time zone and his own settings by name; what makes no sense counts not.

    ``quiet_hours`` is ``{"from": "21:00", "to": "07:00"}``, none where both are the same; ``morning_hour`` 0 to 23.
    """
    morning = settings.get(MORNING_HOUR)
    if not isinstance(morning, int) or isinstance(morning, bool) or not 0 <= morning <= 23:
        morning = MORNING
    quiet = settings.get(QUIET_HOURS)
    begin, end = (_minutes(quiet.get("from")), _minutes(quiet.get("to"))) if isinstance(quiet, dict) else (None, None)
    if begin is None or end is None:
        begin, end = QUIET_FROM, QUIET_TO
    return Hours(time_zone if is_zone(time_zone) else default_zone, morning, begin, end)


def _minutes(value: Any) -> int | None:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else int(found[1]) * 60 + int(found[2])

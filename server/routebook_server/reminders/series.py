"""Series: the next of a repeating task that was done on its notification, while no app was open. Pure.

The same task, under the same id, as ``lib/domain/repeating`` makes on a device (docs/decisions/0122); both read
the cases of ``tests/unit/series.json``.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from routebook_server.reminders.calendars import Calendar, add_months
from routebook_server.reminders.hours import Hours, day_from, instant_from
from routebook_sync import base32
from routebook_sync.entities.task import TaskRepeat, TaskStatus, TaskType
from routebook_sync.identifier import ID_WIDTH

_BELOW_TIME: Final = 80
"""Bits of an id below its time."""
_AS_IT_WAS: Final = ("title", "person", "repeat", "customer", "description")
_LONGEST: Final = {TaskRepeat.DAY: 1, TaskRepeat.WEEK: 7, TaskRepeat.MONTH: 31, TaskRepeat.YEAR: 384}
"""Days that one step takes at most: so many steps at least have been spent."""


def next_id(task: str) -> str:
    """Return the id of the one after a task: its time one millisecond on, its random digits the task's own."""
    return base32.encode(base32.decode(task) + (1 << _BELOW_TIME), ID_WIDTH)


def next_values(values: Mapping[str, Any], hours: Hours, calendar: Calendar, now_ms: int) -> dict[str, Any] | None:
    """Return the values of the one after a task that is done at ``now_ms``; None where it does not come again."""
    if values.get("repeat") not in set(TaskRepeat) or values.get("next_task"):
        return None
    remind_at, today = instant_from(values.get("remind_at")), hours.day_of(now_ms)
    own = day_from(values.get("due_day")) or (today if remind_at is None else hours.day_of(remind_at))
    begun = instant_from(values.get("repeat_from"))
    if begun is None:
        begun = hours.morning_of(own) if remind_at is None else remind_at
    there = hours.local(begun)
    day = _day_after(there.date(), TaskRepeat(values["repeat"]), max(own, today), calendar)
    rings_at = hours.instant_at(day, there.hour * 60 + there.minute)
    found = {name: values[name] for name in _AS_IT_WAS if values.get(name) is not None}
    found |= {"type": values.get("type") or TaskType.TODO.value, "status": TaskStatus.OPEN.value}
    found |= {"due_day": day.isoformat(), "repeat_from": begun, "deleted": None}
    return found if remind_at is None else found | {"remind_at": rings_at}


def _day_after(first: date, repeat: TaskRepeat, after: date, calendar: Calendar) -> date:
    """Return the first day of a series after a day. It is counted from its beginning: the 31st is the 31st again."""
    count = max(1, (after - first).days // _LONGEST[repeat])
    step = _STEPS[repeat]
    while (day := step(first, count, calendar)) <= after:
        count += 1
    return day


_STEPS: Final[dict[TaskRepeat, Callable[[date, int, Calendar], date]]] = {
    TaskRepeat.DAY: lambda first, count, _calendar: first + timedelta(days=count),
    TaskRepeat.WEEK: lambda first, count, _calendar: first + timedelta(weeks=count),
    TaskRepeat.MONTH: add_months,
    TaskRepeat.YEAR: lambda first, count, calendar: add_months(first, 12 * count, calendar),
}

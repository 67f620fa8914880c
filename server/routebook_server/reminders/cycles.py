"""Cycles: how often customers are to be visited, as the organisation sets it, and where each of them stands."""

from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec

from routebook_server.database import Driver
from routebook_server.reminders.hours import day_from, instant_from
from routebook_server.reminders.rules import CallCycle
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.entities.customer import ValueClass
from routebook_sync.entities.visit import VisitStatus

CALL_CYCLES: Final = "call_cycles"
"""The name of the organisation's setting."""
USUAL_DAYS: Final[dict[str, int]] = {
    ValueClass.VIP.value: 14,
    ValueClass.MAIN.value: 21,
    ValueClass.REGULAR.value: 30,
    ValueClass.SMALL.value: 60,
}
UNCLASSED_DAYS: Final = 30
"""For a customer of whom no class is known."""
MAX_DAYS: Final = 730
_MADE: Final = (VisitStatus.OPEN.value, VisitStatus.DONE.value)
"""No set: what stands there may be anything."""
_SELECT_SETTINGS: Final = "SELECT doc FROM record WHERE root = ? AND kind = 'setting' ORDER BY id"
_SELECT_VISITS: Final = "SELECT root, doc FROM record WHERE root IN (?*) AND kind = 'visit'"


class _Values(msgspec.Struct):
    name: Any = None
    value: Any = None
    status: Any = None
    checked_in_at: Any = None
    planned_day: Any = None
    deleted: Any = None


class _Doc(msgspec.Struct):
    v: _Values = msgspec.field(default_factory=_Values)


_DECODER: Final = msgspec.json.Decoder(_Doc)


def read_cycles(driver: Driver, customers: Mapping[str, Mapping[str, Any]]) -> dict[str, CallCycle]:
    """Return where these customers, values by id, stand in their call cycles; who was never visited has none."""
    if not customers:
        return {}
    days_by_class = _read_days(driver)
    last: dict[str, int] = {}
    planned: dict[str, str] = {}
    for root, doc in driver.fetch(_SELECT_VISITS, sorted(customers)):
        values = _DECODER.decode(doc).v
        at = instant_from(values.checked_in_at)
        if values.deleted:
            continue
        if values.status in _MADE and at is not None:
            last[root] = max(at, last.get(root, 0))
        elif values.status == VisitStatus.PLANNED and day_from(values.planned_day) is not None:
            planned[root] = max(values.planned_day, planned.get(root, ""))
    return {
        root: CallCycle(at, _days_of(customers[root].get("value_class"), days_by_class), planned.get(root, ""))
        for root, at in last.items()
    }


def names_cycles(driver: Driver, settings: Collection[str]) -> bool:
    """Tell whether the call cycles are among these settings."""
    found = driver.fetch("SELECT doc FROM record WHERE id IN (?*)", sorted(settings)) if settings else []
    return any(_DECODER.decode(doc).v.name == CALL_CYCLES for (doc,) in found)


def _read_days(driver: Driver) -> Mapping[str, int]:
    for (doc,) in driver.fetch(_SELECT_SETTINGS, SHARED_ROOT):
        values = _DECODER.decode(doc).v
        if values.name == CALL_CYCLES and not values.deleted:  # the first id counts, as in the app
            given = values.value if isinstance(values.value, dict) else {}
            return {name: _valid(given.get(name), usual) for name, usual in USUAL_DAYS.items()}
    return USUAL_DAYS


def _valid(days: Any, usual: int) -> int:
    return days if isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= MAX_DAYS else usual


def _days_of(value_class: Any, days_by_class: Mapping[str, int]) -> int:
    return days_by_class.get(str(value_class), UNCLASSED_DAYS)

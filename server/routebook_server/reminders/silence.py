"""Silence: a device that had told of unsent work and has not been heard of since is reminded of it, gently and once."""

from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Driver, driver_of
from routebook_server.reminders.planning import Choices, FindReach, Reminder, store_for_device
from routebook_server.reminders.rules import DAY_MS, LASTS_MS, Rule, reminder_id
from routebook_server.reminders.subjects import read_listeners
from routebook_sync.messages import DeviceReport

LOOKED_BACK_MS: Final = 7 * DAY_MS
"""Who has been silent for longer than that beyond the time allowed is not asked any more."""
_SELECT: Final = (
    "SELECT device.number, device.person, device.name, device.last_seen, device.report"
    " FROM push_subscription JOIN device ON device.number = push_subscription.device"
    " WHERE device.last_seen <= ? AND device.last_seen > ? AND device.report IS NOT NULL"
)
_REPORT: Final = msgspec.json.Decoder(DeviceReport)


class Unsent(NamedTuple):
    """How much a device had told of that the server does not have."""

    edits: int
    files: int
    """Photos, recordings and documents."""


_NOTHING: Final = Unsent(0, 0)


def remind_silent(connection: Connection, reach: FindReach, choices: Choices, now_ms: int) -> int:
    """Plan a reminder for each device that is silent with unsent work, at most one for a silence; return how many."""
    driver = driver_of(connection)
    until = now_ms - choices.silent_ms
    rows = [row for row in driver.fetch(_SELECT, until, until - LOOKED_BACK_MS) if _unsent_in(row[4]) != _NOTHING]
    if not rows:
        return 0
    people = reach(connection, {row[1] for row in rows}, now_ms)
    listeners = read_listeners(driver, people, choices.time_zone)
    count = 0
    for number, person, name, last_seen, _report in rows:
        if person not in people or number not in people[person].devices:
            continue
        mark = f"{number}.{last_seen}"
        made = reminder_id(Rule.UNSENT, "", person, mark)
        send_at = listeners[person].hours.after_quiet(now_ms)
        if send_at > now_ms or driver.fetch_one("SELECT 1 FROM reminder WHERE id = ?", made) is not None:
            continue
        about = (made, person, Rule.UNSENT.value, "device", "", person, mark, name)
        store_for_device(driver, Reminder(*about, now_ms, send_at, send_at + LASTS_MS, None), number, now_ms)
        count += 1
    return count


def unsent_since(driver: Driver, mark: str) -> Unsent:
    """Return what waits on the silent device of a reminder; nothing once it has been heard of."""
    number, _, last_seen = mark.partition(".")
    found = driver.fetch_one("SELECT last_seen, report FROM device WHERE number = ?", int(number))
    if found is None or found[0] != int(last_seen) or found[1] is None:
        return _NOTHING
    return _unsent_in(found[1])


def _unsent_in(report: str | bytes) -> Unsent:
    told = _REPORT.decode(report)
    return Unsent(told.waiting, told.files)

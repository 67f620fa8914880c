"""Journal: what became of one's reminders, newest first, page by page: when, on which device, and what went wrong."""

from collections.abc import Collection
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.identity.devices import names_of
from routebook_server.records.buckets import archive_of
from routebook_server.reminders.states import EMAIL_DEVICE
from routebook_sync.identifier import ID_WIDTH

MAX_ENTRIES: Final = 200
BEFORE_PATTERN: Final = rf"^[0-9]{{1,15}}\.[0-9a-v]{{{ID_WIDTH}}}$"
"""What ``Journal.next`` looks like."""
_FIRST: Final = f"{10**15 - 1}.{'v' * ID_WIDTH}"
_SELECT: Final = (
    "SELECT id, rule, kind, record, root, title, due_at, send_at, expires_at, action, cancelled FROM reminder"
    " WHERE person = ? AND (send_at < ? OR (send_at = ? AND id < ?))"
    " AND (record = ''"
    " OR EXISTS (SELECT 1 FROM record AS about WHERE about.id = reminder.record AND about.bucket IN (?*)))"
    " ORDER BY send_at DESC, id DESC LIMIT ?"
)
_SELECT_DELIVERIES: Final = (
    "SELECT reminder, id, channel, device, state, attempts, sent_at, shown_at, acted_at, problem, summary FROM delivery"
    " WHERE reminder IN (?*) ORDER BY device"
)


class Delivered(msgspec.Struct, frozen=True):
    """How a reminder got to one device, or by e-mail (device 0). Instants are milliseconds since 1970 UTC."""

    id: str
    channel: str
    device: int
    state: str
    attempts: int
    sent_at: int | None
    shown_at: int | None
    acted_at: int | None
    problem: str
    summary: str = ""
    """The message that told of it together with others; "" where it went alone."""
    device_name: str = ""


class Entry(msgspec.Struct, frozen=True):
    """One reminder."""

    id: str
    rule: str
    kind: str
    record: str
    root: str
    title: str
    due_at: int
    send_at: int
    expires_at: int
    action: str
    """What was done about it; "" for nothing."""
    cancelled: str
    """Why it was not sent after all; "" where it was."""
    moved: str = ""
    """``quiet_hours`` where it was sent later because of them."""
    deliveries: list[Delivered] = []
    """None where there was nobody to send it to."""


class Journal(msgspec.Struct, frozen=True):
    """A page of reminders."""

    entries: list[Entry]
    next: str
    """What ``before`` takes to go on; "" at the end."""


def read_journal(connection: Connection, person: str, buckets: Collection[str], limit: int, before: str) -> Journal:
    """Return up to ``limit`` of a person's reminders below the place ``before``, "" for the newest.

    None of records that are in none of his ``buckets``: nothing else tells of them either (SPEC R34).
    """
    driver = driver_of(connection)
    at, _, last = (before or _FIRST).partition(".")
    granted = [*buckets, *(archive_of(bucket) for bucket in buckets if bucket.startswith("t:"))]
    rows = driver.fetch(_SELECT, person, int(at), int(at), last, granted, limit + 1)
    page = rows[:limit]
    deliveries: dict[str, list[tuple[Any, ...]]] = {}
    for reminder, *values in driver.fetch(_SELECT_DELIVERIES, [row[0] for row in page]) if page else ():
        deliveries.setdefault(reminder, []).append(tuple(values))
    numbers = {values[2] for found in deliveries.values() for values in found} - {EMAIL_DEVICE}
    names = names_of(connection, numbers)
    entries = [
        msgspec.structs.replace(
            Entry(*row),
            moved="quiet_hours" if row[7] > row[6] else "",
            deliveries=[
                msgspec.structs.replace(Delivered(*values), device_name=names.get(values[2], ""))
                for values in deliveries.get(row[0], ())
            ],
        )
        for row in page
    ]
    goes_on = f"{page[-1][7]}.{page[-1][0]}" if len(rows) > limit else ""
    return Journal(entries, goes_on)

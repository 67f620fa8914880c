"""Planning: what has fallen due becomes a reminder, with a delivery for each device of whoever it concerns.

Each step is a transaction that bears being done twice: ids are worked out from what falls due and for whom, so that a
second process, or the same one after a crash or a restore, arrives at the same rows.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Driver, driver_of
from routebook_server.database.driver import insert
from routebook_server.identity.reach import Reach
from routebook_server.reminders.following import refresh
from routebook_server.reminders.minute import read_since
from routebook_server.reminders.rules import LASTS_MS, LATE_MS, Rule, delivery_id
from routebook_server.reminders.states import EMAIL_DEVICE, KEEP_MS, Channel, State
from routebook_server.reminders.subjects import read_listeners, read_subjects
from routebook_server.reminders.tables import delivery, reminder

STEP: Final = 500
"""Reminders planned in one transaction."""
_FORGET_STEP: Final = 1_000
_SELECT_DUE: Final = "SELECT DISTINCT record FROM due WHERE send_at <= ? AND send_at > ? LIMIT ?"
_SELECT_NOW_DUE: Final = (
    "SELECT record, rule, kind, root, person, mark, reminder, at, send_at FROM due"
    " WHERE record IN (?*) AND send_at <= ? AND send_at > ?"
)
_STORE_REMINDER: Final = insert(reminder, *reminder.columns.keys())
_STORE_DELIVERY: Final = insert(
    delivery, "id", "reminder", "device", "channel", "state", "attempts", "next_at", "problem"
)

FindReach = Callable[[Connection, Collection[str], int], dict[str, Reach]]
"""Says how people may be reached at an instant."""


class Choices(msgspec.Struct, frozen=True):
    """What the operator chose about reminders."""

    time_zone: str = "UTC"
    """Of people whose record names none."""
    confirm_ms: int = 600_000
    """How long a device may take to confirm before an e-mail goes out."""
    mails: bool = False
    """Whether e-mail can be sent."""
    silent_ms: int = 24 * 3_600_000
    """How long a device with unsent work may be silent; 0 for ever."""


class Reminder(msgspec.Struct, frozen=True):
    """A row of the table, in the order of its columns."""

    id: str
    person: str
    rule: str
    kind: str
    record: str
    root: str
    mark: str
    title: str
    due_at: int
    send_at: int
    expires_at: int
    fallback_at: int | None
    action: str = ""
    cancelled: str = ""

    @property
    def begins_at(self) -> int:
        """From when on one tries to send it: at its time, or late, where the server was away then."""
        return self.expires_at - LASTS_MS


def plan_step(connection: Connection, reach: FindReach, choices: Choices, now_ms: int) -> int:
    """Plan what is due now, as the records say at this moment; return how much was looked at."""
    driver = driver_of(connection)
    since = read_since(driver, now_ms)
    records = [record for (record,) in driver.fetch(_SELECT_DUE, now_ms, since, STEP)]
    if not records:
        return 0
    refresh(connection, records, choices.time_zone, now_ms)
    subjects = read_subjects(driver, records)
    found = driver.fetch(_SELECT_NOW_DUE, records, now_ms, since)
    people = reach(connection, {row[4] for row in found}, now_ms)
    listeners = read_listeners(driver, people, choices.time_zone)
    made = []
    for record, rule, kind, root, person, mark, reminder_id, at, send_at in found:
        subject = subjects[record]
        if person in people and subject.bucket in people[person].buckets:
            is_late = now_ms - send_at > LATE_MS
            expires_at = LASTS_MS + (listeners[person].hours.after_quiet(now_ms) if is_late else send_at)
            about = (reminder_id, person, rule, kind, record, root, mark, subject.title)
            made.append(Reminder(*about, at, send_at, expires_at, None))
    for rule in sorted({row[1] for row in found}):
        planned = [row[0] for row in found if row[1] == rule]
        driver.execute("UPDATE due SET send_at = NULL WHERE rule = ? AND record IN (?*)", rule, planned)
    store_reminders(driver, made, people, choices, now_ms)
    return len(records)


def store_reminders(
    driver: Driver, made: Iterable[Reminder], people: Mapping[str, Reach], choices: Choices, now_ms: int
) -> None:
    """Store new reminders with a delivery for each subscribed device of their people.

    Who has none is written to at once, where that can be.
    """
    subscribed = _subscribed(driver, people.values())
    reminders, deliveries = [], []
    for one in made:
        devices, begins_at = sorted(people[one.person].devices & subscribed), max(now_ms, one.begins_at)
        for number in devices:
            key = (delivery_id(one.id, number), one.id, number)
            deliveries.append((*key, Channel.PUSH.value, State.PLANNED.value, 0, begins_at, ""))
        fallback_at = (begins_at + choices.confirm_ms if devices else begins_at) if choices.mails else None
        reminders.append(msgspec.structs.astuple(msgspec.structs.replace(one, fallback_at=fallback_at)))
    driver.store(_STORE_REMINDER, reminders)
    driver.store(_STORE_DELIVERY, deliveries)


def store_for_device(driver: Driver, one: Reminder, number: int, now_ms: int) -> None:
    """Store a reminder that is for one device alone."""
    driver.store(_STORE_REMINDER, [msgspec.structs.astuple(one)])
    key = (delivery_id(one.id, number), one.id, number)
    driver.store(_STORE_DELIVERY, [(*key, Channel.PUSH.value, State.PLANNED.value, 0, now_ms, "")])


def fall_back(connection: Connection, now_ms: int) -> int:
    """Plan e-mails for what no device has confirmed in time; return how many reminders were looked at."""
    driver = driver_of(connection)
    select = "SELECT id FROM reminder WHERE fallback_at <= ? ORDER BY fallback_at LIMIT ?"
    found = [row[0] for row in driver.fetch(select, now_ms, STEP)]
    if not found:
        return 0
    mails = []
    for one in found:
        # Who confirms takes fallback_at away: what is found here, nobody has seen.
        key = (delivery_id(one, EMAIL_DEVICE), one, EMAIL_DEVICE)
        mails.append((*key, Channel.EMAIL.value, State.PLANNED.value, 0, now_ms, ""))
    driver.execute("UPDATE reminder SET fallback_at = NULL WHERE id IN (?*)", found)
    driver.store(_STORE_DELIVERY, mails)
    return len(found)


def is_anything_due(connection: Connection, now_ms: int) -> bool:
    """Tell whether there is anything to plan or to push; asked every second, and nearly always no."""
    driver = driver_of(connection)
    return any(
        driver.fetch_one(sql, *values) is not None
        for sql, values in (
            ("SELECT 1 FROM due WHERE send_at <= ? AND send_at > ? LIMIT 1", (now_ms, read_since(driver, now_ms))),
            ("SELECT 1 FROM delivery WHERE next_at <= ? AND channel = ? LIMIT 1", (now_ms, Channel.PUSH.value)),
            ("SELECT 1 FROM reminder WHERE fallback_at <= ? LIMIT 1", (now_ms,)),
        )
    )


def is_mail_due(connection: Connection, now_ms: int) -> bool:
    """Tell whether there is an e-mail to send."""
    select = "SELECT 1 FROM delivery WHERE next_at <= ? AND channel = ? LIMIT 1"
    return driver_of(connection).fetch_one(select, now_ms, Channel.EMAIL.value) is not None


def forget_step(connection: Connection, now_ms: int) -> int:
    """Drop what became of reminders long ago, some of it; return how many reminders."""
    driver = driver_of(connection)
    select = "SELECT id FROM reminder WHERE send_at < ? LIMIT ?"
    gone = [row[0] for row in driver.fetch(select, now_ms - KEEP_MS, _FORGET_STEP)]
    if gone:
        driver.execute("DELETE FROM delivery WHERE reminder IN (?*)", gone)
        driver.execute("DELETE FROM reminder WHERE id IN (?*)", gone)
    return len(gone)


def is_of_device(rule: Rule) -> bool:
    """Tell whether a reminder is about a device, and no record."""
    return rule in {Rule.UNSENT, Rule.TEST}


def _subscribed(driver: Driver, people: Iterable[Reach]) -> set[int]:
    numbers = sorted({number for one in people for number in one.devices})
    if not numbers:
        return set()
    found = driver.fetch("SELECT device FROM push_subscription WHERE device IN (?*)", numbers)
    return {number for (number,) in found}

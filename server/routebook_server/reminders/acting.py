"""Acting: what a device says of a reminder, by the secret that came with it: shown, done, put off, opened.

It comes from a service worker, with no app open. What it changes is an edit of the server for the person, with the
rights that he has now, and stands in the record's history.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, NoReturn

import msgspec
from msgspec import Meta
from sqlalchemy import Connection

from routebook_server.database import Database, driver_of
from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.identity.reach import Reach
from routebook_server.records.author import Writer
from routebook_server.records.store import RefusedError, Store, Values
from routebook_server.reminders.calendars import Calendar, calendar_of
from routebook_server.reminders.changes import Changes, read_changes
from routebook_server.reminders.confirming import Confirmations
from routebook_server.reminders.hours import Hours
from routebook_server.reminders.keys import KeyRing
from routebook_server.reminders.looks import Look, look_of
from routebook_server.reminders.planning import FindReach
from routebook_server.reminders.rules import LASTS_MS, Subject
from routebook_server.reminders.series import next_id, next_values
from routebook_server.reminders.states import ANSWERED_WITHIN_MS, State
from routebook_server.reminders.subjects import Listener, find_due, read_listeners, read_subjects
from routebook_server.reminders.wording import locale_from
from routebook_sync import base32
from routebook_sync.clock import DEVICE_WIDTH, SERVER_DEVICE
from routebook_sync.entities.task import TaskStatus
from routebook_sync.messages import ProblemCode

HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
_SERVER: Final = base32.encode(SERVER_DEVICE, DEVICE_WIDTH)
_SELECT: Final = (
    "SELECT delivery.id, reminder.id, reminder.person, reminder.kind, reminder.record, reminder.send_at,"
    " reminder.expires_at, reminder.action, delivery.device, delivery.state, delivery.sent_at"
    " FROM delivery JOIN reminder ON reminder.id = delivery.reminder WHERE"
)
_SELECT_ONE: Final = f"{_SELECT} delivery.id = ?"
_SELECT_SEVERAL: Final = f"{_SELECT} delivery.summary = ? AND delivery.summary <> '' AND delivery.state <> 'cancelled'"
"""The second condition is the index's; what was cancelled meanwhile was left out when the message was sent again."""


class ActKind(StrEnum):
    """What may be done about a reminder."""

    DONE = "done"
    SNOOZE_HOUR = "snooze_hour"
    SNOOZE_TOMORROW = "snooze_tomorrow"
    OPEN = "open"


Token = Annotated[str, Meta(min_length=1, max_length=64)]
AtMs = int | None
"""When it was so by the device's clock, milliseconds since 1970 UTC; an app of before does not say."""


class Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That a device has shown a reminder."""

    token: Token
    at: AtMs = None


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What its person did about it."""

    token: Token
    action: ActKind
    at: AtMs = None


class Acted(msgspec.Struct, frozen=True):
    """What came of it."""

    action: ActKind
    remind_at: int | None = None
    """When the task rings next, milliseconds since 1970 UTC."""


class _Asked(msgspec.Struct, frozen=True):
    """A delivery that a device speaks of."""

    delivery: str
    reminder: str
    person: str
    kind: str
    record: str
    send_at: int
    expires_at: int
    action: str
    """What was done about the reminder before, "" for nothing."""
    device: int
    state: str
    sent_at: int | None


class _Desk(msgspec.Struct, frozen=True):
    """What one act looks at, read together."""

    person: Reach | None
    subject: Subject | None
    listener: Listener
    look: Look
    changes: Changes
    is_still_due: bool


class Acts:
    """Takes what devices say of their reminders."""

    def __init__(
        self,
        database: Database,
        store: Store,
        keys: KeyRing,
        reach: FindReach,
        now_ms: Callable[[], int],
        *,
        time_zone: str,
    ) -> None:
        self._database = database
        self._store = store
        self._keys = keys
        self._reach = reach
        self._now_ms = now_ms
        self._time_zone = time_zone
        self._confirmations = Confirmations(database)
        self._one_by_one = asyncio.Lock()

    async def shown(self, delivery: str, said: Shown) -> None:
        """Take that a device has shown a message, of one reminder or of many; the first time counts.

        ProblemError not_found.
        """
        found, now_ms = await self._find(delivery, said.token), self._now_ms()
        await asyncio.gather(
            *(
                self._confirmations.note(one.delivery, one.reminder, tapped_at(said.at, one.send_at, now_ms))
                for one in found
            )
        )

    async def act(self, delivery: str, said: Act) -> Acted:
        """Do what the person wants; the same again changes nothing.

        ProblemError not_found, forbidden, device_revoked, wrong_type.
        """
        # A service worker that got no answer asks again at once: the second must find what the first has done.
        async with self._one_by_one:
            found, now_ms = await self._find(delivery, said.token), self._now_ms()
            if len(found) > 1 and said.action is not ActKind.OPEN:
                raise ProblemError(make_problem(ProblemCode.WRONG_TYPE, "They can only be opened.", field="action"))
            at_ms = tapped_at(said.at, found[0].send_at, now_ms)
            acted = await self._act(found[0], said.action, at_ms, now_ms)

            def note(connection: Connection) -> None:
                driver = driver_of(connection)
                sql = (
                    "UPDATE delivery SET state = ?, next_at = NULL, shown_at = coalesce(shown_at, ?),"
                    " acted_at = coalesce(acted_at, ?), problem = '' WHERE id = ?"
                )
                for asked in found:
                    driver.execute(sql, State.ACTED.value, at_ms, at_ms, asked.delivery)
                    if said.action is not ActKind.OPEN or not asked.action:
                        acted_sql = "UPDATE reminder SET fallback_at = NULL, action = ? WHERE id = ?"
                        driver.execute(acted_sql, said.action.value, asked.reminder)

            await self._database.write(note)
            return acted

    async def _find(self, message: str, token: str) -> list[_Asked]:
        """Return the deliveries that a message stands for, not those of reminders that are cancelled."""
        keys = await self._keys.keys()
        # Before anything is read: a wrong secret is not told whether there is such a reminder.
        if not keys.is_token(message, token):
            _refuse("There is no such reminder.")
        rows = await self._database.fetch(_SELECT_ONE, message) or await self._database.fetch(_SELECT_SEVERAL, message)
        found = [_Asked(*row) for row in rows]
        if not found:
            _refuse("There is no such reminder.")
        if self._now_ms() - max(one.expires_at for one in found) > ANSWERED_WITHIN_MS - LASTS_MS:
            _refuse("The reminder is too old to be answered.")
        return found

    async def _act(self, asked: _Asked, action: ActKind, at_ms: int, now_ms: int) -> Acted:
        desk = await self._database.read(lambda connection: self._read(connection, asked, now_ms))
        person, subject = desk.person, desk.subject
        if person is None or asked.device not in person.devices:
            raise ProblemError(make_problem(ProblemCode.DEVICE_REVOKED))
        if action is ActKind.OPEN:
            return Acted(action)
        if asked.kind != "task":
            raise ProblemError(make_problem(ProblemCode.WRONG_TYPE, "It can only be opened.", field="action"))
        if subject is None or subject.values.get("deleted") or subject.bucket not in person.buckets:
            _refuse("The task is gone.")
        if action is ActKind.DONE:
            if _is_to_be_done(asked, desk, subject, at_ms):
                calendar = calendar_of(locale_from(desk.look.locale, desk.listener.locale), desk.look.calendar)
                await self._complete(person, subject, desk.listener.hours, calendar, at_ms)
            return Acted(action)
        if asked.action == action:
            return Acted(action, subject.values.get("remind_at"))
        if subject.values.get("status") != TaskStatus.OPEN:
            _refuse("The task is done already.")
        if not desk.is_still_due:
            _refuse("The task was put to another time meanwhile.")
        values = snoozed(subject.values, action, desk.listener.hours, at_ms, now_ms)
        await self._edit(person, subject, values)
        return Acted(action, values["remind_at"])

    def _read(self, connection: Connection, asked: _Asked, now_ms: int) -> _Desk:
        driver = driver_of(connection)
        person = self._reach(connection, [asked.person], now_ms).get(asked.person)
        subject = read_subjects(driver, [asked.record]).get(asked.record)
        due = find_due(driver, [subject] if subject else [], self._time_zone, now_ms)
        listener = read_listeners(driver, [asked.person], self._time_zone)[asked.person]
        if not listener.locale:
            found = driver.fetch_one("SELECT locale FROM organisation")
            listener = msgspec.structs.replace(listener, locale=found[0] if found else "")
        look, changes = look_of(driver, asked.device), read_changes(driver, asked.record)
        return _Desk(person, subject, listener, look, changes, asked.reminder in {one.reminder for one in due})

    async def _complete(self, person: Reach, subject: Subject, hours: Hours, calendar: Calendar, at_ms: int) -> None:
        """Mark a task as done; the next one of a series is made with it, as the app on that device would."""
        done = {"status": TaskStatus.DONE.value, "done_at": at_ms}
        try:
            following = next_values(subject.values, hours, calendar, at_ms)
        except (ValueError, OverflowError):
            following = None  # beyond the end of all calendars
        if following is None:
            await self._edit(person, subject, done)
            return
        made = next_id(subject.id)
        await self._edit(
            person, subject, {**done, "next_task": made}, Values(subject.kind, made, subject.root, following)
        )

    async def _edit(self, person: Reach, subject: Subject, values: dict[str, Any], *more: Values) -> None:
        author = Writer(person.person, person.role, SERVER_DEVICE, tuple(sorted(person.buckets)))
        try:
            await self._store.edit([Values(subject.kind, subject.id, subject.root, values), *more], author)
        except RefusedError as error:
            raise ProblemError(make_problem(ProblemCode.FORBIDDEN, str(error))) from None


def _is_to_be_done(asked: _Asked, desk: _Desk, subject: Subject, at_ms: int) -> bool:
    """Tell whether *Done* changes a task; ProblemError not_found where it was said before what the task is now.

    Whoever puts a task to another time, or opens it again, has the last word over a tap before that; a tap after it is
    the later word, and the task is done early.
    """
    if subject.values.get("status") != TaskStatus.OPEN:
        return False
    if asked.state == State.ACTED and asked.action == ActKind.DONE:
        return False  # said again: what has become of the task since is another matter
    tapped = max(at_ms, asked.sent_at or 0)  # by a slow clock it may be before the task was written
    if desk.changes.opened_again >= tapped:
        _refuse("The task was opened again meanwhile.")
    if not desk.is_still_due and desk.changes.moved >= tapped:
        _refuse("The task was put to another time meanwhile.")
    return True


def tapped_at(said_ms: int | None, send_at: int, now_ms: int) -> int:
    """Return when something was done about a reminder: as the device says, but not before it was due, nor after now."""
    return now_ms if said_ms is None else min(max(said_ms, send_at), now_ms)


def snoozed(task: Any, action: ActKind, hours: Hours, at_ms: int, now_ms: int) -> dict[str, Any]:
    """Return what putting a task off at ``at_ms`` writes: an hour on, on the full minute, or the next morning.

    What has passed when the server hears of it rings at once.
    """
    if action is ActKind.SNOOZE_TOMORROW:
        wanted = hours.morning_of(hours.day_of(at_ms) + timedelta(days=1))
    else:
        wanted = -(-(at_ms + HOUR_MS) // MINUTE_MS) * MINUTE_MS
    remind_at = max(wanted, now_ms // MINUTE_MS * MINUTE_MS)
    plus, minus = (task.get("snoozes") or {}).get(_SERVER, (0, 0))
    return {
        "due_day": hours.day_of(remind_at).isoformat(),
        "remind_at": remind_at,
        "snoozes": {_SERVER: [plus + 1, minus]},
    }


def _refuse(detail: str) -> NoReturn:
    raise ProblemError(make_problem(ProblemCode.NOT_FOUND, detail))

"""Delivering: a delivery is claimed before its request is made, and what came of the request is written down after it.

In between nobody knows. Who finds such a one later waits for the device's own word, then sends the same message again,
under the same id, which a device shows once (docs/decisions/0120).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Driver, driver_of
from routebook_server.identity.reach import Reach
from routebook_server.reminders.grouping import apart, group
from routebook_server.reminders.letters import Letter, Outcome, Result, Subscription
from routebook_server.reminders.planning import Choices, FindReach, Reminder, is_of_device
from routebook_server.reminders.rules import LATE_MS, Occurrence, Rule, Subject
from routebook_server.reminders.silence import unsent_since
from routebook_server.reminders.states import UNKNOWN_MS, Channel, State, rest_after
from routebook_server.reminders.subjects import Listener, find_due, read_listeners, read_subjects, why_not
from routebook_server.reminders.wording import Wording, locale_from, word, word_test, word_unsent

_COLUMNS: Final = ", ".join(f"reminder.{name}" for name in Reminder.__struct_fields__)
_SELECT: Final = (
    f"SELECT delivery.id, delivery.device, delivery.summary, delivery.attempts, delivery.next_at, {_COLUMNS}"
    " FROM delivery JOIN reminder ON reminder.id = delivery.reminder"
)
_SELECT_NEXT: Final = (
    f"{_SELECT} WHERE delivery.next_at <= ? AND delivery.channel = ? ORDER BY delivery.next_at, delivery.device LIMIT ?"
)
_SELECT_REST: Final = (
    f"{_SELECT} WHERE delivery.next_at = ? AND delivery.device = ? AND delivery.channel = ?"
    " AND delivery.id NOT IN (?*) LIMIT ?"
)
_REST: Final = 1_000
"""Reminders of one device that are looked at together at most."""
_SELECT_SUBSCRIPTIONS: Final = (
    "SELECT device, endpoint, p256dh, auth, locale FROM push_subscription WHERE device IN (?*)"
)
_ALIVE: Final = [State.PLANNED.value, State.SENDING.value, State.SENT.value, State.SHOWN.value, State.ACTED.value]


class _Desk:
    """What one claim looks at, read together."""

    def __init__(self, connection: Connection, rows: Sequence[Reminder], reach: FindReach, zone: str, now: int) -> None:
        self.driver = driver_of(connection)
        self.now_ms = now
        self.subjects = read_subjects(self.driver, {row.record for row in rows if row.record})
        due = find_due(self.driver, self.subjects.values(), zone, now)
        self.due_at = {one.reminder: one.occurrence.at for one in due}
        self.people = reach(connection, {row.person for row in rows}, now)
        self.listeners = read_listeners(self.driver, {row.person for row in rows}, zone)
        found = self.driver.fetch_one("SELECT locale FROM organisation")
        self.locale = found[0] if found else ""

    def refuse(self, one: Reminder) -> str:
        """Return why a reminder is not to be sent any more, "" if it is."""
        person = self.people.get(one.person)
        if person is None:
            return "hidden"
        if one.rule == Rule.TEST:
            return ""
        if is_of_device(Rule(one.rule)):
            return "" if any(unsent_since(self.driver, one.mark)) else "done"
        subject = self.subjects.get(one.record)
        why = why_not(subject, Rule(one.rule), one.person)
        if why or subject is None:
            return why
        if subject.bucket not in person.buckets:
            return "hidden"
        due_at = self.due_at.get(one.id)
        if one.rule != Rule.CALL_CYCLE:
            return "" if due_at is not None else "moved"
        if due_at is None:
            return "done"  # visited meanwhile
        return "" if due_at <= self.now_ms else "moved"

    def write(self, one: Reminder, key: tuple[str, int, int], subscription: Subscription | None, email: str) -> Letter:
        """Return the letter of a delivery (id, device, attempts), as if it went alone."""
        listener = self.listeners[one.person]
        shown = subscription.locale if subscription is not None else ""
        locale = locale_from(shown, listener.locale, self.locale)
        subject = self.subjects.get(one.record)
        wording = self._word(one, subject, listener, locale)
        of_customer = subject is not None and bool(subject.customer)
        return Letter(*key, one, wording, locale, of_customer, subscription, email)

    def _word(self, one: Reminder, subject: Subject | None, listener: Listener, locale: str) -> Wording:
        if one.rule == Rule.TEST:
            return word_test(locale)
        if subject is None:
            return word_unsent(locale, *unsent_since(self.driver, one.mark))
        occurrence, is_late = Occurrence(Rule(one.rule), one.due_at, one.mark), self.now_ms - one.send_at > LATE_MS
        return word(locale, occurrence, subject, listener.hours, self.now_ms, is_late=is_late)


def claim(
    connection: Connection, channel: Channel, limit: int, *, reach: FindReach, choices: Choices, now_ms: int
) -> tuple[list[Letter], int]:
    """Claim the next deliveries, and return their letters and how many were looked at.

    What the records no longer say is cancelled, what came too late has expired, and a device that is not signed in or
    not subscribed any more gets nothing.
    """
    driver = driver_of(connection)
    rows = _next_rows(driver, channel, limit, now_ms)
    if not rows:
        return [], 0
    reminders = [Reminder(*row[5:]) for row in rows]
    desk = _Desk(connection, reminders, reach, choices.time_zone, now_ms)
    subscriptions = _subscriptions(driver, [row[1] for row in rows]) if channel is Channel.PUSH else {}
    letters = []
    for (delivery, device, summary, attempts, *_rest), one in zip(rows, reminders, strict=True):
        why = desk.refuse(one)
        if why:
            _cancel(driver, one.id, why)
            continue
        if one.expires_at <= now_ms:
            _end(driver, delivery, State.EXPIRED, "")
            continue
        problem = _unreachable(channel, device, desk.people[one.person], subscriptions)
        if problem:
            _end(driver, delivery, State.FAILED, problem)
            _fall_back_at_once(driver, one.id, now_ms)
            continue
        email = desk.people[one.person].email if channel is Channel.EMAIL else ""
        letter = desk.write(one, (delivery, device, attempts + 1), subscriptions.get(device), email)
        letters.append(msgspec.structs.replace(letter, summary=summary) if summary else letter)
    if channel is Channel.PUSH:
        letters = group(letters)
    sql = "UPDATE delivery SET state = ?, attempts = attempts + 1, next_at = ?, summary = ? WHERE id IN (?*)"
    alone = [letter.id for letter in letters if not letter.parts]
    if alone:
        driver.execute(sql, State.SENDING.value, now_ms + UNKNOWN_MS, "", alone)
    for letter in letters:
        if letter.parts:
            ids = [part.id for part in letter.parts]
            driver.execute(sql, State.SENDING.value, now_ms + UNKNOWN_MS, letter.summary, ids)
    return letters, len(rows)


def _next_rows(driver: Driver, channel: Channel, limit: int, now_ms: int) -> list[tuple[Any, ...]]:
    """Return what is to be done next; of the last device all that is due with it, so that it goes out together."""
    rows = list(driver.fetch(_SELECT_NEXT, now_ms, channel.value, limit))
    if len(rows) == limit and channel is Channel.PUSH:
        _id, device, _summary, _attempts, next_at, *_reminder = rows[-1]
        known = [row[0] for row in rows if (row[1], row[4]) == (device, next_at)]
        rows += driver.fetch(_SELECT_REST, next_at, device, channel.value, known, _REST)
    return rows


def settle(connection: Connection, results: Iterable[Result], now_ms: int) -> None:
    """Write down what came of letters; of one that somebody else has claimed since, nothing."""
    driver = driver_of(connection)
    sent_by_attempts: dict[int, list[str]] = {}
    for letter, result in _one_by_one(results):
        of_this = ("WHERE id = ? AND state = 'sending' AND attempts = ?", letter.id, letter.attempts)
        match result.outcome:
            case Outcome.SENT:
                sent_by_attempts.setdefault(letter.attempts, []).append(letter.id)
            case Outcome.AGAIN:
                next_at = now_ms + max(rest_after(letter.attempts), result.rest_ms)
                _set(driver, of_this, State.PLANNED, next_at, result.problem)
            case Outcome.UNKNOWN:
                next_at = now_ms + max(UNKNOWN_MS, rest_after(letter.attempts))
                _set(driver, of_this, State.SENDING, next_at, result.problem)
            case _:
                _set(driver, of_this, State.FAILED, None, result.problem)
                if result.outcome is Outcome.GONE and letter.subscription is not None:
                    sql = "DELETE FROM push_subscription WHERE device = ? AND endpoint = ?"
                    driver.execute(sql, letter.device, letter.subscription.endpoint)
                if letter.subscription is not None:
                    _fall_back_at_once(driver, letter.reminder.id, now_ms)

    for attempts, ids in sent_by_attempts.items():
        # The device may have been quicker to say that it has shown it.
        sql = "UPDATE delivery SET sent_at = coalesce(sent_at, ?) WHERE id IN (?*) AND attempts = ?"
        driver.execute(sql, now_ms, ids, attempts)
        _set(driver, ("WHERE id IN (?*) AND state = 'sending' AND attempts = ?", ids, attempts), State.SENT, None, "")


def _one_by_one(results: Iterable[Result]) -> Iterator[tuple[Letter, Result]]:
    """Yield each reminder's letter with what came of the message that it went in."""
    for result in results:
        for letter in apart(result.letter):
            yield letter, result


def _set(driver: Driver, of_this: tuple[Any, ...], state: State, next_at: int | None, problem: str) -> None:
    where, *values = of_this
    sql = f"UPDATE delivery SET state = ?, next_at = ?, problem = ? {where}"
    driver.execute(sql, state.value, next_at, problem, *values)


def _end(driver: Driver, delivery: str, state: State, problem: str) -> None:
    sql = "UPDATE delivery SET state = ?, next_at = NULL, problem = ? WHERE id = ?"
    driver.execute(sql, state.value, problem, delivery)


def _cancel(driver: Driver, reminder: str, why: str) -> None:
    driver.execute("UPDATE reminder SET cancelled = ?, fallback_at = NULL WHERE id = ?", why, reminder)
    sql = "UPDATE delivery SET state = ?, next_at = NULL WHERE reminder = ? AND next_at IS NOT NULL"
    driver.execute(sql, State.CANCELLED.value, reminder)


def _fall_back_at_once(driver: Driver, reminder: str, now_ms: int) -> None:
    """Let an e-mail take the place of the last device that could have shown it."""
    alive = driver.fetch_one("SELECT 1 FROM delivery WHERE reminder = ? AND state IN (?*)", reminder, _ALIVE)
    if alive is None:
        sql = "UPDATE reminder SET fallback_at = ? WHERE id = ? AND fallback_at > ?"
        driver.execute(sql, now_ms, reminder, now_ms)


def _unreachable(channel: Channel, device: int, person: Reach, subscriptions: dict[int, Subscription]) -> str:
    if channel is Channel.EMAIL:
        return ""
    if device not in person.devices:
        return "signed_out"
    return "" if device in subscriptions else "unsubscribed"


def _subscriptions(driver: Driver, devices: Iterable[int]) -> dict[int, Subscription]:
    rows = driver.fetch(_SELECT_SUBSCRIPTIONS, sorted(set(devices)))
    return {number: Subscription(*values) for number, *values in rows}

"""Feed: what falls due for a person as a calendar that other programs subscribe to by a secret link."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Database, Driver, driver_of
from routebook_server.database.driver import upsert
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.reminders.planning import FindReach
from routebook_server.reminders.rules import DAY_MS, Rule
from routebook_server.reminders.subjects import Due, find_due, read_listeners, read_subjects
from routebook_server.reminders.tables import calendar_feed
from routebook_server.reminders.wording import locale_from
from routebook_sync.messages import ProblemCode

PATH: Final = "/api/calendar.ics"
MAX_KEY: Final = 64
BACK_MS: Final = 30 * DAY_MS
AHEAD_MS: Final = 400 * DAY_MS
MAX_EVENTS: Final = 2_000
_FAILURES: Final = frozenset({Rule.OVERDUE_CALL, Rule.SLIPPING, Rule.CALL_CYCLE})
_TOKEN_BYTES: Final = 32
_STORE: Final = upsert(calendar_feed, ("person",))
_SELECT: Final = (
    "SELECT record FROM due WHERE person = ? AND at > ? AND at < ? AND (at <= ? OR rule NOT IN (?*))"
    " ORDER BY at LIMIT ?"
)


class Feed(msgspec.Struct, frozen=True):
    """A person's link."""

    created: int = 0
    """Milliseconds since 1970 UTC; 0 where there is none."""
    path: str = ""
    """The secret link below the server's address; told once, when it is made."""


class Feeds:
    """Makes links, and the calendars behind them. ``url`` is where people find the app, "" for unknown."""

    def __init__(
        self,
        database: Database,
        now_ms: Callable[[], int],
        random: Callable[[int], bytes],
        reach: FindReach,
        *,
        time_zone: str,
        url: str,
    ) -> None:
        self._database = database
        self._now_ms = now_ms
        self._random = random
        self._reach = reach
        self._time_zone = time_zone
        self._url = url

    async def find(self, actor: Actor) -> Feed:
        """Return since when there is a link."""
        found = await self._database.fetch("SELECT created FROM calendar_feed WHERE person = ?", actor.person)
        return Feed(*found[0]) if found else Feed()

    async def make(self, actor: Actor) -> Feed:
        """Return a new link; the one before leads nowhere any more."""
        token = base64.urlsafe_b64encode(self._random(_TOKEN_BYTES)).decode().rstrip("=")
        row = (actor.person, _hash(token), self._now_ms())
        await self._database.write(lambda connection: driver_of(connection).store(_STORE, [row]))
        return Feed(row[2], f"{PATH}?key={token}")

    async def end(self, actor: Actor) -> None:
        """Let the link lead nowhere; no error if there is none."""
        sql = "DELETE FROM calendar_feed WHERE person = ?"
        await self._database.write(lambda connection: driver_of(connection).execute(sql, actor.person))

    async def calendar(self, token: str) -> bytes:
        """Return the calendar behind a link; ProblemError not_found where it leads nowhere."""
        made = await self._database.read(lambda connection: self._read(connection, _hash(token)))
        if made is None:
            raise ProblemError(make_problem(ProblemCode.NOT_FOUND, "The link leads nowhere any more."))
        return made

    def _read(self, connection: Connection, token_hash: bytes) -> bytes | None:
        driver, now_ms = driver_of(connection), self._now_ms()
        # Looked up by its hash, so that the time it takes tells nothing of the token; compared once more all the same.
        found = driver.fetch_one("SELECT person, token_hash FROM calendar_feed WHERE token_hash = ?", token_hash)
        if found is None or not hmac.compare_digest(found[1], token_hash):
            return None
        person = self._reach(connection, [found[0]], now_ms).get(found[0])
        if person is None:
            return None
        between = (now_ms - BACK_MS, now_ms + AHEAD_MS)
        records = driver.fetch(_SELECT, person.person, *between, now_ms, sorted(_FAILURES), MAX_EVENTS)
        subjects = read_subjects(driver, {record for (record,) in records})
        due = [
            one
            for one in find_due(driver, subjects.values(), self._time_zone, now_ms)
            if one.person == person.person and one.subject.bucket in person.buckets and _is_to_be_told(one, now_ms)
        ]
        listener = read_listeners(driver, [person.person], self._time_zone)[person.person]
        locale = locale_from(listener.locale, _organisation_locale(driver))
        # Not at the top: it takes a tenth of a second to import, and most servers are never asked for it.
        from routebook_server.reminders.ics import make_calendar  # noqa: PLC0415

        return make_calendar(due, listener, locale, self._url, now_ms)


def _is_to_be_told(due: Due, now_ms: int) -> bool:
    # What is planned is told ahead; what may yet be averted, once it has come about.
    return due.occurrence.rule not in _FAILURES or due.occurrence.at <= now_ms


def _organisation_locale(driver: Driver) -> str:
    found = driver.fetch_one("SELECT locale FROM organisation")
    return found[0] if found else ""


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

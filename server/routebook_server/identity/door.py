"""The door: from a request's cookie to the person behind it, in one read."""

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Final

import msgspec
from litestar.types import Scope
from sqlalchemy import Connection

from routebook_server.database import Database
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.problem import make_problem
from routebook_server.identity.cover import next_change, territories_covered
from routebook_server.identity.directory import find_parents, find_shared_head
from routebook_server.identity.grants import buckets_granted
from routebook_server.identity.sessions import (
    LASTS_MS,
    TOUCHED_EVERY_MS,
    Session,
    SessionState,
    find_session,
    touch_session,
)
from routebook_sync.entities.person import Role
from routebook_sync.messages import Problem, ProblemCode

COOKIE: Final = "routebook_session"
_CODE_BY_STATE: Final = {
    SessionState.EXPIRED: ProblemCode.SESSION_EXPIRED,
    SessionState.REVOKED: ProblemCode.DEVICE_REVOKED,
    SessionState.WIPED: ProblemCode.DEVICE_REVOKED,
}


class _Granted(msgspec.Struct, frozen=True):
    """The buckets of one person as computed last, and how long that holds."""

    revision: int
    shared_head: tuple[int, int]
    until: int | None
    """The next instant at which a cover begins or ends by itself."""
    role: Role
    buckets: tuple[str, ...]


class Door:
    """Tells who asks. Roles, cover and revocation count from the next request on, in every process."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock
        self._granted: dict[str, _Granted] = {}

    async def actor_of(self, scope: Scope) -> Actor | Problem:
        """Return the actor behind a request, or not_signed_in, session_expired or device_revoked."""
        found = await self.device_of(scope)
        if isinstance(found, Actor) and found.wiped:
            return make_problem(_CODE_BY_STATE[SessionState.WIPED])
        return found

    async def device_of(self, scope: Scope) -> Actor | Problem:
        """Return who syncs: as ``actor_of``, and a device that is to be wiped as an actor that says so."""
        token = token_from_scope(scope)
        if not token:
            return make_problem(ProblemCode.NOT_SIGNED_IN)
        now_ms = self._clock()
        found = await self._database.read(lambda connection: self._look(connection, token, now_ms))
        if isinstance(found, Problem):
            return found
        actor, session = found
        if now_ms - (session.expires - LASTS_MS) >= TOUCHED_EVERY_MS:
            await self._database.write(lambda connection: touch_session(connection, token, session.device, now_ms))
        return actor

    def _look(self, connection: Connection, token: str, now_ms: int) -> tuple[Actor, Session] | Problem:
        session = find_session(connection, token, now_ms)
        if session is None:
            return make_problem(ProblemCode.SESSION_EXPIRED)
        is_wiped = session.state is SessionState.WIPED
        if session.state is not SessionState.OPEN and not is_wiped:
            return make_problem(_CODE_BY_STATE[session.state])
        buckets = self._buckets(connection, session, now_ms)
        may_move = session.role is not Role.REP
        actor = Actor(session.person, session.role, session.device, buckets, may_move=may_move, wiped=is_wiped)
        return actor, session

    def _buckets(self, connection: Connection, session: Session, now_ms: int) -> tuple[str, ...]:
        head = find_shared_head(connection)
        kept = self._granted.get(session.person)
        if (
            kept is not None
            and (kept.revision, kept.shared_head, kept.role) == (session.revision, head, session.role)
            and (kept.until is None or now_ms < kept.until)
        ):
            return kept.buckets
        buckets = compute_buckets(connection, session.person, session.role, now_ms)
        until = next_change(connection, session.person, now_ms)
        self._granted[session.person] = _Granted(session.revision, head, until, session.role, buckets)
        return buckets


def compute_buckets(connection: Connection, person: str, role: Role, now_ms: int) -> tuple[str, ...]:
    """Return the buckets granted to a person at ``now_ms``, from the database."""
    return buckets_granted(person, role, territories_covered(connection, person, now_ms), find_parents(connection))


def token_from_scope(scope: Scope) -> str:
    """Return the session token that a request carries, "" for none."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                morsel = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                continue
            if morsel is not None:
                return morsel.value
    return ""

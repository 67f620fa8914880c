"""The door: from a request's cookie to the person behind it."""

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Final

import msgspec
from litestar.types import Scope
from sqlalchemy import Connection

from routebook_server.database import Database, Values
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.problem import make_problem
from routebook_server.identity.presence import Presence
from routebook_server.identity.reach import Reach, read_reach
from routebook_server.identity.rights import Rights, find_standing, read_rights
from routebook_server.identity.sessions import (
    LASTS_MS,
    TOUCHED_EVERY_MS,
    Session,
    SessionState,
    find_session,
    open_sessions,
    read_found,
    read_session,
)
from routebook_sync.entities.person import Role
from routebook_sync.messages import Problem, ProblemCode

COOKIE: Final = "routebook_session"
_COOKIE: Final = COOKIE.encode()
_REMEMBERED: Final = 10_000
_SHORT: Final = 256
"""Bytes of cookies that are remembered with their token: ours alone has 61, and anybody may send others."""
_MOST: Final = 16 * 1024
"""Longer ones are not looked through."""
_CODE_BY_STATE: Final = {
    SessionState.EXPIRED: ProblemCode.SESSION_EXPIRED,
    SessionState.REVOKED: ProblemCode.DEVICE_REVOKED,
}
_HELD: Final = frozenset({SessionState.WIPED_LATE, SessionState.HANDED_OVER})
_WIPES: Final = _HELD | {SessionState.WIPED}


class _Bearer(msgspec.Struct, frozen=True):
    """Whom a session lets in, as read and computed last."""

    row: Values
    actor: Actor
    until: int
    """When something of it changes by itself."""
    due: int
    """From when on this use of the session is to be written down."""


class Door:
    """Tells who asks. Roles, cover, sessions and devices count from the next request on, in every process.

    The session is read each time; cover and the tree of territories are kept in memory while they stand.
    """

    def __init__(self, database: Database, clock: Callable[[], int], presence: Presence) -> None:
        self._database = database
        self._clock = clock
        self._presence = presence
        self._rights: Rights | None = None
        self._bearers: dict[str, _Bearer] = {}
        """By token; what a row was taken for holds as long as the same row is read."""

    async def actor_of(self, scope: Scope) -> Actor | Problem:
        """Return the actor behind a request, or not_signed_in, session_expired or device_revoked."""
        found = await self.device_of(scope)
        if isinstance(found, Actor) and found.wiped:
            return make_problem(ProblemCode.DEVICE_REVOKED)
        return found

    async def device_of(self, scope: Scope) -> Actor | Problem:
        """Return who syncs: as ``actor_of``, and a device that is to be wiped as an actor that says so."""
        token = token_from_scope(scope)
        if not token:
            return make_problem(ProblemCode.NOT_SIGNED_IN)
        now_ms = self._clock()
        row = await find_session(self._database, token)
        if row is None:
            return make_problem(ProblemCode.SESSION_EXPIRED)
        bearer = self._bearers.get(token)
        if bearer is None or bearer.row != row or now_ms >= bearer.until:
            found = await self._admit(row, now_ms)
            if isinstance(found, Problem):
                return found
            if len(self._bearers) >= _REMEMBERED:
                self._bearers.clear()
            bearer = self._bearers[token] = found
        if now_ms >= bearer.due:
            self._presence.was_here(bearer.actor.device, token, now_ms)
        return bearer.actor

    def admission(self, scope: Scope) -> Callable[[Connection], Actor | Problem]:
        """Return what says of a request, within a transaction, what ``device_of`` says."""
        token = token_from_scope(scope)

        def admit(connection: Connection) -> Actor | Problem:
            now_ms = self._clock()
            row = read_found(connection, token)
            if row is None:
                return make_problem(ProblemCode.SESSION_EXPIRED)
            bearer = self._bearers.get(token)
            if bearer is not None and bearer.row == row and now_ms < bearer.until:
                return bearer.actor
            session = read_session(row, now_ms)
            refused = _refuse(session)
            return refused or _actor(session, self._refresh(connection, now_ms))

        return admit

    async def _admit(self, row: Values, now_ms: int) -> "_Bearer | Problem":
        session = read_session(row, now_ms)
        refused = _refuse(session)
        if refused is not None:
            return refused
        rights = self._rights
        if rights is None or not rights.stand(session.standing, now_ms):
            rights = await self._database.read(lambda connection: self._refresh(connection, now_ms))
        until = session.expires if rights.until is None else min(session.expires, rights.until)
        if rights.standing != session.standing or session.state in _WIPES:
            until = now_ms  # somebody has just changed it again, or it does not expire: look again next time
        return _Bearer(row, _actor(session, rights), until, session.expires - LASTS_MS + TOUCHED_EVERY_MS)

    async def version(self) -> int:
        """Return a number that is another one as soon as somebody's rights may be others."""
        now_ms, rights = self._clock(), self._rights
        if rights is None or not rights.stand(await find_standing(self._database), now_ms):
            rights = await self._database.read(lambda connection: self._refresh(connection, now_ms))
        return rights.version

    async def actors(self) -> dict[int, Actor]:
        """Return everybody who may come in now, by device."""
        now_ms = self._clock()

        def read(connection: Connection) -> dict[int, Actor]:
            rights = self._refresh(connection, now_ms)
            return {session.device: _actor(session, rights) for session in open_sessions(connection, now_ms)}

        return await self._database.read(read)

    def reach(self, connection: Connection, people: Collection[str], now_ms: int) -> dict[str, Reach]:
        """Return how these people may be reached now, and what they may see; nobody whose account is closed."""
        return read_reach(connection, self._refresh(connection, now_ms), people, now_ms)

    def _refresh(self, connection: Connection, now_ms: int) -> Rights:
        # Several threads may read at once: each goes on with what its own snapshot says, whoever writes it down last.
        self._rights = rights = read_rights(connection, self._rights, now_ms)
        return rights


def _refuse(session: Session) -> Problem | None:
    """Return why a session lets nobody in, or None."""
    if session.state is SessionState.OPEN or session.state in _WIPES:
        return None
    return make_problem(_CODE_BY_STATE[session.state])


def _actor(session: Session, rights: Rights) -> Actor:
    buckets = rights.buckets(session.person, session.role)
    return Actor(
        session.person,
        session.role,
        session.device,
        buckets,
        may_move=session.role is not Role.REP,
        wiped=session.state in _WIPES,
        is_held=session.state in _HELD,
        handed_over=session.state is SessionState.HANDED_OVER,
    )


def token_from_scope(scope: Scope) -> str:
    """Return the session token that a request carries, "" for none."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            token = _short_token(value) if len(value) <= _SHORT else _token_from_cookies(value)
            if token:
                return token
    return ""


@lru_cache(maxsize=_REMEMBERED)
def _short_token(cookies: bytes) -> str:
    return _token_from_cookies(cookies)


def _token_from_cookies(cookies: bytes) -> str:
    if len(cookies) > _MOST:
        return ""
    for part in cookies.split(b";"):
        key, _, token = part.partition(b"=")
        if key.strip() == _COOKIE:
            return token.strip().decode("latin-1")
    return ""

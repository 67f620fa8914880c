"""The door: from a request's cookie to the person behind it."""

from collections.abc import Callable
from typing import Final

from litestar.types import Scope
from sqlalchemy import Connection

from routebook_server.database import Database
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.problem import make_problem
from routebook_server.identity.presence import Presence
from routebook_server.identity.rights import Rights, read_rights
from routebook_server.identity.sessions import (
    LASTS_MS,
    TOUCHED_EVERY_MS,
    Session,
    SessionState,
    find_session,
    open_sessions,
)
from routebook_sync.entities.person import Role
from routebook_sync.messages import Problem, ProblemCode

COOKIE: Final = "routebook_session"
_COOKIE: Final = COOKIE.encode()
_CODE_BY_STATE: Final = {
    SessionState.EXPIRED: ProblemCode.SESSION_EXPIRED,
    SessionState.REVOKED: ProblemCode.DEVICE_REVOKED,
    SessionState.WIPED: ProblemCode.DEVICE_REVOKED,
}


class Door:
    """Tells who asks. Roles, cover, sessions and devices count from the next request on, in every process.

    The session is read each time; cover and the tree of territories are kept in memory while they stand.
    """

    def __init__(self, database: Database, clock: Callable[[], int], presence: Presence) -> None:
        self._database = database
        self._clock = clock
        self._presence = presence
        self._rights: Rights | None = None

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
            self._presence.was_here(session.device, token, now_ms)
        return actor

    async def version(self) -> int:
        """Return a number that is another one as soon as somebody's rights may be others."""
        now_ms = self._clock()
        return (await self._database.read(lambda connection: self._refresh(connection, now_ms))).version

    async def actors(self) -> dict[int, Actor]:
        """Return everybody who may come in now, by device."""
        now_ms = self._clock()

        def read(connection: Connection) -> dict[int, Actor]:
            rights = self._refresh(connection, now_ms)
            return {session.device: _actor(session, rights) for session in open_sessions(connection, now_ms)}

        return await self._database.read(read)

    def _look(self, connection: Connection, token: str, now_ms: int) -> tuple[Actor, Session] | Problem:
        session = find_session(connection, token, now_ms)
        if session is None:
            return make_problem(ProblemCode.SESSION_EXPIRED)
        if session.state not in {SessionState.OPEN, SessionState.WIPED}:
            return make_problem(_CODE_BY_STATE[session.state])
        return _actor(session, self._refresh(connection, now_ms)), session

    def _refresh(self, connection: Connection, now_ms: int) -> Rights:
        # Several threads may read at once: each goes on with what its own snapshot says, whoever writes it down last.
        self._rights = rights = read_rights(connection, self._rights, now_ms)
        return rights


def _actor(session: Session, rights: Rights) -> Actor:
    buckets = rights.buckets(session.person, session.role)
    return Actor(
        session.person,
        session.role,
        session.device,
        buckets,
        may_move=session.role is not Role.REP,
        wiped=session.state is SessionState.WIPED,
    )


def token_from_scope(scope: Scope) -> str:
    """Return the session token that a request carries, "" for none."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            for part in value.split(b";"):
                key, _, token = part.partition(b"=")
                if key.strip() == _COOKIE:
                    return token.strip().decode("latin-1")
    return ""

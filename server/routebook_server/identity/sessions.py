"""Sessions: a random token in a cookie, its hash in the database, ninety days from the last use."""

import base64
import hashlib
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, not_, select, update

from routebook_server.database import Database, Values, driver_of
from routebook_server.identity.accounts import raise_revision
from routebook_server.identity.rights import FROM_STANDING, STANDING, Standing
from routebook_server.identity.tables import device, session
from routebook_sync.entities.person import Role

LASTS_MS: Final = 90 * 86_400_000
"""From the last use."""
REMEMBERED_MS: Final = 365 * 86_400_000
"""How long after its end a session is still told apart from none."""
TOUCHED_EVERY_MS: Final = 60_000
"""Last use is written down at most this often."""
TOKEN_BYTES: Final = 32
TOKEN_LENGTH: Final = 43
"""Characters: these bytes as URL-safe base 64."""

Random = Callable[[int], bytes]
"""Returns so many unpredictable bytes (os.urandom)."""


_BEARERS: Final = (
    "SELECT account.person, account.role, account.active, device.number, device.revoked_at, device.wiped_at,"
    f" session.expires, {STANDING} FROM session JOIN device ON device.number = session.device"
    f" JOIN account ON account.person = device.person CROSS JOIN {FROM_STANDING}"
)
_FIND: Final = f"{_BEARERS} WHERE session.token_hash = ?"


class SessionState(StrEnum):
    """Whether a session lets its bearer in."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"
    WIPED = "wiped"
    """Opens nothing but the way to hand over unsent edits and to hear that the data has to go."""
    WIPED_LATE = "wiped_late"
    """As wiped, of somebody who has left, or where the session was over before: what is handed over is for others."""
    HANDED_OVER = "handed_over"
    """As wiped, and the device has told that nothing waits: what it still hands over is for others, too."""


class Session(msgspec.Struct, frozen=True):
    """What one read tells of a bearer."""

    person: str
    role: Role
    device: int
    expires: int
    state: SessionState
    standing: Standing
    """What the same read tells of everybody's rights."""


def hash_from_token(token: str) -> bytes:
    """Return what the database knows a token by."""
    # Whatever somebody sends for a token is not remembered, but what may be one.
    return _known_hash(token) if len(token) == TOKEN_LENGTH else _hash(token)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


_known_hash: Final = lru_cache(maxsize=10_000)(_hash)


def start_session(connection: Connection, device_number: int, now_ms: int, random: Random) -> str:
    """End the device's former sessions, start a new one and return its token."""
    token = base64.urlsafe_b64encode(random(TOKEN_BYTES)).decode().rstrip("=")
    _drop(connection, session.c.device == device_number)
    connection.execute(
        insert(session).values(
            token_hash=hash_from_token(token), device=device_number, created=now_ms, expires=now_ms + LASTS_MS
        )
    )
    return token


async def find_session(database: Database, token: str) -> Values | None:
    """Return what ``read_session`` takes of the session that ``token`` opens; None if there is none."""
    found = await database.fetch(_FIND, hash_from_token(token))
    return found[0] if found else None


def read_found(connection: Connection, token: str) -> Values | None:
    """Return the same, as this transaction knows it."""
    return driver_of(connection).fetch_one(_FIND, hash_from_token(token))


def open_sessions(connection: Connection, now_ms: int) -> list[Session]:
    """Return every session that lets its bearer in."""
    sessions = [read_session(found, now_ms) for found in driver_of(connection).fetch(_BEARERS)]
    return [found for found in sessions if found.state is SessionState.OPEN]


def touch_session(connection: Connection, token: str, device_number: int, now_ms: int) -> None:
    """Write down that the device was here now; its session lasts ninety days from now."""
    # A use that is written down after the session was ended must not begin it again.
    connection.execute(
        update(session)
        .where(session.c.token_hash == hash_from_token(token), session.c.expires > session.c.created)
        .values(expires=now_ms + LASTS_MS)
    )
    connection.execute(update(device).where(device.c.number == device_number).values(last_seen=now_ms))


def end_session(connection: Connection, token: str) -> None:
    """End one session; no error if it has ended."""
    _drop(connection, session.c.token_hash == hash_from_token(token))


def end_sessions_of(connection: Connection, person: str, keep_token: str = "") -> None:
    """End every session of a person, but not the one of ``keep_token``, nor those that only a wipe is left of.

    Each stays, as one that has lasted no time at all: its device can still be told that its data has to go.
    """
    devices = select(device.c.number).where(device.c.person == person, device.c.wiped_at.is_(None))
    end_each(connection, session.c.device.in_(devices) & (session.c.token_hash != hash_from_token(keep_token)))


def end_each(connection: Connection, which: ColumnElement[bool]) -> None:
    """End these sessions, for good: none is ever touched again."""
    open_yet = session.c.expires > session.c.created
    if connection.execute(update(session).where(which, open_yet).values(expires=session.c.created)).rowcount:
        raise_revision(connection)


def _drop(connection: Connection, which: ColumnElement[bool]) -> None:
    if connection.execute(delete(session).where(which)).rowcount:
        raise_revision(connection)


def forget_sessions(connection: Connection, now_ms: int) -> int:
    """Drop what ended long ago, but not what a device that is to be wiped is known by; return how many."""
    before_ms = now_ms - REMEMBERED_MS
    to_wipe = device.c.wiped_at.is_not(None) & device.c.revoked_at.is_(None)
    devices = select(device.c.number).where(device.c.last_seen < before_ms, not_(to_wipe))
    return connection.execute(
        delete(session).where(session.c.expires < before_ms, session.c.device.in_(devices))
    ).rowcount


def read_session(row: Values, now_ms: int) -> Session:
    """Return the session as it is at ``now_ms``, from what was read of it."""
    person, role, active, number, revoked_at, wiped_at, expires, *standing = row
    is_over = expires <= now_ms or not active
    if wiped_at is not None and revoked_at is not None:
        state = SessionState.HANDED_OVER
    elif wiped_at is not None:  # However long ago: it is what removes the data.
        state = SessionState.WIPED_LATE if is_over else SessionState.WIPED
    elif revoked_at is not None:
        state = SessionState.REVOKED
    else:
        state = SessionState.EXPIRED if is_over else SessionState.OPEN
    return Session(person, Role(role), number, expires, state, Standing(*standing))

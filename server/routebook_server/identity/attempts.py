"""The limit on failed sign-ins: after some free attempts the wait doubles with each further one.

Counted for the e-mail (somebody guesses one password) and for the address (somebody tries many e-mails). An attempt
counts before the password is checked, so that a hundred at once count as a hundred; a success takes it back.
"""

import hashlib
import ipaddress
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from routebook_server.identity.tables import sign_in_attempt

FREE_BY_EMAIL: Final = 5
FREE_BY_ADDRESS: Final = 30
"""A whole team behind one office address signs in on a Monday."""
FIRST_WAIT_MS: Final = 2_000
LONGEST_WAIT_MS: Final = 15 * 60_000
"""Bounded, so that a stranger can delay a colleague but not lock him out."""
FORGOTTEN_AFTER_MS: Final = 24 * 3_600_000


class Subject(msgspec.Struct, frozen=True):
    """Something that attempts are counted for."""

    key: str
    free: int


class Attempts(msgspec.Struct, frozen=True):
    """The failed attempts of one subject."""

    failures: int
    last: int
    open_at: int
    """No attempt before this instant, milliseconds."""


def subjects(email: str, address: str) -> tuple[Subject, Subject]:
    """Return what an attempt counts for: the normalised e-mail and the network address, both hashed."""
    return (
        Subject("email:" + hashlib.sha256(email.encode()).hexdigest()[:40], FREE_BY_EMAIL),
        Subject("address:" + hashlib.sha256(_network(address).encode()).hexdigest()[:40], FREE_BY_ADDRESS),
    )


def _network(address: str) -> str:
    # One home or phone owns a whole /64 of IPv6 addresses.
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)


def after_attempt(before: Attempts | None, free: int, now_ms: int) -> Attempts:
    """Return the count after one more attempt at ``now_ms``; old failures are forgotten after a quiet day."""
    if before is None or now_ms - before.last > FORGOTTEN_AFTER_MS:
        before = Attempts(0, now_ms, now_ms)
    failures = before.failures + 1
    if failures < free:
        return Attempts(failures, now_ms, now_ms)
    wait = min(FIRST_WAIT_MS << min(failures - free, 20), LONGEST_WAIT_MS)
    return Attempts(failures, now_ms, now_ms + wait)


def count_attempt(connection: Connection, tried: tuple[Subject, ...], now_ms: int) -> int:
    """Count one attempt and return 0, or return the milliseconds to wait and count nothing."""
    rows = {
        row.subject: Attempts(row.failures, row.last, row.open_at)
        for row in connection.execute(
            select(sign_in_attempt).where(sign_in_attempt.c.subject.in_([subject.key for subject in tried]))
        )
    }
    wait = max((row.open_at - now_ms for row in rows.values()), default=0)
    if wait > 0:
        return wait
    for subject in tried:
        after = after_attempt(rows.get(subject.key), subject.free, now_ms)
        values = msgspec.structs.asdict(after)
        if subject.key in rows:
            connection.execute(update(sign_in_attempt).where(sign_in_attempt.c.subject == subject.key).values(**values))
        else:
            connection.execute(insert(sign_in_attempt).values(subject=subject.key, **values))
    return 0


def forget_attempts(connection: Connection, now_ms: int) -> int:
    """Drop the counts that are forgotten by now; return how many."""
    return connection.execute(
        delete(sign_in_attempt).where(sign_in_attempt.c.last < now_ms - FORGOTTEN_AFTER_MS)
    ).rowcount


def forgive(connection: Connection, tried: tuple[Subject, ...]) -> None:
    """Forget the e-mail's failures after a success, and this one attempt of the address.

    The address keeps its other failures: one good password must not buy a stranger more guesses at others.
    """
    email, address = tried
    connection.execute(delete(sign_in_attempt).where(sign_in_attempt.c.subject == email.key))
    connection.execute(
        update(sign_in_attempt)
        .where(sign_in_attempt.c.subject == address.key)
        .values(failures=sign_in_attempt.c.failures - 1, open_at=sign_in_attempt.c.last)
    )

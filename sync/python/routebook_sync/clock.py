"""Hybrid logical clock (SPEC R2-R6): physical milliseconds, a counter, a device number, in one sortable stamp.

Source: Kulkarni et al., "Logical Physical Clocks", 2014. Physical time is always an argument.
"""

import re
from functools import lru_cache
from typing import Final

import msgspec

from routebook_sync import base32

MS_WIDTH: Final = 10
COUNTER_WIDTH: Final = 4
DEVICE_WIDTH: Final = 4
STAMP_WIDTH: Final = MS_WIDTH + COUNTER_WIDTH + DEVICE_WIDTH
MAX_MS: Final = (1 << 48) - 1
MAX_COUNTER: Final = (1 << 16) - 1
MAX_DEVICE: Final = (1 << 20) - 1
SERVER_DEVICE: Final = 0
CLAMP_MS: Final = 120_000
"""How far ahead of the server's clock a stamp may lie before the server clamps it (SPEC R6)."""
TIMELY_MS: Final = 60_000
"""What says something about the clock came so long after its request at most (SPEC R5): twice a request's time-out."""

STAMP_PATTERN: Final = "^[0-7][0-9a-v]{9}[01][0-9a-v]{3}[0-9a-v]{4}$"
_STAMP = re.compile(STAMP_PATTERN)


class Clock(msgspec.Struct, frozen=True):
    """The last reading of one replica's clock: milliseconds since 1970 UTC, counter, device number."""

    ms: int
    counter: int
    device: int


def stamp_from_clock(clock: Clock) -> str:
    """Return the 18-digit stamp of this reading; ValueError if a part is out of range."""
    if clock.ms > MAX_MS or clock.counter > MAX_COUNTER:
        raise ValueError("clock reading out of range")
    return (
        base32.encode(clock.ms, MS_WIDTH)
        + base32.encode(clock.counter, COUNTER_WIDTH)
        + base32.encode(clock.device, DEVICE_WIDTH)
    )


def clock_from_stamp(stamp: str) -> Clock:
    """Return the reading that a stamp writes; ValueError if it is no stamp."""
    if not is_stamp(stamp):
        raise ValueError(f"{stamp!r} is no stamp")
    return Clock(
        base32.decode(stamp[:MS_WIDTH]),
        base32.decode(stamp[MS_WIDTH : MS_WIDTH + COUNTER_WIDTH]),
        base32.decode(stamp[-DEVICE_WIDTH:]),
    )


def is_stamp(text: str) -> bool:
    """Tell whether ``text`` is a well-formed stamp."""
    return _STAMP.fullmatch(text) is not None


def device_from_stamp(stamp: str) -> int:
    """Return the number of the device that made the stamp."""
    return _device_from_suffix(stamp[-DEVICE_WIDTH:])


@lru_cache(maxsize=4_096)
def _device_from_suffix(suffix: str) -> int:
    return base32.decode(suffix)


def ms_from_stamp(stamp: str) -> int:
    """Return the stamp's physical part, milliseconds since 1970 UTC."""
    return base32.decode(stamp[:MS_WIDTH])


def offset_from_reply(server_ms: int, sent_ms: int, received_ms: int, known: int | None = None) -> int:
    """Return what a device adds to its clock to get the server's time (SPEC R5), in milliseconds.

    ``server_ms`` is the reply's ``now``, read at some time between sending and receiving. ``known``, ``None`` for none
    yet, stays as long as that can be true, so that a slow answer spoils nothing; else it was read half way (Cristian,
    "Probabilistic Clock Synchronization", 1989). What did not come timely says nothing, because the device slept or its
    clock was set: ``known`` stays, and where there is none it is taken as read when it was received.
    """
    if not 0 <= received_ms - sent_ms <= TIMELY_MS:
        return server_ms - received_ms if known is None else known
    likely = known or 0
    if server_ms - received_ms <= likely <= server_ms - sent_ms:
        return likely
    return server_ms - (sent_ms + received_ms) // 2


def tick(clock: Clock, now_ms: int, floor: str = "") -> Clock:
    """Return the next reading: above ``clock``, at or above ``now_ms``, above the stamp ``floor`` (SPEC R3).

    ``floor`` is the stamp about to be overwritten, "" for none. A full counter borrows the next millisecond.
    A physical clock that stands or runs backwards only makes the counter grow.
    """
    ms, counter = clock.ms, clock.counter
    if floor:
        seen = clock_from_stamp(floor)
        ms, counter = max((ms, counter), (seen.ms, seen.counter))
    if now_ms > ms:
        return Clock(now_ms, 0, clock.device)
    if counter == MAX_COUNTER:
        return Clock(ms + 1, 0, clock.device)
    return Clock(ms, counter + 1, clock.device)


def clamp(stamp: str, now_ms: int, last: str = "") -> str:
    """Return ``stamp``, or what the server makes of it when it lies more than two minutes ahead (SPEC R6).

    ``last`` is the stamp given to this device's edit before, "" for none: the order of a device's own clamped
    edits is kept because each next one exceeds it.
    """
    if ms_from_stamp(stamp) <= now_ms + CLAMP_MS:
        return stamp
    device = device_from_stamp(stamp)
    start = Clock(now_ms, 0, device)
    if last and last[:-DEVICE_WIDTH] >= stamp_from_clock(start)[:-DEVICE_WIDTH]:
        start = tick(Clock(now_ms, 0, device), now_ms, last)
    return stamp_from_clock(start)

"""Identifiers of records (SPEC R20): a UUID version 7 (RFC 9562) as 26 base-32 digits.

The 128 bits stand right-aligned in the 130, so that ids sort by their time and the first digit is 0 to 7.
"""

import re
from typing import Final

from routebook_sync import base32
from routebook_sync.clock import MAX_MS, MS_WIDTH

ID_WIDTH: Final = 26
ID_PATTERN: Final = "^[0-7][0-9a-v]{25}$"
RANDOM_BYTES: Final = 10
"""Random bytes that one new id takes."""
_ID = re.compile(ID_PATTERN)
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_id(text: str) -> bool:
    """Tell whether ``text`` has the form of an id."""
    return _ID.fullmatch(text) is not None


def new_id(now_ms: int, random_bytes: bytes) -> str:
    """Return a new id from the time (milliseconds since 1970 UTC) and 10 random bytes; ValueError otherwise."""
    if not 0 <= now_ms <= MAX_MS:
        raise ValueError("time out of range")
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError(f"an id takes {RANDOM_BYTES} random bytes")
    number = now_ms << 80 | int.from_bytes(random_bytes, "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return base32.encode(number, ID_WIDTH)


def id_from_uuid(uuid: str) -> str:
    """Return the id of a UUID in its hyphenated form of lower-case digits; ValueError if it is none."""
    if not _UUID.fullmatch(uuid):
        raise ValueError(f"{uuid!r} is no UUID")
    return base32.encode(int(uuid.replace("-", ""), 16), ID_WIDTH)


def uuid_from_id(text: str) -> str:
    """Return the hyphenated UUID of an id; ValueError if it is none."""
    if not is_id(text):
        raise ValueError(f"{text!r} is no id")
    digits = f"{base32.decode(text):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def ms_from_id(text: str) -> int:
    """Return when an id was made, milliseconds since 1970 UTC."""
    return base32.decode(text[:MS_WIDTH])

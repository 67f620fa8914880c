"""Record ids (SPEC R20): UUID version 7 in 26 base-32 digits, so that ids made later sort later."""

from typing import Final

from routebook_sync import base32

RANDOM_BYTES: Final = 10
ID_WIDTH: Final = 26


def id_from_parts(now_ms: int, random: bytes) -> str:
    """Return the id made at ``now_ms`` (milliseconds since 1970 UTC) with 10 random bytes; ValueError otherwise."""
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"an id takes {RANDOM_BYTES} random bytes")
    noise = int.from_bytes(random)
    high, low = noise >> 68, noise & ((1 << 62) - 1)
    return base32.encode(now_ms << 80 | 7 << 76 | high << 64 | 2 << 62 | low, ID_WIDTH)

"""Ranges: which bytes of a file are asked for (RFC 9110, section 14); one range, as players ask."""

import re
from typing import Final, NamedTuple

_RANGE: Final = re.compile(r"\s*bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*", re.IGNORECASE)


class Range(NamedTuple):
    """From ``start`` up to, and without, ``end``."""

    start: int
    end: int


class UnsatisfiableRangeError(Exception):
    """The range begins behind the end."""


def range_of(header: str | None, size: int) -> Range | None:
    """Return the range that a header asks for, None for the whole; UnsatisfiableRangeError.

    What is not understood, or asks for several ranges, is answered with the whole, as the standard allows.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or found[0].strip().endswith("=-"):
        return None
    first, last = found[1], found[2]
    if not first:
        if not last:
            return None
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start >= end:
        raise UnsatisfiableRangeError
    return Range(start, end)

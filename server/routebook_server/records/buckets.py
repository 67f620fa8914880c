"""Bucket names (SPEC R30) and where a bucket stands."""

from typing import Final, NamedTuple

SHARED: Final = "shared"
"""The bucket of what the whole organisation shares."""
FIRST_EPOCH: Final = 1


class Head(NamedTuple):
    """How far a bucket has been written: its epoch (SPEC R32) and the last sequence number given out."""

    epoch: int
    seq: int


NO_HEAD: Final = Head(FIRST_EPOCH, 0)
"""The head of a bucket that nothing was ever written to."""


def territory_bucket(territory: str) -> str:
    """Return the bucket of a territory's aggregates."""
    return f"t:{territory}"


def person_bucket(person: str) -> str:
    """Return the bucket of a person's own records."""
    return f"u:{person}"

"""Bucket names (SPEC R30) and where a bucket stands."""

from typing import Final, NamedTuple

SHARED: Final = "shared"
"""The bucket of what the whole organisation shares."""
FIRST_EPOCH: Final = 1

SEQ_BITS: Final = 40
"""Bits of a bucket's sequence; a cursor carries above them how often markers were removed (SPEC R37)."""
_SEQ_MASK: Final = (1 << SEQ_BITS) - 1


class Head(NamedTuple):
    """How far a bucket has been written, as a cursor says it: its epoch (SPEC R32) and the last number given out."""

    epoch: int
    seq: int


NO_HEAD: Final = Head(FIRST_EPOCH, 0)
"""The head of a bucket that nothing was ever written to."""


def number_of(seq: int, horizon: int) -> int:
    """Return what a cursor carries for the sequence ``seq`` in a bucket with this horizon (SPEC R37)."""
    return horizon & ~_SEQ_MASK | seq


def seq_of(number: int) -> int:
    """Return the sequence that a cursor's number stands for."""
    return number & _SEQ_MASK


def raise_horizon(horizon: int, seq: int) -> int:
    """Return the horizon of a bucket from which markers up to the sequence ``seq`` are removed (SPEC R37)."""
    return (horizon >> SEQ_BITS) + 1 << SEQ_BITS | max(seq, seq_of(horizon))


def is_behind(number: int, horizon: int) -> bool:
    """Tell whether a device with this cursor may have missed a marker that is removed by now (SPEC R37).

    One that began at 0 since then cannot, however far it has come: its cursor carries the horizon's own count.
    """
    return 0 < seq_of(number) < seq_of(horizon) and number >> SEQ_BITS != horizon >> SEQ_BITS


def territory_bucket(territory: str) -> str:
    """Return the bucket of a territory's aggregates."""
    return f"t:{territory}"


def archive_of(bucket: str) -> str:
    """Return the archive of a territory's bucket: what is old of its aggregates (SPEC R39)."""
    return f"a{bucket.removeprefix('t')}"


def is_archive(bucket: str) -> bool:
    """Tell whether the bucket is an archive, which no device holds."""
    return bucket.startswith("a:")


def at_hand(bucket: str) -> str:
    """Return the bucket whose grant lets somebody read this one: the territory's of an archive, else itself."""
    return f"t{bucket.removeprefix('a')}" if is_archive(bucket) else bucket


def person_bucket(person: str) -> str:
    """Return the bucket of a person's own records."""
    return f"u:{person}"

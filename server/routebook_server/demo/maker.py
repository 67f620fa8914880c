"""How demo records are made: ids and stamps of their own time, documents in the stored form (SPEC R20, R21)."""

from random import Random
from typing import Any, Final

from routebook_sync import base32
from routebook_sync.clock import MS_WIDTH, SERVER_DEVICE, Clock, stamp_from_clock
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.identifier import RANDOM_BYTES, new_id
from routebook_sync.messages import Row
from routebook_sync.record import pack_stamps

_REST: Final = stamp_from_clock(Clock(0, 0, SERVER_DEVICE))[MS_WIDTH:]


def seeded(seed: int, purpose: str) -> Random:
    """Return the random numbers of one purpose, so that more of one thing changes nothing about the others."""
    return Random(f"{seed} {purpose}")  # noqa: S311 - the demo must be the same for the same seed


def make_id(random: Random, at: int) -> str:
    """Return a new id of the time ``at``, milliseconds."""
    return new_id(at, random.randbytes(RANDOM_BYTES))


def stamp_at(at: int) -> str:
    """Return the server's stamp of the time ``at``, milliseconds."""
    return base32.encode(at, MS_WIDTH) + _REST


def make_row(kind: str, record_id: str, root: str, at: int, values: dict[str, Any]) -> Row:
    """Return a record that was written once, at ``at``."""
    return Row(k=kind, i=record_id, r=root, v=values, s={stamp_at(at): []})


def rewrite(row: Row, at: int, values: dict[str, Any]) -> Row:
    """Return a record of ``make_row`` that was changed once more, at ``at``. Only registers may change."""
    (first,) = row.s
    merged = row.v | values
    later = stamp_at(at)
    entity = ENTITY_TYPES[row.k]
    stamps = {name: later if name in values else first for name in merged if name not in entity.inside}
    return Row(k=row.k, i=row.i, r=row.r, v=merged, s=pack_stamps(stamps))

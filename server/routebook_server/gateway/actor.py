"""Actor: who is asking, on which device, with which buckets."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec
from sqlalchemy import Connection

from routebook_sync.entities.person import Role
from routebook_sync.messages import Problem


class Actor(msgspec.Struct, frozen=True):
    """A signed-in person on one device, with the buckets granted to him at this moment."""

    person: str
    """The id of his person record."""
    role: Role
    device: int
    buckets: tuple[str, ...]
    """In the order of usefulness: own, shared, territories (SPEC R34, R56)."""
    may_move: bool = False
    """Whether he may change a customer's territory (managers and administrators)."""
    wiped: bool = False
    """Whether the device may only hand over its edits and hear that its data has to go (SPEC R58)."""
    is_held: bool = False
    """Whether what a wiped device hands over is kept for others: he or his session may do no more, or it is done."""
    handed_over: bool = False
    """Whether a wiped device has told that nothing waits, be it before it heard of the wipe."""


Admit: TypeAlias = Callable[[Connection], Actor | Problem]
"""Asks anew, within a transaction, who sent a request: his rights may be others by the time at which they are used."""

"""Author: what the write path needs to know of whoever makes an edit."""

from typing import Final, Protocol

import msgspec

from routebook_sync.clock import SERVER_DEVICE
from routebook_sync.entities.person import Role


class Author(Protocol):
    """A person on a device; ``gateway.actor.Actor`` is one."""

    @property
    def person(self) -> str:
        """The id of the person; "" for the system itself."""

    @property
    def role(self) -> Role:
        """What the person may do."""

    @property
    def device(self) -> int:
        """The number of the device; 0 for the server."""

    @property
    def buckets(self) -> tuple[str, ...]:
        """What the person may read and write now."""

    @property
    def may_move(self) -> bool:
        """Whether the person may change a customer's territory."""


class Writer(msgspec.Struct, frozen=True):
    """A plain author, for edits that the server makes itself and for those it kept."""

    person: str
    role: Role
    device: int
    buckets: tuple[str, ...]
    may_move: bool = False
    shown: tuple[str, ...] = ()
    """The buckets that the device showed when it made the edits: what lately was the author's."""
    again: bool = False
    """Whether a server had taken the edits before a backup was restored: what they change was the author's then."""


SYSTEM: Final = Writer("", Role.ADMINISTRATOR, SERVER_DEVICE, (), may_move=True)
"""The server itself: imports, computed figures, administration. May write every field in every bucket."""


def is_system(author: Author) -> bool:
    """Tell whether the server itself makes the edit."""
    return author.person == "" and author.device == SERVER_DEVICE

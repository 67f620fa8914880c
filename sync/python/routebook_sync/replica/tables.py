"""The tables of a device, as ``pwa/src/lib/store/tables.ts`` has them, without what only screens need."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from routebook_sync.entities import EntityType
from routebook_sync.entities.person import Role
from routebook_sync.messages import Edit, Loser, VerdictKind
from routebook_sync.record import Doc
from routebook_sync.replica.storage import Storage, Table

NOWHERE: Final = ""
"""The bucket of a row whose aggregate moved out of sight while an edit of it waits, until the server has the edit."""


class Account(msgspec.Struct, frozen=True):
    """Who is signed in on the device."""

    person: str
    role: Role
    device: int


class Schema(msgspec.Struct, frozen=True):
    """The kinds that a version of the app knows, and the hash that names them in every request."""

    hash: str
    kinds: Mapping[str, EntityType]


class Held(msgspec.Struct, frozen=True):
    """A record as screens see it, and where it lives."""

    kind: str
    root: str
    bucket: str
    home: int
    doc: Doc


class Shadow(msgspec.Struct, frozen=True):
    """The confirmed state of a record with unsent edits; None for a record that the server has never seen."""

    kind: str
    doc: Doc | None


class Reading(msgspec.Struct, frozen=True):
    """How far a bucket has been read (SPEC R55)."""

    epoch: int
    seq: int
    complete: bool
    """Whether it was ever read up to its head."""


class Attention(msgspec.Struct, frozen=True):
    """A verdict that wants a human."""

    verdict: VerdictKind
    code: str
    field: str
    edit: Edit
    losers: list[Loser]
    at: int


class Sent(msgspec.Struct, frozen=True):
    """An edit that the server took, and what became of it."""

    edit: Edit
    verdict: VerdictKind
    at: int


class Tables:
    """Every table of one device."""

    def __init__(self, storage: Storage) -> None:
        self.meta: Table[str, Any] = Table(storage)
        """Named values of the store itself, as ``pwa/src/lib/store/meta.ts`` names them."""
        self.row: Table[str, Held] = Table(storage)
        """Visible records by id."""
        self.shadow: Table[str, Shadow] = Table(storage)
        """By id."""
        self.outbox: Table[int, Edit] = Table(storage)
        """Edits that the server has not taken yet, by number."""
        self.cursor: Table[str, Reading] = Table(storage)
        """By bucket."""
        self.attention: Table[int, Attention] = Table(storage)
        self.sent: Table[int, Sent] = Table(storage)
        """By number."""
        self.request: Table[str, Any] = Table(storage)
        """The answers to the last writes, by their keys."""

    def unsent(self) -> list[Edit]:
        """Return the edits that wait, oldest first."""
        return [self.outbox[n] for n in sorted(self.outbox)]

    def unsent_of(self, record_id: str) -> list[Edit]:
        """Return those of one record, oldest first."""
        return [edit for edit in self.unsent() if edit.id == record_id]

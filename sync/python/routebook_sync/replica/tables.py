"""The tables of a device, as ``pwa/src/lib/store/tables.ts`` has them, without what only screens need."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from routebook_sync.checksum import row_checksum
from routebook_sync.entities import EntityType
from routebook_sync.entities.person import Role
from routebook_sync.messages import Edit, Loser, VerdictKind
from routebook_sync.record import Doc
from routebook_sync.replica.storage import Storage, Table

NOWHERE: Final = ""
"""The bucket of a row that lives in none: what the server had of it is gone, and an edit of it waits."""


class Account(msgspec.Struct, frozen=True):
    """Who is signed in on the device."""

    person: str
    role: Role
    device: int


class Schema(msgspec.Struct, frozen=True):
    """The kinds that a version of the app knows, and the hash that names them in every request."""

    hash: str
    kinds: Mapping[str, EntityType]

    def checksum(self, kind: str, record_id: str, home: int, doc: Doc) -> int:
        """Return a row's checksum, as this version of the app computes it (SPEC R61)."""
        return row_checksum(self.kinds.get(kind), record_id, home, doc)


class Held(msgspec.Struct, frozen=True):
    """A record: what is shown of it, where it lives, and what is confirmed of it."""

    kind: str
    root: str
    bucket: str
    home: int
    doc: Doc
    """The visible state."""
    sum: int | None = None
    """The checksum of the confirmed state, None while the server has none."""
    round: int = 0
    """The round of reading its bucket in which it was met last."""


class Shadow(msgspec.Struct, frozen=True):
    """The confirmed state of a record with unsent edits; None for a record that the server does not have."""

    kind: str
    doc: Doc | None


class Waiting(msgspec.Struct, frozen=True):
    """An edit in the outbox."""

    edit: Edit
    before: str = ""
    """What became of one that is sent again (SPEC R48), "" for one that the server has not had yet."""
    hold: bool = False
    """Whether the server shall keep it without looking (SPEC R46)."""
    counted: dict[str, list[int]] | None = None
    """What its counters had stood at before it, by field, where it is sent again; None where only the record knows."""


class Kept(msgspec.Struct, frozen=True):
    """An edit that the server has taken and no backup covers yet (SPEC R48)."""

    edit: Edit
    verdict: str
    counted: dict[str, list[int]]
    """What the counters that it raised had stood at before it, by field."""
    at: int


class Reading(msgspec.Struct, frozen=True):
    """How far a bucket has been read (SPEC R55)."""

    epoch: int = 0
    seq: int = 0
    complete: bool = False
    """Whether it was ever read up to its head."""
    round: int = 0
    sweep: bool = False
    """Whether it is read again: rows of other rounds go when it is complete (SPEC R38)."""
    suspect: bool = False
    """Whether its checksum differs from the server's (SPEC R64)."""


class Attention(msgspec.Struct, frozen=True):
    """A verdict that wants a human."""

    verdict: VerdictKind
    code: str
    field: str
    edit: Edit
    losers: list[Loser]
    at: int
    more: tuple[Edit, ...] = ()
    """The other edits of a group that was refused as a whole; the decision by which another's was applied (R49)."""
    about: str = ""
    """What the customer was called when the verdict came."""


class Sent(msgspec.Struct, frozen=True):
    """An edit that the server took, and what became of it."""

    edit: Edit
    verdict: VerdictKind
    at: int


class Tables:
    """Every table of one device."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.meta: Table[str, Any] = Table(storage)
        """Named values of the store itself, as ``pwa/src/lib/store/meta.ts`` names them."""
        self.row: Table[str, Held] = Table(storage)
        """Records by id; also those of kinds that this version of the app does not know and never shows."""
        self.shadow: Table[str, Shadow] = Table(storage)
        """By id."""
        self.outbox: Table[int, Waiting] = Table(storage)
        """Edits that the server has not taken yet, by number."""
        self.kept: Table[tuple[int, int], Kept] = Table(storage)
        """By the number of the device that sent it, and its own."""
        self.cursor: Table[str, Reading] = Table(storage)
        """By bucket."""
        self.total: Table[str, tuple[int, int]] = Table(storage)
        """The running checksum of each bucket's confirmed rows, and their count (SPEC R60)."""
        self.attention: Table[int, Attention] = Table(storage)
        self.sent: Table[int, Sent] = Table(storage)
        self.request: Table[str, list[int]] = Table(storage)
        """The answers to the last writes, by their keys."""

    def number(self, name: str, otherwise: int = 0) -> int:
        """Return a named number."""
        found = self.meta.get(name)
        return otherwise if found is None else int(found)

    def next_number(self, name: str) -> int:
        """Raise a named number and return it."""
        number = self.number(name) + 1
        self.meta.put(name, number)
        return number

    def waiting(self) -> list[Waiting]:
        """Return what is in the outbox, oldest first."""
        return [self.outbox[n] for n in sorted(self.outbox)]

    def unsent(self) -> list[Edit]:
        """Return the edits that wait, oldest first."""
        return [waiting.edit for waiting in self.waiting()]

    def unsent_of(self, record_id: str) -> list[Edit]:
        """Return those of one record, oldest first."""
        return [edit for edit in self.unsent() if edit.id == record_id]

    def unsent_ids(self) -> set[str]:
        """Return the records of which an edit waits."""
        return {waiting.edit.id for waiting in self.outbox.values()}

    def confirmed(self, record_id: str, held: Held) -> Doc | None:
        """Return the confirmed state of a record; None where the server has none."""
        shadow = self.shadow.get(record_id)
        return held.doc if shadow is None else shadow.doc

"""Held: edits in the server's custody, as the table ``held`` keeps them."""

from collections.abc import Collection
from typing import Final

import msgspec

from routebook_server.records.author import Writer
from routebook_sync.messages import Edit, ProblemCode

MAX_HELD_EDITS: Final = 1_000
"""Edits of one device that may wait in custody."""
MAX_HELD_BYTES: Final = 8 * 1024 * 1024
"""Their JSON, together (SPEC R59)."""
PARTING_TIMES: Final = 20
"""So many times as much may come of a device that hands over all it has before its data goes (decision 246)."""


class Held(msgspec.Struct, frozen=True):
    """An edit in custody, or a group: kept, decided on and released as a whole."""

    record: str
    """The id of the held edit that stands for it: the offer, or the receipt while it waits for its root."""
    root: str
    """What it waits for, or belongs to."""
    code: str
    author: Writer
    edits: list[Edit]
    receipt: str = ""
    """The id of the author's receipt, "" where ``record`` is it."""
    received_at: int = 0
    """When the server took it, milliseconds since 1970 UTC."""

    @property
    def again(self) -> frozenset[int]:
        """The numbers of its edits, where a server had taken them before a backup was restored (SPEC R48)."""
        return frozenset(edit.n for edit in self.edits) if self.author.again else frozenset()

    def is_of(self, device: int, record_id: str) -> bool:
        """Tell whether it is that device's, and changes that record."""
        return self.author.device == device and any(edit.id == record_id for edit in self.edits)

    @property
    def place(self) -> tuple[int, int, int, str]:
        """Its place in the order of their coming."""
        return self.received_at, self.author.device, self.edits[0].n, self.record

    def came_before(self, other: "Held") -> bool:
        """Tell whether it came before another one."""
        return self.record != other.record and self.place < other.place

    def waits_for(self, roots: Collection[str]) -> bool:
        """Tell whether it waits until one of these roots comes."""
        return self.code == ProblemCode.MISSING_ROOT and self.root in roots

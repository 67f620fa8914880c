"""Push: what the write path takes in, and what it gives back."""

import msgspec

from routebook_server.records.author import Author
from routebook_server.records.refusal import Refusal
from routebook_sync.messages import Edit, Verdict


class Unread(msgspec.Struct, frozen=True):
    """An edit that could not be read: the verdict that refuses it, with its number."""

    verdict: Verdict
    group: str = ""
    """Where that could be read: the group's other edits must not be applied without this one (SPEC R45)."""

    @property
    def n(self) -> int:
        """The edit's number."""
        return self.verdict.n


class Push(msgspec.Struct, frozen=True):
    """Edits of one author, to be stored in one transaction, in order."""

    author: Author
    edits: list[Edit | Unread]
    cursors: dict[str, list[int]] = {}
    """How far the device had read when it sent this; tells what its user may have seen (SPEC R53)."""
    ack: int = 0
    """Verdicts up to this number may be forgotten."""
    mended: frozenset[int] = frozenset()
    """Numbers of the edits whose text had to be mended to be read: their author is told what became of it."""
    custody: Refusal | None = None
    """Take the edits into custody for this reason, without looking at them."""


class Pushed(msgspec.Struct, frozen=True):
    """What became of a push. The verdicts of devices also wait in the store until acknowledged."""

    verdicts: list[Verdict]
    """Other than ``applied``, of this push alone."""
    own: frozenset[tuple[str, int]] = frozenset()
    """Bucket and sequence number of the rows that the device need not be told (SPEC R53)."""


class GapError(Exception):
    """The device left out an edit, or gave a number that it has used to another one (SPEC R40); nothing was stored."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"edit {expected} was expected")
        self.expected = expected


class Replica(msgspec.Struct):
    """How far a device has pushed, and the last stamp that was clamped for it."""

    person: str
    pushed: int = 0
    clamped: str = ""


class HeldEdit(msgspec.Struct, frozen=True):
    """An edit in the server's custody."""

    root: str
    code: str
    author: str
    """JSON of a ``Writer``."""
    edit: str
    """JSON of the edit, whole."""
    number: int = 0
    """0 where it is not stored yet."""

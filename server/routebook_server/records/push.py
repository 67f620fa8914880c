"""Push: what the write path takes in, and what it gives back."""

import msgspec

from routebook_server.records.author import Author
from routebook_server.records.refusal import Refusal
from routebook_sync.messages import Edit, Verdict


class Push(msgspec.Struct, frozen=True):
    """Edits of one author, to be stored in one transaction, in order."""

    author: Author
    edits: list[Edit | Verdict]
    """An edit that could not even be read stands as the verdict that refuses it, with its number."""
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
    """The device left out an edit (SPEC R40); nothing of the push was stored."""

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

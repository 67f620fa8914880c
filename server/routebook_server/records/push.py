"""Push: what the write path takes in, and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from routebook_server.records.author import Author
from routebook_server.records.refusal import Refusal
from routebook_sync import base32
from routebook_sync.clock import DEVICE_WIDTH, SERVER_DEVICE
from routebook_sync.messages import Edit, Verdict

SERVER_SUFFIX: Final = base32.encode(SERVER_DEVICE, DEVICE_WIDTH)
"""The end of every stamp of the server's own."""


class Unread(msgspec.Struct, frozen=True):
    """An edit that could not be read: the verdict that refuses it, with its number."""

    verdict: Verdict
    group: str = ""
    """Where that could be read: the group's other edits must not be applied without this one (SPEC R45)."""

    @property
    def n(self) -> int:
        """The edit's number."""
        return self.verdict.n


class NotTakenError(Exception):
    """A push was not taken; nothing of it was stored, and its sender is told why."""


class NotAdmittedError(NotTakenError):
    """Its author may come in no more; ``reason`` says why to whoever admits people."""

    def __init__(self, reason: object) -> None:
        super().__init__("its author may come in no more")
        self.reason = reason


class Push(msgspec.Struct, frozen=True):
    """Edits of one author, to be stored in one transaction, in order."""

    author: Author
    edits: list[Edit | Unread]
    cursors: dict[str, list[int]] = {}
    """How far the device had read when it sent this: what it holds (SPEC R53)."""
    ack: int = 0
    """Verdicts up to this number may be forgotten."""
    mended: frozenset[int] = frozenset()
    """Numbers of the edits whose text had to be mended to be read: their author is told what became of it."""
    hold: frozenset[int] = frozenset()
    """Numbers of the edits to take into custody without looking at them: the device gave up on them (SPEC R46)."""
    again: frozenset[int] = frozenset()
    """Numbers of the edits that a server had taken, and a restored backup did not (SPEC R48): what they change was in
    their author's hands then."""
    custody: Refusal | None = None
    """Take all edits into custody for this reason, without looking at them."""
    ahead_ms: int = 0
    """By how much the device's clock was ahead of the server's when it sent this; below 0 where it was behind."""
    parts: bool = False
    """Whether the device hands over all it has, for the last time: what is not taken now is lost."""
    admit: Callable[[Connection, "Push"], "Push"] | None = None
    """Returns the push with its author's rights as the transaction that stores it knows them, or NotAdmittedError."""
    barred: NotAdmittedError | None = None
    """Why nothing of it is taken."""
    earlier: dict[str, list[int]] = {}
    """How far it had read when the oldest of the edits was written, in the buckets where it has read on since."""


class Turn(msgspec.Struct, frozen=True):
    """A push while its edits are merged."""

    index: int
    """Its place among the pushes of the batch."""
    push: Push
    seen: Mapping[str, Sequence[int]]
    """How far the author had read when he wrote: what he knew, and what was his (SPEC R53)."""
    buckets: frozenset[str]
    """The author's."""
    person: str
    """Who wrote the edits: the author, or somebody on whose edits he decides."""
    suffix: str
    """The end of every stamp of the device on which they were written."""
    is_system: bool
    """Whether the server itself makes the edits: found once, because it is asked three times of each."""
    decided_by: str | None = None
    """The author, where he decides on edits in custody."""
    target: str = ""
    """The record that he decides on: its conflicts are told by the decision's verdict."""
    claim: "Claim | None" = None
    """The rights of whoever wrote the edits, where somebody else decides on them: these are needed as well."""


class Claim(msgspec.Struct, frozen=True):
    """What the author of edits in custody might write when they were taken.

    What his device alone said of that counts for what is shown to whoever decides, and for no more (decision 244).
    """

    shown: Turn
    """As his device said."""
    below: Turn
    """The same, but for what it said was taken before a backup was restored."""
    elsewhere: Turn
    """As the server itself knew."""
    told: frozenset[int]
    """The numbers of the edits that are shown."""
    root: str
    """The customer whom the decision is about."""

    def turn(self, edit: Edit) -> Turn:
        """Return the turn by whose rights this edit is judged."""
        if edit.n in self.told:
            return self.shown
        return self.below if edit.root == self.root else self.elsewhere


class Pushed(msgspec.Struct, frozen=True):
    """What became of a push. The verdicts of devices also wait in the store until acknowledged."""

    verdicts: list[Verdict]
    """Other than ``applied``, of this push alone."""
    own: frozenset[tuple[str, int]] = frozenset()
    """Bucket and sequence number of the rows that the device need not be told (SPEC R53)."""


class GapError(NotTakenError):
    """The device left out an edit, or gave a number that it has used to another one (SPEC R40); nothing was stored."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"edit {expected} was expected")
        self.expected = expected


class FormerLifeError(NotTakenError):
    """The device has not heard yet that the server was restored from a backup (SPEC R48); nothing was stored."""

    def __init__(self, first: int) -> None:
        super().__init__(f"the device of edit {first} knows the server as it was before a restore")
        self.first = first


class Replica(msgspec.Struct):
    """How far a device has pushed, and the last stamp that was clamped for it."""

    person: str
    pushed: int = 0
    clamped: str = ""
    had_custody: bool = False
    """Whether anything of it ever was in custody."""

"""Steps: everything that a script may let happen, as plain data, so that a failing script shrinks and is kept as JSON.

A step names devices by their place in the script's list and records by name. Where it cannot be taken (the record is
not on the device, the device does not exist) nothing happens: every part of a script is a script.
"""

from typing import Any, Literal, TypeAlias

import msgspec

from routebook_sync.messages import PROTOCOL


class Entry(msgspec.Struct, omit_defaults=True):
    """One change of a write. Texts that begin with ``@`` name records."""

    kind: str
    record: str
    root: str
    v: dict[str, Any]
    """Values; instructions for sets, counters and logs; ``["append", word]`` and the like for texts."""
    create: bool = False
    """Whether the record is made, or else changed."""


class Step(msgspec.Struct, omit_defaults=True, tag_field="do", tag=str.lower):
    """Base of all steps."""


class Tick(Step, omit_defaults=True):
    """Time passes."""

    ms: int


class Write(Step, omit_defaults=True):
    """Somebody saves something on a device."""

    device: int
    entries: list[Entry]
    together: bool = False
    again: bool = False
    """The call is made twice under one key: another tab took over and asks again."""
    crash: int = 0
    """The device dies after so many storage steps; 0 for not at all."""
    unchecked: bool = False
    """An app of another version wrote it: the device's own check does not see what the server will refuse."""


class Sync(Step, omit_defaults=True):
    """One round trip, and what becomes of it."""

    device: int
    request: Literal["ok", "lost", "cut", "twice", "late"] = "ok"
    """``late``: it arrives when a ``Late`` step lets it, and nobody waits for the reply."""
    reply: Literal["ok", "lost", "cut", "twice", "kept"] = "ok"
    """``kept``: it is taken when an ``Overtaken`` step brings it, after others."""
    cut: int = 50
    """Where a message is cut, in per cent."""
    crash: int = 0
    """The device dies after so many storage steps of taking the reply; 0 for not at all."""
    server_crash: int = 0
    """The server dies at this point, counting one before and one after each transaction; 0 for not at all."""
    busy: bool = False
    """The database cannot write."""
    budget: int = 0
    """Bytes of rows asked for; 0 for what the device would ask."""
    meanwhile: list[Entry] = []
    """What somebody saves on the device while the request is on its way."""


class Together(Step, omit_defaults=True):
    """Round trips of several devices at one moment."""

    devices: list[int]


class Deaf(Step, omit_defaults=True):
    """So many round trips of which the device hears the answers to requests without edits alone."""

    device: int
    trips: int
    stalls: bool = False
    """Whether the server's writer stalls meanwhile: all the requests with edits are taken at once then."""
    meanwhile: list[Entry] = []
    """Written half way."""


class Late(Step, omit_defaults=True):
    """A request that was held up arrives."""

    pick: int


class Overtaken(Step, omit_defaults=True):
    """A reply that was held up arrives at the device."""

    device: int


class Restart(Step, omit_defaults=True):
    """The app is opened again; ``schema``: in another version."""

    device: int
    schema: str = ""


class Takeover(Step, omit_defaults=True):
    """The leading tab of a device is killed; another takes over from the store alone and sends again."""

    device: int
    entries: list[Entry] = []
    """What the other tab had the leader save; it heard no answer and asks again with the same request key."""
    together: bool = False
    crash: int = 0
    """The leader dies after so many storage steps of saving that; 0 for after the last."""
    request: Literal["none", "lost", "late", "taken"] = "none"
    """The leader's request that was in flight: the server takes it or not; nobody hears its reply."""


class Skew(Step, omit_defaults=True):
    """A device's clock is set wrong by so much."""

    device: int
    ms: int


class ServerEdit(Step, omit_defaults=True, tag="server_edit"):
    """The server itself writes."""

    entries: list[Entry]


class Cover(Step, omit_defaults=True):
    """From now on these people cover a territory."""

    territory: str
    people: list[str]


class Promote(Step, omit_defaults=True):
    """A person gets another role."""

    person: str
    role: str


class Fault(Step, omit_defaults=True):
    """From now on the server fails whenever it handles an edit of this record."""

    record: str
    where: Literal["merge", "commit", "request"]


class Lose(Step, omit_defaults=True):
    """The device's storage is gone; it signs in again, under its old number or a new one."""

    device: int
    renumber: bool = False


class Renew(Step, omit_defaults=True):
    """The device is signed out by somebody and signs in again, under a new number, with its storage."""

    device: int


class Tamper(Step, omit_defaults=True):
    """A row on a device goes wrong by itself."""

    device: int
    pick: int
    how: Literal["flip", "miss", "ghost"]


class Wipe(Step, omit_defaults=True):
    """A manager has a device wiped; somebody signs in on it anew when that is done."""

    device: int


class Purge(Step, omit_defaults=True):
    """The server purges what was deleted or left longer than half a year ago."""


class Archive(Step, omit_defaults=True):
    """The server archives some of what is at hand; ``lot`` chooses."""

    lot: int


class Backup(Step, omit_defaults=True):
    """A backup is taken; the one before is thrown away."""


class Restore(Step, omit_defaults=True):
    """The server goes back to the last backup, if there is one."""


class Decide(Step, omit_defaults=True):
    """Somebody decides on a change that the server holds, if the device shows one that waits."""

    device: int
    pick: int
    status: Literal["applied", "discarded"]


class Dismiss(Step, omit_defaults=True):
    """Somebody takes everything off the list of what needs a look."""

    device: int


AnyStep: TypeAlias = (
    Tick
    | Write
    | Sync
    | Together
    | Deaf
    | Late
    | Overtaken
    | Restart
    | Takeover
    | Skew
    | ServerEdit
    | Cover
    | Promote
    | Fault
    | Lose
    | Renew
    | Tamper
    | Wipe
    | Purge
    | Archive
    | Backup
    | Restore
    | Decide
    | Dismiss
)


class Seat(msgspec.Struct, frozen=True, omit_defaults=True):
    """One device of a script: whose it is, and the version of its app."""

    person: str
    schema: str = "now"
    protocol: int = PROTOCOL


class Script(msgspec.Struct, omit_defaults=True):
    """All that a simulation needs to know."""

    seats: list[Seat]
    steps: list[AnyStep]
    seed: int = 0
    """What it was drawn from; 0 where somebody wrote it."""
    page: int = 0
    """How many bytes every reply may have; 0 for what the devices ask for."""
    part: int = 0
    """How many edits of a push the server merges before it stores them; 0 for as many as it always does."""
    broke: str = ""
    """The guarantee that it once broke, and why it is kept."""

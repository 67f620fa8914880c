"""The messages of one round trip, ``POST /sync`` (SPEC R50-R59), and the closed sets of verdicts and problems.

A request carries the device's unsent edits and how far it has read each bucket; the reply carries what became of
them and the rows that are new to the device. JSON both ways, gzip allowed both ways.
"""

from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from routebook_sync.clock import MAX_DEVICE
from routebook_sync.entities.base import Id, Stamp
from routebook_sync.joins import MAX_SAFE
from routebook_sync.record import Doc

PROTOCOL: Final = 2
"""The version of the protocol that this code speaks."""
MAX_EDITS: Final = 1_000
"""Edits in one request."""
MAX_REQUEST_BYTES: Final = 4 * 1024 * 1024
"""A request after decompression."""
MAX_EDIT_BYTES: Final = 128 * 1024
"""One edit as JSON."""
MAX_RECORD_BYTES: Final = 512 * 1024
"""The state of one record as JSON, however many edits it took; registers alone never come near."""
MAX_BUCKETS: Final = 10_000
"""Cursors in one request: an administrator has one for every territory."""
MIN_BUDGET: Final = 16 * 1024
FIRST_BUDGET: Final = 128 * 1024
MAX_BUDGET: Final = 4 * 1024 * 1024
"""Bytes of rows in one reply: smallest, first and largest (SPEC R56)."""

PARTITIONS: Final = 256
"""Parts that a bucket's rows are summed up in, so that only bad ones are read again (SPEC R63)."""
SUM_DIGITS: Final = 7
"""Base-32 digits that a checksum takes (SPEC R64)."""
MAX_CHECKED: Final = 64
"""Buckets of which one request tells the partitions: 112 KiB, however many differ (SPEC R64)."""

MOVED: Final = "moved"
"""The kind of the row that an aggregate leaves behind in its old bucket (SPEC R33)."""
ARCHIVED: Final = "archived"
"""The kind of the row that names records which have left a bucket for its archive (SPEC R39)."""
MARKERS: Final = frozenset({MOVED, ARCHIVED})
"""The kinds of rows that are no records: they count in no checksum."""

BucketId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Sums = Annotated[str, Meta(max_length=PARTITIONS * SUM_DIGITS)]
Count = Annotated[int, Meta(ge=0, le=MAX_SAFE)]
Cursor = Annotated[list[Count], Meta(min_length=2, max_length=2)]
"""[epoch, sequence]."""


class View(StrEnum):
    """Which fields rows are sent with (SPEC R35)."""

    FULL = "full"
    REP = "rep"
    """Without hidden fields."""


class VerdictKind(StrEnum):
    """What became of an edit (SPEC R42). An edit without a verdict up to ``pushed`` was applied as it was."""

    APPLIED = "applied"
    MERGED = "merged"
    """Applied, and the record holds more than the author had seen; the row follows."""
    CONFLICT = "conflict"
    """A field was changed by two without seeing each other; the later stands, the other is in the history."""
    REPAIRED = "repaired"
    """Applied after mending; the row follows."""
    HELD = "held"
    """Not permitted any more; kept on the server for somebody who may."""
    REJECTED = "rejected"
    """Refused, with a code, mostly a field, and a sentence."""


class ProblemCode(StrEnum):
    """Why a request or an edit was refused; the sentence comes from the messages in the user's language."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    FUTURE_PROTOCOL = "future_protocol"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_TYPE = "wrong_type"
    MISSING_FIELD = "missing_field"
    BAD_STAMP = "bad_stamp"
    FOREIGN_ROOT = "foreign_root"
    MISSING_ROOT = "missing_root"
    FORBIDDEN = "forbidden"
    FORBIDDEN_FIELD = "forbidden_field"
    CUSTODY_FULL = "custody_full"
    """The server keeps as much of this device as it takes (SPEC R59); later there is room again."""
    GAP = "gap"
    NOT_SIGNED_IN = "not_signed_in"
    SESSION_EXPIRED = "session_expired"
    WRONG_CREDENTIALS = "wrong_credentials"
    RATE_LIMITED = "rate_limited"
    WRONG_DEVICE = "wrong_device"
    DEVICE_REVOKED = "device_revoked"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    UNSUPPORTED_TYPE = "unsupported_type"
    """The body is not JSON by its content type."""
    TAKEN = "taken"
    """Somebody else has it already (an e-mail)."""
    WRONG_OFFSET = "wrong_offset"
    """The part of a file does not begin where the server's ends; it says where that is."""
    WRONG_DIGEST = "wrong_digest"
    """The bytes are not those that the file's record names."""
    WRONG_CONTENT = "wrong_content"
    """The bytes are of a kind that is not taken, or not what the record says."""
    NO_SPACE = "no_space"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class Edit(msgspec.Struct, omit_defaults=True, gc=False):
    """One saved change of one record by one device (SPEC R40)."""

    n: Annotated[int, Meta(ge=1, le=MAX_SAFE)]
    """The device's own contiguous number."""
    kind: str
    id: Id
    root: Annotated[str, Meta(max_length=26)]
    """The id of the aggregate's root, or "shared"."""
    v: dict[str, Any]
    at: Stamp
    base: dict[str, Stamp] = {}
    """The stamp that each register overwrote; absent where there was none."""
    group: Annotated[str, Meta(max_length=26)] = ""
    """Edits of one group are applied all or none."""


class DeviceReport(msgspec.Struct, omit_defaults=True):
    """What a device tells of itself."""

    version: Annotated[str, Meta(max_length=40)] = ""
    waiting: Count = 0
    """Edits not yet sent with this request."""
    files: Count = 0
    """Photos, recordings and documents whose bytes the server does not have."""
    stored_bytes: Count = 0
    persisted: bool = False
    """Whether the browser promised to keep the storage."""
    offset: Annotated[int, Meta(ge=-MAX_SAFE, le=MAX_SAFE)] = 0
    """Milliseconds from the device's clock to the server's, as the device knows it (SPEC R5)."""
    resets: Count = 0
    """Buckets that the device had to read again from 0, since it was set up."""
    repairs: Count = 0
    """Partitions that were found wrong and mended (SPEC R64), since it was set up."""


class SyncRequest(msgspec.Struct, omit_defaults=True):
    """What a device sends. ``edits`` stay raw so that one bad edit cannot spoil the others."""

    protocol: int
    schema: Annotated[str, Meta(max_length=64)]
    device: Annotated[int, Meta(ge=1, le=MAX_DEVICE)]
    now: Annotated[int, Meta(ge=0, le=MAX_SAFE)]
    edits: list[msgspec.Raw] = []
    cursors: dict[BucketId, Cursor] = {}
    ack: Count = 0
    """The highest edit number whose verdict the device has stored."""
    budget: int = FIRST_BUDGET
    report: DeviceReport | None = None
    view: Annotated[str, Meta(max_length=20)] = ""
    """The view that the device's rows were sent in, as the last reply named it (SPEC R35); "" before the first."""
    hold: Annotated[list[Count], Meta(max_length=MAX_EDITS)] = []
    """Numbers of edits that the server shall keep without looking at them: it failed on each three times (SPEC R46)."""
    again: Annotated[list[Count], Meta(max_length=MAX_EDITS)] = []
    """Numbers of edits that were taken, or held, before a backup was restored, and are offered again (SPEC R48)."""
    verify: bool = False
    """Whether the reply shall name the checksum of every complete bucket, moved or not (SPEC R63)."""
    check: Annotated[dict[BucketId, Sums], Meta(max_length=MAX_BUCKETS)] = {}
    """For a bucket whose checksum differs: that of each partition, 7 digits each (SPEC R1, R64)."""
    seen: Annotated[dict[BucketId, Cursor], Meta(max_length=MAX_BUCKETS)] = {}
    """How far a bucket had been read when the oldest waiting edit was written, where the device has read on (R53)."""


class Loser(msgspec.Struct, omit_defaults=True, gc=False):
    """A value that gave way in a conflict (SPEC R43)."""

    field: str
    value: Any
    at: str
    person: str = ""
    winner: str = ""
    """Who wrote the value that stands, where that is not the edit's author."""


class Verdict(msgspec.Struct, omit_defaults=True, gc=False):
    """What became of edit ``n``."""

    n: int
    verdict: VerdictKind
    code: str = ""
    field: str = ""
    message: str = ""
    losers: list[Loser] = []
    known: bool = False
    """Whether it had come before, under another number: its row says what became of it."""


class Row(msgspec.Struct, omit_defaults=True, gc=False):
    """One record as a reply carries it; stored in this very form (SPEC R51)."""

    k: str
    """Kind; "moved" and "archived" for the markers of what has left the bucket."""
    i: str
    r: str
    h: int = 0
    """Home revision of the aggregate."""
    v: dict[str, Any] = {}
    s: dict[str, list[str]] = {}

    @property
    def doc(self) -> Doc:
        """The record's state."""
        return Doc(self.v, self.s)


class ControlKind(StrEnum):
    """What the server asks of the device (SPEC R58)."""

    UPGRADE = "upgrade"
    RESET = "reset"
    WIPE = "wipe"
    CLOCK = "clock"


class Control(msgspec.Struct, omit_defaults=True):
    """One request of the server to the device."""

    control: str
    """A ``ControlKind``; a newer server may ask for what this version does not know."""
    bucket: str = ""
    offset: int = 0
    """Milliseconds by which the device's clock is ahead of the server's (clock)."""


class SyncReply(msgspec.Struct, omit_defaults=True):
    """What the server answers."""

    now: int
    pushed: int
    """The highest edit number that has its verdict; edits up to it without one in ``verdicts`` were applied."""
    grants: list[str]
    """Every bucket that the device may hold now; what it holds beside these it drops (SPEC R57)."""
    verdicts: list[Verdict] = []
    rows: dict[str, list[Row]] = {}
    cursors: dict[str, list[int]] = {}
    complete: list[str] = []
    """The buckets that the device has read up to their head with this reply."""
    more: bool = False
    control: list[Control] = []
    view: str = ""
    """Which fields the rows were sent with (SPEC R35); another one than before makes every bucket start at 0."""
    sums: dict[str, list[int]] = {}
    """[checksum, count] of complete buckets as this view shows them (SPEC R60, R63)."""
    repair: dict[str, list[int]] = {}
    """Partitions of which ``rows`` has every row that there is: what else the device holds of them goes (SPEC R64)."""
    covered: int = 0
    """Edits of this device up to this number are in a backup: the device may forget them (SPEC R48)."""
    lease: int = 0
    """Milliseconds that the app may be used without contact; 0 for ever (SPEC R47)."""
    former: dict[str, int] = {}
    """Where an epoch has changed: how far the server has the edits of this person's other devices, by number (R48)."""


class Problem(msgspec.Struct, omit_defaults=True):
    """An error as ``application/problem+json`` (RFC 9457) with a code."""

    type: str
    title: str
    status: int
    code: ProblemCode
    detail: str = ""
    field: str = ""
    expected: int = 0
    """The next edit number that the server expects (gap), or the byte (wrong_offset)."""
    retry_after: int = 0
    """Seconds (rate_limited)."""


_REPLY: Final = msgspec.json.Decoder(SyncReply)
_CONTROLS: Final = frozenset(ControlKind)


def read_reply(body: bytes) -> SyncReply:
    """Return the reply that ``body`` writes, without controls that are not known here; msgspec.ValidationError."""
    reply = _REPLY.decode(body)
    reply.control = [asked for asked in reply.control if asked.control in _CONTROLS]
    return reply

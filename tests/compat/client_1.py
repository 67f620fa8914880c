"""A client of protocol 1: reads answers as strictly as that version did, closed sets and all. Never changed."""

from typing import Any, Final, Literal

import msgspec

KINDS: Final = frozenset(
    {"customer", "contact", "visit", "task", "note", "deal", "order", "product", "person", "territory", "setting"}
)
"""The kinds that it knew; it passed over rows of any other."""


class Loser(msgspec.Struct):
    """A value that gave way."""

    field: str
    value: Any
    at: str
    person: str = ""


class Verdict(msgspec.Struct):
    """What became of an edit."""

    n: int
    verdict: Literal["applied", "merged", "conflict", "repaired", "held", "rejected"]
    code: str = ""
    field: str = ""
    message: str = ""
    losers: list[Loser] = []


class Row(msgspec.Struct):
    """One record, or what a moved aggregate left behind."""

    k: str
    i: str
    r: str
    h: int = 0
    v: dict[str, Any] = {}
    s: dict[str, list[str]] = {}


class Control(msgspec.Struct):
    """What the server asked for."""

    control: Literal["upgrade", "reset", "wipe", "clock"]
    bucket: str = ""
    offset: int = 0


class Reply(msgspec.Struct):
    """A reply; what it does not name was passed over."""

    now: int
    pushed: int
    grants: list[str]
    verdicts: list[Verdict] = []
    rows: dict[str, list[Row]] = {}
    cursors: dict[str, list[int]] = {}
    complete: list[str] = []
    more: bool = False
    control: list[Control] = []


Code = Literal[
    "malformed", "too_large", "future_protocol", "unknown_kind", "unknown_field", "wrong_type", "missing_field",
    "bad_stamp", "foreign_root", "missing_root", "forbidden", "forbidden_field", "gap", "not_signed_in",
    "session_expired", "wrong_credentials", "rate_limited", "wrong_device", "device_revoked", "not_found",
    "method_not_allowed", "unsupported_type", "taken", "unavailable", "internal",
]  # fmt: skip


class Problem(msgspec.Struct):
    """A request that was refused."""

    type: str
    title: str
    status: int
    code: Code
    detail: str = ""
    field: str = ""
    expected: int = 0
    retry_after: int = 0

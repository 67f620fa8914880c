"""Lookup: what a batch may have to read besides the records that its edits name. Knows no SQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from routebook_server.records.held import Held
from routebook_server.records.push import Replica, Unread
from routebook_server.records.state import State
from routebook_sync.clock import is_stamp, ms_from_stamp
from routebook_sync.messages import Edit, Verdict

_SORTED: Final = msgspec.json.Encoder(order="deterministic")
MAX_PAST: Final = 500
"""Edits of a record that are looked through for the value that an author saw."""


class PastEdit(NamedTuple):
    """An edit in the history of a record."""

    stamp: str
    device: int
    new: bytes | str
    """JSON of the values sent, by field."""
    old: bytes | str | None
    """JSON of ``[value, stamp, …]`` before it, by field; None for a new record."""


def key_of(values: Mapping[str, Any]) -> int:
    """Return a number that equal values of an edit share, and hardly ever others; it means nothing elsewhere."""
    return hash(_SORTED.encode(values))


class Receipt(NamedTuple):
    """A held edit, as the record says that stands for it."""

    received_at: int
    v: dict[str, Any]

    def may_be_of(self, edit: Edit) -> bool:
        """Tell whether it can tell of this edit; of all that a clock ahead wrote it says when it was received."""
        written_at = min(ms_from_stamp(edit.at), self.received_at) if is_stamp(edit.at) else 0
        return self.v.get("target") == edit.id and self.v.get("written_at") == written_at

    def is_of(self, edit: Edit) -> bool:
        """Tell whether it tells of this edit and of no other: not of one that a clock ahead wrote."""
        is_of_then = is_stamp(edit.at) and self.v.get("written_at") == ms_from_stamp(edit.at)
        return is_of_then and self.v.get("target") == edit.id and self.v.get("values") == edit.v


class Lookup(Protocol):
    """What a batch may have to read besides the records that its edits name."""

    def states(self, ids: Iterable[str]) -> dict[str, State]:
        """Return the stored records among ``ids``."""

    def replicas(self, devices: Iterable[int]) -> dict[int, Replica]:
        """Return how far those devices have pushed that ever did."""

    def aggregate(self, root: str) -> Iterable[State]:
        """Return every stored record of an aggregate."""

    def person(self, device: int) -> str:
        """Return who pushed from the device last, "" if nobody did."""

    def taken(self, device: int, edits: Collection[Edit | Unread]) -> set[int]:
        """Return the numbers of those edits that were taken from the device: what they did, or a verdict, is there."""

    def verdict_on(self, device: int, edit: Edit) -> Verdict | None:
        """Return what a device was told of an edit and has not acknowledged, None for nothing."""

    def epoch(self) -> int:
        """Return the epoch that the server lives in (SPEC R32)."""

    def may_have_left(self, root: str, cursors: Mapping[str, Sequence[int]]) -> bool:
        """Tell whether the aggregate once left a bucket that was read up to one of these cursors.

        True too where a cursor is so old that the marker may be removed by now (SPEC R37).
        """

    def find_edit(self, record_id: str, at: str, device: int, values: Mapping[str, Any]) -> PastEdit | None:
        """Return the edit by which a device wrote just these values under a stamp, None if there is none.

        This and all that follows of a record's history looks no further back than ``MAX_PAST`` edits.
        """

    def has_edit(self, record_id: str, at: str, device: int) -> bool:
        """Tell whether a device wrote something under a stamp."""

    def edit_with(self, record_id: str, field: str, stamp: str) -> PastEdit | None:
        """Return an edit that wrote or met the value of a field that is stamped so, None if there is none."""

    def last_edit_of(self, record_id: str, field: str, device: int) -> PastEdit | None:
        """Return the edit by which a device wrote a field last, None if it never did."""

    def author_of(self, record_id: str, stamp: str) -> str:
        """Return who wrote an edit of a record, "" for the server."""

    def held(self, record_id: str) -> Held | None:
        """Return what is in custody under a record."""

    def held_for(self, roots: Iterable[str]) -> list[Held]:
        """Return what waits for one of these roots, in the order of its coming."""

    def ever_held(self, device: int, ids: Collection[str]) -> set[str]:
        """Return of which of these records anything that a device made ever was in custody."""

    def receipts_of(self, device: int, record_id: str) -> list[Receipt]:
        """Return what tells of all that a device made of a record and that ever was in custody."""

    def held_of_record(self, device: int, record_id: str) -> list[Held]:
        """Return what is in custody that a device made of a record, in the order of its coming."""

    def held_of(self, device: int) -> tuple[int, int]:
        """Return how many edits of a device are in custody, and their bytes."""

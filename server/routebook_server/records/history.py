"""History: every value that a field ever had or lost, by whom, when and from which device (SPEC R43)."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Driver, driver_of
from routebook_server.records.buckets import at_hand
from routebook_server.records.draft import APART
from routebook_sync.clock import ms_from_stamp
from routebook_sync.identifier import is_id
from routebook_sync.joins import MAX_SAFE
from routebook_sync.messages import View
from routebook_sync.shown import open_values

MAX_HISTORY: Final = 200
"""Edits in one answer."""

SELECT_HISTORY: Final = (
    "SELECT number, stamp, received_at, device, person, new, old, decided_by FROM history"
    " WHERE id = ? AND number < ? ORDER BY number DESC"
)

SELECT_WRITTEN: Final = "SELECT new FROM history WHERE id = ? AND stamp = ?"
"""What was written under a stamp."""
SELECT_OVERWRITTEN: Final = "SELECT old FROM history WHERE id = ? AND old LIKE ? ORDER BY number"
"""What was overwritten that had a stamp: bulk loads have no history."""

_UNSAID: Final[tuple[Any, ...]] = (None, "", True, False, False, "")
"""What an entry means that does not say it, in the order of ``tables.history``."""


class FieldChange(msgspec.Struct, frozen=True):
    """What an edit did to one field."""

    field: str
    old: Any
    old_stamp: str
    """"" where the field had no value, or carries its stamps inside."""
    new: Any
    won: bool
    """False where a later value stood already."""
    concurrent: bool
    """True where the author had not seen the value that he met."""
    merged: bool = False
    """True where the server merged the two by words: what stands is in its own entry that follows."""
    base: Any = None
    """What its author had seen instead, where ``concurrent``; None where that was nothing, or is not known any more."""
    base_stamp: str = ""
    """The stamp of that."""


class HistoryEntry(msgspec.Struct, frozen=True):
    """One edit of one record."""

    number: int
    """Falls towards older entries; what ``before`` takes."""
    stamp: str
    at: int
    """When it was made, milliseconds since 1970 UTC."""
    received_at: int
    """When the server took it."""
    device: int
    """0 for the server."""
    person: str
    """"" for the server itself."""
    changes: list[FieldChange]
    apart: bool = False
    """True where its author had not seen what another device wrote last into other fields: both stand."""
    decided_by: str = ""
    """Who applied it for ``person``, where the server had kept it for a decision."""
    device_name: str = ""
    """As the device called itself; filled by whoever knows the devices."""


def read_history(
    connection: Connection,
    record_id: str,
    buckets: Collection[str],
    limit: int,
    *,
    before: int | None = None,
    view: View = View.FULL,
) -> list[HistoryEntry] | None:
    """Return up to ``limit`` edits of a record below the number ``before``, newest first, as a view shows them.

    None if there is no such record in ``buckets``.
    """
    if not is_id(record_id):
        return None
    driver = driver_of(connection)
    found = driver.fetch_one("SELECT bucket, kind FROM record WHERE id = ?", record_id)
    if found is None or at_hand(found[0]) not in buckets:
        return None
    size = min(limit, MAX_HISTORY)
    rows = driver.chunks(SELECT_HISTORY, record_id, MAX_SAFE if before is None else before, size=size)
    entries = list(islice(_entries(rows, found[1], view), size))
    return [_with_bases(driver, record_id, entry) for entry in entries]


def _entries(chunks: Iterable[list[tuple[Any, ...]]], kind: str, view: View) -> Iterator[HistoryEntry]:
    """Yield the entries in which this view shows something."""
    for chunk in chunks:
        for number, stamp, received_at, device, person, new, old, decided_by in chunk:
            values: dict[str, Any] = msgspec.json.decode(new)
            shown = open_values(kind, values, view)
            if shown or not values:
                before: dict[str, list[Any]] = msgspec.json.decode(old) if old is not None else {}
                at, changes = ms_from_stamp(stamp), _changes(shown, before, kind, view)
                source = number, stamp, at, received_at, device, person
                yield HistoryEntry(*source, changes, APART in before, decided_by or "")


def _changes(values: dict[str, Any], before: dict[str, list[Any]], kind: str, view: View) -> list[FieldChange]:
    changes = []
    for name, value in values.items():
        told = before.get(name, [])
        old_value, stamp, won, concurrent, merged, base = (*told, *_UNSAID[len(told) :])
        old_value = open_values(kind, {name: old_value}, view).get(name)
        changes.append(FieldChange(name, old_value, stamp, value, won, concurrent, merged, base_stamp=base))
    return changes


def _with_bases(driver: Driver, record_id: str, entry: HistoryEntry) -> HistoryEntry:
    """Return an entry with the values that its author had seen, where he met others."""
    if all(change.base_stamp == "" for change in entry.changes):
        return entry
    changes = [
        msgspec.structs.replace(change, base=_value_at(driver, record_id, change)) if change.base_stamp else change
        for change in entry.changes
    ]
    return msgspec.structs.replace(entry, changes=changes)


def _value_at(driver: Driver, record_id: str, change: FieldChange) -> Any:
    """Return the value that was written under the stamp of a base, or overwritten that had it."""
    for (new,) in driver.fetch(SELECT_WRITTEN, record_id, change.base_stamp):
        values: dict[str, Any] = msgspec.json.decode(new)
        if change.field in values:
            return values[change.field]
    for (old,) in driver.fetch(SELECT_OVERWRITTEN, record_id, f"%{change.base_stamp}%"):
        value, stamp, *_rest = msgspec.json.decode(old).get(change.field, _UNSAID)
        if stamp == change.base_stamp:
            return value
    return None

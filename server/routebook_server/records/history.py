"""History: every value that a field ever had or lost, by whom, when and from which device (SPEC R43)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Driver, driver_of
from routebook_server.records.buckets import at_hand
from routebook_server.records.draft import APART
from routebook_server.records.lookup import MAX_PAST
from routebook_server.records.past import METS, NAMES
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

SELECT_BEFORE: Final = "SELECT stamp, new, old FROM history WHERE id = ? AND number <= ? ORDER BY number DESC LIMIT ?"
"""Where the values stand that were written, or overwritten: bulk loads have no history."""
_AT_ONCE: Final = 50
"""Rows that are in memory at a time: one may be as large as a record."""

_Base: TypeAlias = tuple[str, str]
"""A field and the stamp of a value that it had."""
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
    bases = _read_bases(driver, record_id, entries)
    return [_with_bases(bases, entry) for entry in entries] if bases else entries


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


def _read_bases(driver: Driver, record_id: str, entries: Sequence[HistoryEntry]) -> dict[_Base, Any]:
    """Return the values that the authors of a page had seen, where they met others: as far as ``MAX_PAST`` edits back.

    Read once for all of the page: what lies further back is not known any more, as where texts are merged (SPEC R16).
    """
    met = [entry for entry in entries if any(change.base_stamp for change in entry.changes)]
    wanted = {(change.field, change.base_stamp) for entry in met for change in entry.changes if change.base_stamp}
    written: dict[_Base, Any] = {}
    overwritten: dict[_Base, Any] = {}
    most = len(entries) + MAX_PAST
    rows = driver.chunks(SELECT_BEFORE, record_id, met[0].number, most, size=_AT_ONCE) if met else ()
    for stamp, new, old in (row for chunk in rows for row in chunk):
        for name, raw in NAMES.decode(new).items():
            if (name, stamp) in wanted:
                written[name, stamp] = msgspec.json.decode(raw)
        for name, before in METS.decode(old).items() if old is not None else ():
            if (name, before.stamp) in wanted:
                overwritten[name, before.stamp] = msgspec.json.decode(before.value)
    return {**overwritten, **written}


def _with_bases(bases: Mapping[_Base, Any], entry: HistoryEntry) -> HistoryEntry:
    """Return an entry with the values that its author had seen, where he met others."""
    changes = [
        msgspec.structs.replace(change, base=bases.get((change.field, change.base_stamp)))
        if change.base_stamp
        else change
        for change in entry.changes
    ]
    return msgspec.structs.replace(entry, changes=changes)

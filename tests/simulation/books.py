"""Books: what the server holds at the end, and which edit of a device stands behind each entry of its history."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from routebook_server.records.buckets import person_bucket
from routebook_sync.clock import DEVICE_WIDTH, is_stamp
from routebook_sync.joins import canonical
from routebook_sync.messages import MARKERS, Edit, Row, VerdictKind
from routebook_sync.replica.tables import Held
from simulation.house import House
from simulation.ledger import Entered

if TYPE_CHECKING:
    from simulation.simulation import Simulation

_COUNTED_BY: Final = re.compile("[0-9a-v]{4}")
"""What a counter names a device by."""


class Entry(msgspec.Struct, frozen=True):
    """A row of the server's value history."""

    id: str
    stamp: str
    device: int
    person: str
    """Who wrote it, "" for the server on its own account."""
    new: dict[str, Any]


class Books:
    """What the server holds at the end, read past everything that it does."""

    def __init__(self, simulation: "Simulation") -> None:
        house = simulation.house
        self.rows = _read_rows(house, "doc")
        self.open_rows = _read_rows(house, "coalesce(open, doc)")
        """As reps see them."""
        self.history = [
            Entry(row_id, stamp, device, person, msgspec.json.decode(new))
            for row_id, stamp, device, person, new in house.rows(
                "SELECT id, stamp, device, person, new FROM history ORDER BY number"
            )
        ]
        self.held = [
            edit
            for (edits,) in house.rows("SELECT edits FROM held")
            for edit in msgspec.json.decode(edits, type=list[Edit])
        ]
        self.decided = {
            record
            for row in self.rows.values()
            if row.kind == "held_edit" and row.doc.v.get("status") != "waiting"
            for record in (row.doc.v["target"], *(part["id"] for part in row.doc.v.get("more") or ()))
        }
        """Records of which a change was held and decided on."""
        self.receipts = {
            (row.doc.v["person"], record)
            for row in self.rows.values()
            if row.kind == "held_edit" and row.bucket == person_bucket(row.doc.v["person"])
            for record in (row.doc.v["target"], *(part["id"] for part in row.doc.v.get("more") or ()))
        }
        """Person and record of each change that is or was held, as its author is told."""
        self.conflicts = {
            (row.doc.v["person"], row.doc.v["target"], name)
            for row in self.rows.values()
            if row.kind == "conflict"
            for name in (*(row.doc.v.get("lost") or ()), *(row.doc.v.get("kept") or ()))
        }
        """Person, record and field of each change by another at the same time that the server told somebody of."""
        self._saved_by_place = self._match(list(simulation.ledger.entries.values()))

    def _match(self, ledger: list[Entered]) -> dict[int, Entered]:
        """Find what a device wrote behind each entry: by stamp and values, or in order where a stamp was clamped."""
        by_stamp = {(saved.edit.at, *key_of(saved.edit.id, saved.edit.v)): saved for saved in ledger}
        by_values = {key_of(saved.edit.id, saved.edit.v): saved for saved in ledger}
        by_moment: dict[tuple[str, str], list[Entered]] = {}
        for saved in ledger:
            by_moment.setdefault((saved.edit.id, saved.edit.at[:-DEVICE_WIDTH]), []).append(saved)
        keys = [key_of(entry.id, entry.new) for entry in self.history]
        found = {
            place: by_stamp[entry.stamp, *key]
            for place, (entry, key) in enumerate(zip(self.history, keys, strict=True))
            if (entry.stamp, *key) in by_stamp
        }
        matched = {id(saved) for saved in found.values()}
        others: dict[tuple[str, bytes], list[Entered]] = {}
        for saved in ledger:
            if id(saved) not in matched:
                others.setdefault(key_of(saved.edit.id, saved.edit.v), []).append(saved)
        for place, (entry, key) in enumerate(zip(self.history, keys, strict=True)):
            if place in found:
                continue
            # What the server wrote is its own, or what it held and somebody decided to apply.
            waiting = others.get(key, [])
            at = next((n for n, saved in enumerate(waiting) if entry.device or saved.end is VerdictKind.HELD), None)
            if at is not None:
                found[place] = waiting.pop(at)
            elif entry.device and key in by_values:
                found[place] = by_values[key]  # sent again under another device number
            elif entry.device:
                # So was this, whose counter says another total under that number.
                alike = by_moment.get((entry.id, entry.stamp[:-DEVICE_WIDTH]), [])
                if len(alike) == 1 and alike[0].edit.v.keys() == entry.new.keys():
                    found[place] = alike[0]
        return found

    def entries(self) -> Iterator[tuple[int, Entry, Entered | None]]:
        """Yield the history in order: place, entry, and what a device wrote behind it, None for the server's own."""
        for place, entry in enumerate(self.history):
            yield place, entry, self._saved_by_place.get(place)


def _read_rows(house: House, doc: str) -> dict[str, Held]:
    found = house.rows(f"SELECT bucket, id, kind, root, home, {doc} FROM record WHERE NOT kind IN (?*)", list(MARKERS))
    return {
        row_id: Held(kind, root, bucket, home, msgspec.json.decode(text, type=Row).doc)
        for bucket, row_id, kind, root, home, text in found
    }


def key_of(record_id: str, values: dict[str, Any]) -> tuple[str, bytes]:
    """Return what tells an edit from others of its record, whatever stamps it was given."""
    return record_id, canonical(_without_stamps(values))


def _without_stamps(value: Any) -> Any:
    """Return a value without the stamps and device numbers inside it: the server clamps, a new number restamps."""
    if isinstance(value, dict):
        return {
            "*" if is_stamp(name) or _is_total(name, part) else name: _without_stamps(part)
            for name, part in sorted(value.items(), key=lambda entry: str(entry[1]))
        }
    if isinstance(value, list):
        return [_without_stamps(part) for part in value]
    return "*" if isinstance(value, str) and is_stamp(value) else value


def _is_total(name: str, part: Any) -> bool:
    """Tell whether this is what a counter says of one device."""
    return isinstance(part, list) and bool(part) and isinstance(part[0], int) and bool(_COUNTED_BY.fullmatch(name))

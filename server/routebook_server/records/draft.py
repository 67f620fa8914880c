"""Draft: what a batch has merged so far, before it is written. Any of it can be taken back."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from routebook_server.records.buckets import archive_of, is_archive
from routebook_server.records.held import Held
from routebook_server.records.lookup import Lookup, PastEdit, key_of
from routebook_server.records.state import State, archived_marker, encode_json, marker, moved_id
from routebook_sync.clock import SERVER_DEVICE, Clock, stamp_from_clock, tick
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.messages import MOVED
from routebook_sync.record import Change, Doc, merge_edit

NOBODY: Final = -1
"""In place of a push's number: the row goes to everybody, its author too."""

MAX_NAMED: Final = 200
"""Archived records that one marker names at most."""

APART: Final = ""
"""No field's name: what ``old`` of a history row names where its author had not seen what others wrote last beside."""
_SAID_APART: Final[tuple[Any, ...]] = (None, "", True, False)
"""Shaped as what a field met, so that whoever goes through all of ``old`` needs to know nothing of it."""

HistoryRow: TypeAlias = tuple[str, str, int, str, int, bytes, bytes | None, str | None]
"""A row of ``history`` without its number; its JSON as bytes."""

_Name: TypeAlias = tuple[Any, ...]
"""What edits are asked for by: their record, that and their stamp, or these with their device and ``key_of`` them."""

Mark: TypeAlias = tuple[int, int, int, int, tuple[str, ...]]
"""How far a draft had come: puts, history, created records, holds; and the markers to delete."""


class Draft:
    """Records, history and custody as they will be written."""

    def __init__(self, states: dict[str, State], lookup: Lookup, clock: Clock, now_ms: int) -> None:
        self.states = states
        """Every record and root that the edits name, as stored; then as merged."""
        self.clock = clock
        """The server's own clock, for the edits that it makes itself."""
        self.now_ms = now_ms
        self.dirty: dict[str, None] = {}
        """Ids of the records to write, in order."""
        self.removed: dict[str, None] = {}
        """Ids of markers to delete."""
        self.created: list[str] = []
        self.history: list[HistoryRow] = []
        self.held: dict[str, Held | None] = {}
        """What is in custody now, by the record that stands for it; None for what has left it."""
        self.teller: dict[str, int] = {}
        """The push whose author alone made the record what it is and had seen it before, by id of a dirty record."""
        self._lookup = lookup
        self._asked: set[str] = set()
        self._created_by_root: dict[str, list[str]] = {}
        self._places: dict[_Name, list[int]] = {}
        """Where in ``history`` the edits of each name stand, as far as it is indexed."""
        self._indexed = 0
        self._puts: list[tuple[str, State | None, bool, int | None]] = []
        """What each record was before it was put in place, in order."""
        self._holds: list[tuple[str, Held | None, bool]] = []
        """The same of what is in custody."""

    def stamp(self, floor: str = "") -> str:
        """Return the server's next stamp, above ``floor``."""
        self.clock = tick(self.clock, self.now_ms, floor)
        return stamp_from_clock(self.clock)

    def load(self, ids: Iterable[str]) -> None:
        """Read those records among ``ids`` that were not asked for yet."""
        unknown = [record_id for record_id in ids if record_id not in self.states and record_id not in self._asked]
        if unknown:
            self._asked.update(unknown)
            self.states.update(self._lookup.states(unknown))

    def find_held(self, record_id: str) -> Held | None:
        """Return what is in custody under a record."""
        return self.held[record_id] if record_id in self.held else self._lookup.held(record_id)

    def waiting_for(self, roots: Collection[str]) -> list[Held]:
        """Return what in custody waits for one of these, what was stored first."""
        if not roots:
            return []
        fresh = [held for held in self.held.values() if held is not None and held.waits_for(roots)]
        return [*(held for held in self._lookup.held_for(roots) if held.record not in self.held), *fresh]

    def keep(self, held: Held) -> None:
        """Put something into custody."""
        self._holds.append((held.record, self.held.get(held.record), held.record in self.held))
        self.held[held.record] = held

    def drop(self, held: Held) -> None:
        """Take something out of custody."""
        self._holds.append((held.record, self.held.get(held.record), held.record in self.held))
        self.held[held.record] = None

    # Changes

    def put(self, state: State, teller: int) -> None:
        """Put a record in place; ``teller`` is the push whose author knows it like this."""
        record_id = state.id
        self._puts.append((record_id, self.states.get(record_id), record_id in self.dirty, self.teller.get(record_id)))
        self.states[record_id] = state
        self.dirty[record_id] = None
        self.teller[record_id] = teller if self.teller.get(record_id, teller) == teller else NOBODY

    def create(self, state: State, teller: int, *, is_awaited: bool = False) -> None:
        """Put a new record in place; ``is_awaited``: something in custody may wait for it."""
        self.put(state, teller)
        self._created_by_root.setdefault(state.root, []).append(state.id)
        if is_awaited:
            self.created.append(state.id)

    def create_own(
        self, record_id: str, kind: str, values: dict[str, Any], *, bucket: str, root: str, home: int = 0
    ) -> None:
        """Make a record on the server's own account."""
        stamp = self.stamp()
        self.record((record_id, stamp, SERVER_DEVICE, ""), values, None)
        doc = Doc(values, {stamp: []})
        self.create(State(bucket, 0, record_id, kind, root, home, SERVER_DEVICE, b"", doc), NOBODY)

    def write_own(self, state: State, values: dict[str, Any]) -> None:
        """Change a record on the server's own account."""
        doc = state.read_doc()
        stamp = self.stamp(max(doc.s, default=""))
        merge = merge_edit(ENTITY_TYPES[state.kind], doc, values, stamp)
        self.record((state.id, stamp, SERVER_DEVICE, ""), values, merge.changes)
        self.put(
            State(state.bucket, state.seq, state.id, state.kind, state.root, state.home, SERVER_DEVICE, b"", merge.doc),
            NOBODY,
        )

    def record(
        self,
        source: tuple[str, str, int, str],
        values: dict[str, Any],
        changes: Iterable[Change] | None,
        merged: Collection[str] = (),
        decided_by: str | None = None,
        *,
        base: Mapping[str, str] | None = None,
        apart: bool = False,
    ) -> None:
        """Add an edit to the history: record, stamp, device and person; what it wrote, and what it met.

        ``changes`` is None for a new record; ``merged`` are fields that the server's next edit merges by words;
        ``base`` the stamps that its author had seen, by field: of what two changed at once it is kept (SPEC R43);
        ``apart``: he had not seen what another device wrote last into other fields.
        """
        old: bytes | None = None
        if changes is not None:
            before: dict[str, tuple[Any, ...]] = {
                change.field: (change.old, change.old_stamp, change.won, change.concurrent) for change in changes
            }
            for name in merged:
                before[name] = (*before[name], True)
            for change in changes if base else ():
                seen = base.get(change.field, "") if base and change.concurrent else ""
                if seen:
                    before[change.field] = (*before[change.field][:4], change.field in merged, seen)
            if apart:
                before[APART] = _SAID_APART
            old = encode_json(before)
        record_id, stamp, device, person = source
        self.history.append((record_id, stamp, device, person, self.now_ms, encode_json(values), old, decided_by))

    def author_of(self, record_id: str, stamp: str) -> str | None:
        """Return who wrote an edit that is not stored yet, "" for the server, None if it is none of these."""
        places = self._places_of((record_id, stamp))
        return self.history[places[-1]][3] if places else None

    def find_edit(self, record_id: str, at: str, device: int, values: Mapping[str, Any]) -> PastEdit | None:
        """Return the edit by which a device wrote just these values under a stamp, None if it is none of these."""
        if not self.has_edit(record_id, at, device):
            return None
        places = self._places_of((record_id, at, device, key_of(values)))
        return _past_edit(self.history[places[-1]]) if places else None

    def has_edit(self, record_id: str, at: str, device: int) -> bool:
        """Tell whether a device wrote something under a stamp that is not stored yet."""
        return any(self.history[place][2] == device for place in self._places_of((record_id, at)))

    def past(self, record_id: str) -> Iterator[PastEdit]:
        """Yield the edits of a record that are not stored yet, newest first."""
        for place in reversed(self._places_of((record_id,))):
            yield _past_edit(self.history[place])

    def _places_of(self, name: _Name) -> Sequence[int]:
        """Return where in ``history`` the edits of a name stand."""
        for place in range(self._indexed, len(self.history)):
            for one in _names_of(self.history[place]):
                self._places.setdefault(one, []).append(place)
        self._indexed = len(self.history)
        return self._places.get(name, ())

    def move(self, root: str, stored: Iterable[State], source: str, target: str, device: int) -> None:
        """Move an aggregate: its rows get new numbers in the new bucket, a marker stays in the old (SPEC R33).

        In the new bucket comes a marker of what of it is archived (SPEC R39).
        """
        members = [self.states.setdefault(state.id, state).id for state in stored]
        members += self._created_by_root.get(root, [])
        home = self.states[root].home + 1
        states = [self.states[record_id] for record_id in dict.fromkeys(members) if record_id in self.states]
        archived = [state.id for state in states if is_archive(state.bucket)]
        # Whoever was away since the aggregate was here last holds what has been archived elsewhere.
        for start in range(0, len(archived), MAX_NAMED):
            names = archived[start : start + MAX_NAMED]
            self.put(archived_marker(target, f"{root}:{home}:{start}", names, self.now_ms), NOBODY)
        for state in states:
            if state.kind != MOVED:
                bucket = archive_of(target) if is_archive(state.bucket) else target
                moved = State(bucket, 0, state.id, state.kind, state.root, home, state.device, b"", state.read_doc())
                self.put(moved, NOBODY)
                # After its marker, even if an edit of this batch brings it back.
                self.dirty[state.id] = self.dirty.pop(state.id)
        self.put(marker(source, root, home, device, self.now_ms), NOBODY)
        self.removed.pop(moved_id(source, root), None)
        back = moved_id(target, root)
        self.removed[back] = None
        if back in self.dirty:
            self._puts.append((back, self.states.get(back), True, self.teller.get(back)))
            del self.dirty[back]

    def archive(self, source: str, seq: int, states: Sequence[State]) -> None:
        """Move records into the archive of their bucket ``source``; ``seq`` is its next number (SPEC R39)."""
        for state in states:
            moved = State(archive_of(source), 0, state.id, state.kind, state.root, state.home, state.device, state.text)
            self.put(moved, NOBODY)
        self.put(archived_marker(source, str(seq), [state.id for state in states], self.now_ms), NOBODY)

    # Taking back

    def mark(self) -> Mark:
        """Return how far the draft has come."""
        return len(self._puts), len(self.history), len(self.created), len(self._holds), tuple(self.removed)

    def undo(self, mark: Mark) -> None:
        """Take back everything since ``mark``; what was read stays."""
        puts, history, created, holds, removed = mark
        while len(self._puts) > puts:
            record_id, state, was_dirty, teller = self._puts.pop()
            if state is None:
                self.states.pop(record_id, None)
            else:
                self.states[record_id] = state
            if was_dirty:
                self.dirty[record_id] = None
            else:
                self.dirty.pop(record_id, None)
            if teller is None:
                self.teller.pop(record_id, None)
            else:
                self.teller[record_id] = teller
        for place in range(self._indexed - 1, history - 1, -1):
            for name in _names_of(self.history[place]):
                self._places[name].pop()
        self._indexed = min(self._indexed, history)
        del self.history[history:]
        del self.created[created:]
        while len(self._holds) > holds:
            record_id, held, was_there = self._holds.pop()
            if was_there:
                self.held[record_id] = held
            else:
                del self.held[record_id]
        self.removed = dict.fromkeys(removed)


def _names_of(row: HistoryRow) -> tuple[_Name, _Name, _Name]:
    """Return all that an edit is asked for by."""
    record_id, stamp, device, _person, _at, new, *_rest = row
    return (record_id,), (record_id, stamp), (record_id, stamp, device, key_of(msgspec.json.decode(new)))


def _past_edit(row: HistoryRow) -> PastEdit:
    return PastEdit(row[1], row[2], row[5], row[6])

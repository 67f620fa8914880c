"""Prose: texts that two people changed at once, merged by words instead of one giving way (SPEC R16)."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from routebook_server.records.draft import Draft
from routebook_server.records.lookup import Lookup, PastEdit
from routebook_server.records.push import Turn
from routebook_sync.clock import device_from_stamp
from routebook_sync.entities import EntityType
from routebook_sync.joins import Join
from routebook_sync.messages import Edit
from routebook_sync.record import Change
from routebook_sync.text_merge import merge_texts

MAX_MERGED: Final = 1_000_000
"""Characters that one batch compares. What comes beyond is an ordinary conflict: nobody waits long for a flood."""
MAX_LOOKED_THROUGH: Final = 20_000_000
"""Bytes of its own edits through which one batch looks for what their authors had seen; as above beyond."""
_NOTHING: Final = object()


class Prose:
    """Merges texts for one batch."""

    def __init__(self, draft: Draft, lookup: Lookup) -> None:
        self._draft = draft
        self._lookup = lookup
        self._left = MAX_MERGED
        self._left_behind = MAX_LOOKED_THROUGH

    def merge(self, turn: Turn, entity: EntityType, edit: Edit, conflicts: Iterable[Change]) -> dict[str, Any]:
        """Return the texts to which these conflicts come, by field; a field that cannot be merged is left out."""
        merged = {}
        for change in conflicts:
            field = entity.fields.get(change.field)
            if field is not None and field.join is Join.TEXT:
                text = self._merge(turn, edit, change)
                if text is not None and len(text) <= field.max_length:
                    merged[change.field] = text
        return merged

    def _merge(self, turn: Turn, edit: Edit, change: Change) -> str | None:
        stamp = edit.base.get(change.field, "")
        if stamp == "":
            return None
        current, incoming = change.old or "", change.new or ""
        source = edit.id, edit.at, turn.push.author.device
        if self._draft.has_edit(*source) or self._lookup.has_edit(*source):
            # Sent again under another number by a device that lost its memory: what stands holds it already.
            return str(current)
        past = self._look_back(edit.id)
        base = _value_at(past, change.field, stamp)
        if base is _NOTHING:
            base = _value_at(_listed(self._lookup.edit_with(edit.id, change.field, stamp)), change.field, stamp)
        if base is _NOTHING and stamp.endswith(turn.suffix):
            # The server gave the value another stamp (SPEC R6): it is what the device wrote there last.
            base = self._own_value(edit.id, device_from_stamp(stamp), change.field, past)
        if not isinstance(base, str | None):
            return None
        self._left -= len(base or "") + len(current) + len(incoming)
        return merge_texts(base or "", current, incoming) if self._left >= 0 else None

    def _look_back(self, record_id: str) -> list[PastEdit]:
        """Return what this batch did to a record, newest first; of one that it changes again and again not all."""
        found: list[PastEdit] = []
        if self._left_behind < 0:
            return found
        for known in self._draft.past(record_id):
            self._left_behind -= len(known.new) + len(known.old or b"")
            if self._left_behind < 0:
                break
            found.append(known)
        return found

    def _own_value(self, record_id: str, device: int, field: str, past: list[PastEdit]) -> Any:
        own = (known for known in past if known.device == device)
        for known in [*own, *_listed(self._lookup.last_edit_of(record_id, field, device))]:
            new = msgspec.json.decode(known.new)
            if field in new:
                return new[field]
        return _NOTHING


def _listed(past: PastEdit | None) -> list[PastEdit]:
    return [] if past is None else [past]


def _value_at(past: list[PastEdit], field: str, stamp: str) -> Any:
    """Return the field's value under a stamp: what was written with it, or what was overwritten that had it."""
    for found, value in _values(past, field):
        if found == stamp:
            return value
    return _NOTHING


def _values(past: list[PastEdit], field: str) -> Iterator[tuple[str, Any]]:
    for known in past:
        new = msgspec.json.decode(known.new)
        if field in new:
            yield known.stamp, new[field]
        old = msgspec.json.decode(known.old) if known.old is not None else {}
        if field in old:
            yield old[field][1], old[field][0]

"""Sizes: how large records become, counted on from edit to edit: a large one is not written anew for each of many."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from routebook_server.records.refusal import Refusal, RefusalError
from routebook_server.records.state import encode_json
from routebook_sync.entities import EntityType
from routebook_sync.joins import Join
from routebook_sync.messages import MAX_RECORD_BYTES, ProblemCode
from routebook_sync.record import Change, Doc

LARGE: Final = 16 * 1024
"""Bytes of a record from which on it counts what the history keeps of it."""
MAX_MET: Final = 8 * 1024 * 1024
"""Bytes of large records that one batch writes into the history as they were before an edit (SPEC R43)."""
_AROUND: Final = len(b'{"v":,"s":}')
_WITHOUT_STAMPS: Final = len(b'{"v":}')


class Sizes:
    """What the records of one batch take as JSON."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[Doc, int], ...]] = {}
        """By record, what the values of its last two states take: the last one may be taken back."""
        self._left = MAX_MET

    def require_room(self, entity: EntityType, record_id: str, values: Mapping[str, Any], old: Doc, new: Doc) -> None:
        """RefusalError where an edit with these values made a record too large."""
        before = self._values_of(record_id, old)
        after = before + _growth(entity, values, old.v, new.v)
        size = _whole(after, new)
        if size > MAX_RECORD_BYTES and size > _whole(before, old):
            field = next(name for name in entity.fields if name in entity.inside and name in values)
            message = f"A record takes at most {MAX_RECORD_BYTES} bytes."
            raise RefusalError(Refusal(ProblemCode.TOO_LARGE, message, field))
        self._known[record_id] = ((old, before), (new, after))

    def kept(
        self, entity: EntityType, record_id: str, values: Mapping[str, Any], old: Doc, changes: Sequence[Change]
    ) -> Sequence[Change]:
        """Return the changes as the history keeps them: of a large set or log once it is much only what an edit names.

        Such an edit names few of many elements, and the history would hold them all once more for each.
        """
        if entity.inside.isdisjoint(values):
            return changes
        size = self._values_of(record_id, old)
        if size < LARGE:
            return changes
        self._left -= size
        return changes if self._left >= 0 else [_named(entity, change, values) for change in changes]

    def _values_of(self, record_id: str, doc: Doc) -> int:
        for known, size in self._known.get(record_id, ()):
            if known is doc:
                return size
        size = len(encode_json(doc.v))
        self._known[record_id] = ((doc, size),)
        return size


def _named(entity: EntityType, change: Change, values: Mapping[str, Any]) -> Change:
    name = change.field
    if name not in entity.inside or not change.old or entity.join_of(name) is Join.COUNTER:
        return change
    return msgspec.structs.replace(change, old={key: change.old[key] for key in values[name] if key in change.old})


def _whole(values: int, doc: Doc) -> int:
    """Return what a record takes whose values take so much."""
    return values + (_AROUND + len(encode_json(doc.s)) if doc.s else _WITHOUT_STAMPS)


def _growth(entity: EntityType, values: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> int:
    """Return how much more the values ``new`` take, which an edit with ``values`` made of ``old``."""
    inside = [name for name in values if name in entity.inside and old.get(name) and new.get(name)]
    more = _difference(old, new, values.keys() - inside)
    return more + sum(_difference(old[name], new[name], values[name]) for name in inside)


def _difference(old: Mapping[str, Any], new: Mapping[str, Any], keys: Iterable[str]) -> int:
    """Return how much more one object takes than another that differs from it in these keys at most."""
    more = max(len(new) - 1, 0) - max(len(old) - 1, 0)
    return more + sum(_entry(new, key) - _entry(old, key) for key in keys)


def _entry(values: Mapping[str, Any], key: str) -> int:
    return len(encode_json(key)) + 1 + len(encode_json(values[key])) if key in values else 0

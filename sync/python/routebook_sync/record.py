"""Record state (SPEC R20-R27): values with their stamps packed beside them, and the merge of an edit into it."""

from typing import Any

import msgspec

from routebook_sync.clock import DEVICE_WIDTH
from routebook_sync.entities import EntityType
from routebook_sync.joins import is_same, join_states, register_stands


class Doc(msgspec.Struct, omit_defaults=True, gc=False):
    """A record's state: ``v`` values by field, ``s`` fields by stamp (packed, SPEC R21)."""

    v: dict[str, Any] = {}
    s: dict[str, list[str]] = {}


class Change(msgspec.Struct, frozen=True, gc=False):
    """What one edit did to one field."""

    field: str
    old: Any
    old_stamp: str
    """"" where the field had never been written or carries its stamps inside."""
    new: Any
    won: bool
    """False where the edit came too late and the value that stood there stays."""
    concurrent: bool
    """True where the edit's author had not seen the value that it met (SPEC R41)."""


class Merge(msgspec.Struct, frozen=True, gc=False):
    """The outcome of merging one edit: the new state and what happened field by field."""

    doc: Doc
    changes: list[Change]
    changed: bool
    """Whether the state differs from the one before."""

    @property
    def conflicts(self) -> list[Change]:
        """The registers that two people changed without seeing each other."""
        return [change for change in self.changes if change.concurrent]


def unpack_stamps(doc: Doc) -> dict[str, str]:
    """Return the stamp of every stamped field present in ``doc``, by field (SPEC R21)."""
    stamp_by_field: dict[str, str] = {}
    rest = ""
    for stamp, fields in doc.s.items():
        if fields:
            for field in fields:
                stamp_by_field[field] = stamp
        else:
            rest = stamp
    if rest:
        for field in doc.v:
            if field not in stamp_by_field:
                stamp_by_field[field] = rest
    return stamp_by_field


def stamp_of(doc: Doc, field: str) -> str:
    """Return the stamp of one field present in ``doc``, "" where it has none beside it (SPEC R21)."""
    rest = ""
    for stamp, fields in doc.s.items():
        if field in fields:
            return stamp
        if not fields:
            rest = stamp
    return rest


def pack_stamps(stamp_by_field: dict[str, str]) -> dict[str, list[str]]:
    """Return fields by stamp, sorted; the largest group (the later one on a tie) is written as [] (SPEC R21).

    Fields that carry their stamps inside are not named; where the record has such fields, the [] group must not
    claim them: ``unpack_stamps`` may give them a stamp that nobody asks for.
    """
    if not stamp_by_field:
        return {}
    fields_by_stamp: dict[str, list[str]] = {}
    for field, stamp in stamp_by_field.items():
        fields_by_stamp.setdefault(stamp, []).append(field)
    if len(fields_by_stamp) == 1:
        return {stamp: [] for stamp in fields_by_stamp}
    largest = max(fields_by_stamp, key=lambda stamp: (len(fields_by_stamp[stamp]), stamp))
    return {stamp: [] if stamp == largest else sorted(fields_by_stamp[stamp]) for stamp in sorted(fields_by_stamp)}


def _stamps_beside(entity: EntityType, doc: Doc) -> dict[str, str]:
    """Return the stamps of the fields whose stamp stands beside them: what belongs into the packed stamps."""
    stamp_by_field = unpack_stamps(doc)
    for name in entity.inside:
        stamp_by_field.pop(name, None)
    return stamp_by_field


def merge_edit(
    entity: EntityType, doc: Doc | None, values: dict[str, Any], stamp: str, base: dict[str, str] | None = None
) -> Merge:
    """Return ``doc`` with one edit merged in (SPEC R22).

    ``values`` are the edit's fields (states or changes of states for sets, counters and logs), ``stamp`` its stamp for
    all registers, ``base`` the stamp that each register overwrote on the author's device, by field; None where
    concurrency does not matter (own overlay, replays). ``doc`` is None for a record not seen before.
    Never changes its arguments. A field that ``entity`` does not know is a register (SPEC R26).
    """
    if doc is None:
        doc = Doc()
    merged = dict(doc.v)
    named, rest = _stamps_named(doc)
    changes = []
    changed = []
    joined = False
    inside = entity.inside
    device = stamp[-DEVICE_WIDTH:]
    for name, value in values.items():
        old = merged.get(name)
        if name in inside:
            merged[name] = join_states(entity.join_of(name), old, value)
            # A join touches nothing but what the edit names, which is mostly little of a large state.
            won = old is None or any(merged[name].get(key) != old.get(key) for key in value)
            joined = joined or won
            changes.append(Change(name, old, "", merged[name], won, concurrent=False))
            continue
        old_stamp = named.get(name) or (rest if name in merged else "")
        won = old_stamp < stamp or (old_stamp == stamp and not register_stands(old, old_stamp, value, stamp))
        seen = base.get(name, "") if base is not None else old_stamp
        concurrent = (
            old_stamp != seen
            # What its author had seen is his own: it would stand here if it had been taken.
            and (old_stamp > seen or (seen[-DEVICE_WIDTH:] == device and old_stamp != ""))
            and old_stamp[-DEVICE_WIDTH:] != device
            and not is_same(old, value)
        )
        if won:
            merged[name] = value
            changed.append(name)
        changes.append(Change(name, old, old_stamp, value, won, concurrent))
    count = len(merged) if merged.keys().isdisjoint(inside) else len(merged.keys() - inside)
    packed = _restamp(doc, changed, stamp, count)
    if packed is None or not named.keys().isdisjoint(inside):
        stamps = _stamps_beside(entity, doc)
        stamps.update(dict.fromkeys(changed, stamp))
        packed = pack_stamps(stamps)
    return Merge(Doc(merged, packed), changes, joined or changed != [])


def _stamps_named(doc: Doc) -> tuple[dict[str, str], str]:
    """Return the stamp of each field that the packed stamps name, and that of the others, "" for none."""
    stamp_by_field: dict[str, str] = {}
    rest = ""
    for stamp, fields in doc.s.items():
        for field in fields:
            stamp_by_field[field] = stamp
        if not fields:
            rest = stamp
    return stamp_by_field, rest


def _restamp(doc: Doc, changed: list[str], stamp: str, count: int) -> dict[str, list[str]] | None:
    """Return the packed stamps once the fields ``changed`` have ``stamp``; None where another group would be [].

    Most edits change a few fields of many: the others, which [] stands for, need not be told apart. ``count``:
    stamped fields afterwards.
    """
    if len(doc.s) == 1 and changed and 2 * len(changed) < count:
        # All of one edit until now, as most records are.
        ((only, named),) = doc.s.items()
        if not named and only != stamp:
            changed.sort()
            return {only: [], stamp: changed} if only < stamp else {stamp: changed, only: []}
    groups = {stamp: changed} if changed else {}
    rest = ""
    for other, fields in doc.s.items():
        if not fields:
            rest = other
            continue
        left = [field for field in fields if field not in changed]
        if left:
            groups[other] = left + groups.get(other, [])
    if rest == "" or rest in groups:
        return None
    for fields in groups.values():
        count -= len(fields)
        fields.sort()
    for other, fields in groups.items():
        if (len(fields), other) > (count, rest):
            return None
    groups[rest] = []
    return groups if len(groups) == 1 else {other: groups[other] for other in sorted(groups)}


def join_docs(entity: EntityType, doc: Doc, other: Doc) -> Doc:
    """Return the join of two states of one record (SPEC R23); commutative, associative, idempotent."""
    stamps, other_stamps = _stamps_beside(entity, doc), unpack_stamps(other)
    merged = dict(doc.v)
    for name, value in other.v.items():
        if name in entity.inside:
            merged[name] = join_states(entity.join_of(name), merged.get(name), value)
            continue
        stamp = other_stamps.get(name, "")
        if name not in merged or not register_stands(merged[name], stamps.get(name, ""), value, stamp):
            merged[name] = value
            if stamp:
                stamps[name] = stamp
    return Doc(merged, pack_stamps(stamps))


def open_doc(entity: EntityType, doc: Doc) -> Doc:
    """Return ``doc`` without the fields that reps are not sent (SPEC R35); ``doc`` itself where it has none."""
    if doc.v.keys().isdisjoint(entity.hidden):
        return doc
    shown = {name: value for name, value in doc.v.items() if name not in entity.hidden}
    stamps = _stamps_beside(entity, doc)
    return Doc(shown, pack_stamps({name: stamp for name, stamp in stamps.items() if name in shown}))


def is_deleted(doc: Doc) -> bool:
    """Tell whether the record is deleted (SPEC R24)."""
    return doc.v.get("deleted") is True

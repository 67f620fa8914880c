"""Shown: what of a record a view tells (SPEC R35); of one that tells of another, no more than of that one."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.messages import View
from routebook_sync.record import Doc, open_doc

_HIDDEN: Final = frozenset(name for entity in ENTITY_TYPES.values() for name in entity.hidden)
"""The names of hidden fields of any kind: a change of a conflict does not say of which kind its fields are."""


def open_values(kind: str, values: Mapping[str, Any], view: View) -> dict[str, Any]:
    """Return those of a record's values by field that a view shows; of one that tells of another, those of that."""
    if view is View.FULL:
        return dict(values)
    entity = ENTITY_TYPES.get(kind)
    shown = {name: value for name, value in values.items() if entity is None or name not in entity.hidden}
    return _OPEN_BY_KIND[kind](shown) if kind in _OPEN_BY_KIND else shown


def open_record(kind: str, doc: Doc) -> Doc:
    """Return a record's state as reps are shown it; ``doc`` itself where nothing of it is hidden from them."""
    entity = ENTITY_TYPES.get(kind)
    if entity is None:
        return doc
    if kind not in _OPEN_BY_KIND:
        return open_doc(entity, doc)
    values = _OPEN_BY_KIND[kind](doc.v)
    return doc if values == doc.v else Doc(values, doc.s)


def _open_held(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a held edit tells, without the hidden fields of what it would write: its author may be a rep now."""
    shown = dict(values)
    if isinstance(written := values.get("values"), dict):
        shown["values"] = open_values(values.get("target_kind", ""), written, View.REP)
    if isinstance(more := values.get("more"), list):
        shown["more"] = [{**part, "v": open_values(part["kind"], part["v"], View.REP)} for part in more]
    return shown


def _open_conflict(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a conflict tells, without the names of hidden fields: its reader may be a rep now."""
    shown = dict(values)
    for name in ("lost", "kept"):
        if isinstance(fields := values.get(name), list):
            shown[name] = [field for field in fields if field not in _HIDDEN]
    if isinstance(stands := values.get("stands"), dict):
        shown["stands"] = {field: stamp for field, stamp in stands.items() if field not in _HIDDEN}
    return shown


_OPEN_BY_KIND: Final[dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    "held_edit": _open_held,
    "conflict": _open_conflict,
}
"""Kinds that tell of other records."""

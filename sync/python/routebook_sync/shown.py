"""Shown: what of a record a view tells (SPEC R35); of a held edit, no more than of the record that it would write."""

from collections.abc import Mapping
from typing import Any, Final

from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.messages import View
from routebook_sync.record import Doc, open_doc

_HELD_EDIT: Final = "held_edit"


def open_values(kind: str, values: Mapping[str, Any], view: View) -> dict[str, Any]:
    """Return those of a record's values by field that a view shows; of a held edit, those of what it would write."""
    if view is View.FULL:
        return dict(values)
    entity = ENTITY_TYPES.get(kind)
    shown = {name: value for name, value in values.items() if entity is None or name not in entity.hidden}
    return _open_held(shown) if kind == _HELD_EDIT else shown


def open_record(kind: str, doc: Doc) -> Doc:
    """Return a record's state as reps are shown it; ``doc`` itself where nothing of it is hidden from them."""
    entity = ENTITY_TYPES.get(kind)
    if entity is None:
        return doc
    if kind != _HELD_EDIT:
        return open_doc(entity, doc)
    values = _open_held(doc.v)
    return doc if values == doc.v else Doc(values, doc.s)


def _open_held(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a held edit tells, without the hidden fields of what it would write: its author may be a rep now."""
    shown = dict(values)
    if isinstance(written := values.get("values"), dict):
        shown["values"] = open_values(values.get("target_kind", ""), written, View.REP)
    if isinstance(more := values.get("more"), list):
        shown["more"] = [{**part, "v": open_values(part["kind"], part["v"], View.REP)} for part in more]
    return shown

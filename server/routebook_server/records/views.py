"""Views: which fields a person is shown (SPEC R35)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

import msgspec

from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.person import Role
from routebook_sync.messages import Verdict, View
from routebook_sync.record import Doc, open_doc

_HIDDEN: Final = frozenset(name for entity in ENTITY_TYPES.values() for name in entity.hidden)
"""The names of hidden fields of any kind: a verdict does not say of which kind its field is."""
_HIDDEN_NAMES: Final = tuple(f'"{name}"'.encode() for name in sorted(_HIDDEN))
_HELD_EDIT: Final = "held_edit"
_ENCODER: Final = msgspec.json.Encoder()


class KeptVerdict(Verdict, omit_defaults=True, gc=False):
    """A verdict that tells a value of somebody else's, as it is stored: with the record that was edited."""

    id: str = ""


_KEPT: Final = msgspec.json.Decoder(KeptVerdict)
_LOSERS: Final = b'"losers"'


def view_of(role: Role) -> View:
    """Return the view that a role is shown."""
    return View.REP if role is Role.REP else View.FULL


def keep_verdict(verdict: Verdict, record_id: str) -> Verdict:
    """Return a verdict on an edit of a record as it is stored."""
    return KeptVerdict(**msgspec.structs.asdict(verdict), id=record_id) if verdict.losers else verdict


def open_verdicts(
    docs: Iterable[bytes], view: View, find_granted: Callable[[Collection[str]], Collection[str]]
) -> list[bytes]:
    """Return stored verdicts as their author may see them now: he may have been a manager, or had the customer, then.

    ``find_granted`` tells of which records he is granted the bucket; it is asked once.
    """
    kept = [_KEPT.decode(doc) if _is_guarded(doc, view) else doc for doc in docs]
    told = {one.id for one in kept if isinstance(one, KeptVerdict) and one.losers}
    granted = find_granted(told) if told else ()
    return [one if isinstance(one, bytes) else _open(one, view, is_granted=one.id in granted) for one in kept]


def _is_guarded(doc: bytes, view: View) -> bool:
    return _LOSERS in doc or (view is not View.FULL and any(name in doc for name in _HIDDEN_NAMES))


def _open(kept: KeptVerdict, view: View, *, is_granted: bool) -> bytes:
    losers = kept.losers if is_granted else []
    if view is View.REP:
        losers = [loser for loser in losers if loser.field not in _HIDDEN]
    return _ENCODER.encode(Verdict(kept.n, kept.verdict, kept.code, kept.field, kept.message, losers))


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

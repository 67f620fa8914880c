"""Views: which fields a person is shown (SPEC R35)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.person import Role
from routebook_sync.messages import Verdict, View

_HIDDEN: Final = frozenset(name for entity in ENTITY_TYPES.values() for name in entity.hidden)
"""The names of hidden fields of any kind: a verdict does not say of which kind its field is."""
_HIDDEN_NAMES: Final = tuple(f'"{name}"'.encode() for name in sorted(_HIDDEN))
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


def open_verdict(doc: bytes, view: View, is_granted: Callable[[str], bool]) -> bytes:
    """Return a stored verdict as its author may see it now: he may have been a manager, or had the customer, then.

    ``is_granted`` tells whether he is granted the bucket of a record.
    """
    if _LOSERS not in doc and (view is View.FULL or not any(name in doc for name in _HIDDEN_NAMES)):
        return doc
    kept = _KEPT.decode(doc)
    losers = kept.losers if kept.losers and is_granted(kept.id) else []
    if view is View.REP:
        losers = [loser for loser in losers if loser.field not in _HIDDEN]
    return _ENCODER.encode(Verdict(kept.n, kept.verdict, kept.code, kept.field, kept.message, losers))


def open_values(kind: str, values: Mapping[str, Any], view: View) -> dict[str, Any]:
    """Return those of a record's values by field that a view shows."""
    entity = ENTITY_TYPES.get(kind)
    hidden = entity.hidden if entity is not None and view is View.REP else frozenset[str]()
    return {name: value for name, value in values.items() if name not in hidden}

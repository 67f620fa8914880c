"""Views: which fields a person is shown (SPEC R35)."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.person import Role
from routebook_sync.messages import Verdict, View

_HIDDEN: Final = frozenset(name for entity in ENTITY_TYPES.values() for name in entity.hidden)
"""The names of hidden fields of any kind: a verdict does not say of which kind its field is."""
_HIDDEN_NAMES: Final = tuple(f'"{name}"'.encode() for name in sorted(_HIDDEN))
_VERDICT: Final = msgspec.json.Decoder(Verdict)
_ENCODER: Final = msgspec.json.Encoder()


def view_of(role: Role) -> View:
    """Return the view that a role is shown."""
    return View.REP if role is Role.REP else View.FULL


def open_verdict(doc: bytes) -> bytes:
    """Return a stored verdict as a rep may see it: he may have been a manager when it was made."""
    if not any(name in doc for name in _HIDDEN_NAMES):
        return doc
    verdict = _VERDICT.decode(doc)
    verdict.losers = [loser for loser in verdict.losers if loser.field not in _HIDDEN]
    return _ENCODER.encode(verdict)


def open_values(kind: str, values: Mapping[str, Any], view: View) -> dict[str, Any]:
    """Return those of a record's values by field that a view shows."""
    entity = ENTITY_TYPES.get(kind)
    hidden = entity.hidden if entity is not None and view is View.REP else frozenset[str]()
    return {name: value for name, value in values.items() if name not in hidden}

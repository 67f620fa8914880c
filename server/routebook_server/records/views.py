"""Views: which fields a person is shown (SPEC R35)."""

from collections.abc import Callable, Collection, Iterable
from typing import Final

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
    if not verdict.losers:
        return verdict
    return KeptVerdict(**msgspec.structs.asdict(verdict), id=record_id)


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
    told = Verdict(kept.n, kept.verdict, kept.code, kept.field, kept.message, losers, kept.known)
    return _ENCODER.encode(told)

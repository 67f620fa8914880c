"""Edits under another number of their device (SPEC R18).

The server takes only stamps of that number, wherever in an edit they stand, and only totals that the device counts
under it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from routebook_sync import base32
from routebook_sync.clock import DEVICE_WIDTH
from routebook_sync.entities import EntityType
from routebook_sync.joins import Join
from routebook_sync.messages import Edit

_NOTHING: Final = [0, 0]


class Stamped(msgspec.Struct, frozen=True):
    """An edit to be stamped anew."""

    edit: Edit
    counted: dict[str, list[int]] | None
    """What its counters had stood at before it, by field; None where only the record knows."""


def raises_counter(entity: EntityType | None, edit: Edit) -> bool:
    """Tell whether an edit raises a counter."""
    return entity is not None and any(entity.join_of(name) is Join.COUNTER for name in edit.v)


def counted_before(entity: EntityType | None, edit: Edit, before: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return what a record's counters stand at under a device's number, of the counters that an edit raises."""
    if entity is None:
        return {}
    device = edit.at[-DEVICE_WIDTH:]
    return {
        name: (before.get(name) or {}).get(device, _NOTHING) for name in edit.v if entity.join_of(name) is Join.COUNTER
    }


def restamp(
    kinds: Mapping[str, EntityType],
    edits: Sequence[Stamped],
    device: int,
    confirmed: Callable[[str], Mapping[str, Any]],
) -> list[Stamped]:
    """Return the edits, in order, as ``device`` would have made them; what was counted before them, under its number.

    ``confirmed`` gives the values that the server has of a record: a counter goes on from there, by as much as each
    edit had added.
    """
    own = base32.encode(device, DEVICE_WIDTH)
    renaming = _Renaming(own, confirmed, {one.edit.at: one.edit.at[:-DEVICE_WIDTH] + own for one in edits})
    return [renaming.rename(kinds.get(one.edit.kind), one) for one in edits]


class _Renaming:
    def __init__(
        self, own: str, confirmed: Callable[[str], Mapping[str, Any]], stamp_by_stamp: Mapping[str, str]
    ) -> None:
        self._own = own
        self._confirmed = confirmed
        self._stamp_by_stamp = stamp_by_stamp
        self._old: dict[tuple[str, str, str], list[int]] = {}
        self._new: dict[tuple[str, str], list[int]] = {}

    def rename(self, entity: EntityType | None, stamped: Stamped) -> Stamped:
        edit, counted = stamped.edit, stamped.counted
        values = edit.v
        if entity is not None:
            if counted is not None:
                counted = {name: self._stands(edit, name, before) for name, before in counted.items()}
            values = {name: self._inside(entity, stamped, name) for name in edit.v}
        base = {name: self._rename(stamp) for name, stamp in edit.base.items()}
        return Stamped(msgspec.structs.replace(edit, v=values, at=self._rename(edit.at), base=base), counted)

    def _rename(self, stamp: str) -> str:
        return self._stamp_by_stamp.get(stamp, stamp)

    def _inside(self, entity: EntityType, stamped: Stamped, name: str) -> Any:
        value = stamped.edit.v[name]
        match entity.join_of(name):
            case Join.SET:
                return {name: [[self._rename(tag) for tag in tags] for tags in both] for name, both in value.items()}
            case Join.LOG:
                return {self._rename(stamp): text for stamp, text in value.items()}
            case Join.COUNTER:
                return self._recount(stamped, name, value)
            case _:
                return value

    def _stands(self, edit: Edit, name: str, same: list[int] | None = None) -> list[int]:
        """Return what a counter stands at under the new number; ``same``: what to return where that is the old one."""
        if same is not None and edit.at[-DEVICE_WIDTH:] == self._own:
            return same
        return self._new.get((edit.id, name)) or (self._confirmed(edit.id).get(name) or {}).get(self._own, _NOTHING)

    def _recount(self, stamped: Stamped, name: str, state: dict[str, list[int]]) -> dict[str, list[int]]:
        edit, own = stamped.edit, self._own
        old = edit.at[-DEVICE_WIDTH:]
        total = state.get(old)
        if total is None or old == own:
            return state
        stands = self._confirmed(edit.id).get(name) or {}
        before = (stamped.counted or {}).get(name)
        if before is None:
            before = self._old.get((edit.id, name, old)) or stands.get(old, _NOTHING)
        new = self._stands(edit, name)
        # An edit sent twice is no step back.
        new = [new[side] + max(0, total[side] - before[side]) for side in (0, 1)]
        self._old[edit.id, name, old] = total
        self._new[edit.id, name] = new
        return {own: new}

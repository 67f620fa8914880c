"""Portion: the edits of one request."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from routebook_sync.messages import Edit, VerdictKind
from routebook_sync.replica.tables import Waiting


class Portion(NamedTuple):
    """The edits of one request."""

    edits: list[Edit]
    hold: list[int]
    """The numbers of those that the server shall keep without looking at them (SPEC R46)."""
    again: list[int]
    """The numbers of those that it had taken or held before a backup was restored (SPEC R48)."""


_NEVER_TAKEN: Final = frozenset({"", VerdictKind.REJECTED.value})


def portion_of(waiting: Sequence[Waiting], limit: int, size: float) -> Portion:
    """Return the oldest edits: as many as ``limit`` and ``size`` bytes allow, at least one.

    A group is all or none (SPEC R45), so that it is never cut in two; one that goes beyond the limits goes alone,
    and so does what the server shall keep without looking.
    """
    taken: list[Waiting] = []
    whole = 0
    for one in waiting:
        before = taken[-1].edit if taken else None
        if before is not None and (not one.edit.group or one.edit.group != before.group):
            whole = len(taken)
        size -= len(msgspec.json.encode(one.edit))
        # What goes into custody goes alone: what does not get through may take nothing else along.
        is_alone = whole == len(taken) and (one.hold or taken[-1].hold) if taken else False
        if whole and (size < 0 or len(taken) >= limit or is_alone):
            taken = taken[:whole]
            break
        taken.append(one)
    return Portion(
        [one.edit for one in taken],
        [one.edit.n for one in taken if one.hold],
        [one.edit.n for one in taken if one.before not in _NEVER_TAKEN],
    )

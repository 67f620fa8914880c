"""Aside: edits that do not get through, though the server was asked to keep them without looking (SPEC R46)."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from routebook_sync.replica.exchanged import note_exchanged
from routebook_sync.replica.numbering import replace_outbox
from routebook_sync.replica.tables import Tables, Waiting

Unit: TypeAlias = tuple[Waiting, ...]
"""One edit, or all of a group."""


def set_aside(tables: Tables, *, rotates: bool) -> bool:
    """Put the held unit at the front, and what follows held ones, behind the rest; tell whether there is any.

    Where there is none, ``rotates`` lets the next held one have its turn.
    """
    units = _units_of(tables.waiting())
    if not units or not _is_held(units[0]):
        return bool(units)
    made = {record_id for record_id, shadow in tables.shadow.items() if shadow.doc is None}
    stuck = _following(units, made, _is_held)
    free = [unit for unit in units if unit not in stuck]
    if not free and not rotates:
        return False
    last = _following(units, made, lambda unit: unit == units[0])
    ordered = [*free, *(unit for unit in stuck if unit not in last), *last]
    if ordered[0] != units[0]:
        note_exchanged(tables)
        replace_outbox(tables, tables.number("ack") + 1, [one for unit in ordered for one in unit], is_same_memory=True)
    return bool(free)


def _is_held(unit: Unit) -> bool:
    return unit[0].hold


def _units_of(waiting: Sequence[Waiting]) -> list[Unit]:
    units: list[Unit] = []
    for one in waiting:
        if units and one.edit.group and units[-1][0].edit.group == one.edit.group:
            units[-1] = (*units[-1], one)
        else:
            units.append((one,))
    return units


def _following(units: Sequence[Unit], made: set[str], begins: Callable[[Unit], bool]) -> list[Unit]:
    """Return the units that ``begins`` names with all that follows them: of their records, or below one they create."""
    records: set[str] = set()
    found = []
    for unit in units:
        follows = any(one.edit.id in records or one.edit.root in records & made for one in unit)
        if follows or begins(unit):
            found.append(unit)
            records.update(one.edit.id for one in unit)
    return found

"""Asking: which tables to ask a routing server for, so that what is known already is not asked for again. Pure."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from routebook_server.roads.places import Cell


class RouterError(Exception):
    """The routing server gave no table; the message says why in one word, and names no place."""


class Asked(NamedTuple):
    """One table: the ways from each of the origins to each of the destinations."""

    origins: Sequence[Cell]
    destinations: Sequence[Cell]


def tables_for(cells: Sequence[Cell], known: Collection[tuple[Cell, Cell]]) -> list[Asked]:
    """Return the tables that have every way between two of the cells that is not ``known``: none, one, or two.

    Who adds a stop to a day asks for the ways from it and to it, not for the whole day again.
    """
    unknown = {(a, b) for a in cells for b in cells if a != b and (a, b) not in known}
    if not unknown:
        return []
    fresh = _strangers(cells, unknown)
    others = [cell for cell in cells if cell not in fresh]
    if 2 * len(fresh) >= len(cells):
        return [Asked(cells, cells)]
    listed = [cell for cell in cells if cell in fresh]
    tables = [Asked(listed, cells), Asked(others, listed)]
    return [table for table in tables if any((a, b) in unknown for a in table.origins for b in table.destinations)]


def _strangers(cells: Sequence[Cell], unknown: set[tuple[Cell, Cell]]) -> set[Cell]:
    """Return some of the cells of which one is at an end of every unknown way, those with the most of them first."""
    left, found = set(unknown), set[Cell]()
    while left:
        count = dict.fromkeys(cells, 0)
        for a, b in left:
            count[a] += 1
            count[b] += 1
        stranger = max(cells, key=lambda cell: count[cell])
        found.add(stranger)
        left = {(a, b) for a, b in left if stranger not in {a, b}}
    return found

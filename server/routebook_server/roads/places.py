"""Places: where somebody goes, and the cell of about ten metres by which the ways between them are known."""

from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta

MICRODEGREES_A_CELL: Final = 100
"""Eleven metres from south to north: less than the front of a shop, more than a geocoder's last digits."""
_NORTH: Final = 90_000_000 // MICRODEGREES_A_CELL
_EAST: Final = 180_000_000 // MICRODEGREES_A_CELL
_COLUMNS: Final = 2 * _EAST + 1
_CELLS_A_DEGREE: Final = 1_000_000 // MICRODEGREES_A_CELL

Cell: TypeAlias = int
"""A square of the earth by its number: rows from the south pole, columns from the date line."""


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point, in micro-degrees, north and east positive."""

    latitude: Annotated[int, Meta(ge=-90_000_000, le=90_000_000)]
    longitude: Annotated[int, Meta(ge=-180_000_000, le=180_000_000)]


def cell_of(place: Place) -> Cell:
    """Return the cell that a place is in."""
    row = _nearest(place.latitude) + _NORTH
    return row * _COLUMNS + _nearest(place.longitude) + _EAST


def middle_of(cell: Cell) -> str:
    """Return the middle of a cell as routing servers take it: degrees, longitude first."""
    row, column = divmod(cell, _COLUMNS)
    return f"{_degrees(column - _EAST)},{_degrees(row - _NORTH)}"


def _nearest(microdegrees: int) -> int:
    return (microdegrees + MICRODEGREES_A_CELL // 2) // MICRODEGREES_A_CELL


def _degrees(cells: int) -> str:
    return f"{cells / _CELLS_A_DEGREE:.4f}"

"""Past: the history of records as a batch looks back on it, read once a batch however many of its edits ask."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from routebook_server.database import Driver
from routebook_server.records.lookup import MAX_PAST, PastEdit, key_of

_AT_ONCE: Final = 50
"""Rows that are in memory at a time: one may be as large as a record."""
_NEWEST: Final = "history WHERE id = ? ORDER BY number DESC LIMIT ?"


class _Met(msgspec.Struct, array_like=True, gc=False):
    """What an edit met in a field: the value is not decoded."""

    value: msgspec.Raw
    stamp: str


NAMES: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
"""Reads what an edit wrote, by field, values not decoded."""
METS: Final = msgspec.json.Decoder(dict[str, _Met])
"""Reads what it met."""


class _Sources(NamedTuple):
    """Who wrote the newest edits of a record."""

    number_by_key: dict[tuple[str, int, int], int]
    """By stamp, device and what was written; of several the newest."""
    person_by_stamp: dict[str, str]


class _Values(NamedTuple):
    """Where the values of a record stand in its newest edits; of several the newest."""

    by_stamp: dict[tuple[str, str], int]
    """The edit that wrote or met a field's value, by field and the value's stamp."""
    by_device: dict[tuple[str, int], int]
    """The edit by which a device wrote a field."""
    sources: frozenset[tuple[str, int]]
    """Stamp and device of each."""


class Past:
    """The history of the records that one batch asks for; no further back than ``MAX_PAST`` edits of each."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._sources: dict[str, _Sources] = {}
        self._values: dict[str, _Values] = {}

    def find_edit(self, record_id: str, at: str, device: int, values: Mapping[str, Any]) -> PastEdit | None:
        """Return the edit by which a device wrote just these values under a stamp, None if there is none."""
        sources = self._sources_of(record_id)
        if at not in sources.person_by_stamp:
            return None
        number = sources.number_by_key.get((at, device, key_of(values)))
        return None if number is None else self._edit(number)

    def author_of(self, record_id: str, stamp: str) -> str:
        """Return who wrote an edit of a record, "" for the server."""
        return self._sources_of(record_id).person_by_stamp.get(stamp, "")

    def has_edit(self, record_id: str, at: str, device: int) -> bool:
        """Tell whether a device wrote something under a stamp."""
        return (at, device) in self._values_of(record_id).sources

    def edit_with(self, record_id: str, field: str, stamp: str) -> PastEdit | None:
        """Return an edit that wrote or met the value of a field that is stamped so, None if there is none."""
        number = self._values_of(record_id).by_stamp.get((field, stamp))
        return None if number is None else self._edit(number)

    def last_edit_of(self, record_id: str, field: str, device: int) -> PastEdit | None:
        """Return the edit by which a device wrote a field last, None if it never did."""
        number = self._values_of(record_id).by_device.get((field, device))
        return None if number is None else self._edit(number)

    def _edit(self, number: int) -> PastEdit:
        (row,) = self._driver.fetch("SELECT stamp, device, new, old FROM history WHERE number = ?", number)
        return PastEdit(*row)

    def _sources_of(self, record_id: str) -> _Sources:
        known = self._sources.get(record_id)
        if known is None:
            known = self._sources[record_id] = _Sources({}, {})
            sql = f"SELECT number, stamp, device, person, new FROM {_NEWEST}"
            for number, stamp, device, person, new in self._driver.fetch(sql, record_id, MAX_PAST):
                known.number_by_key.setdefault((stamp, device, key_of(msgspec.json.decode(new))), number)
                known.person_by_stamp.setdefault(stamp, person)
        return known

    def _values_of(self, record_id: str) -> _Values:
        known = self._values.get(record_id)
        if known is None:
            known = self._values[record_id] = self._read_values(record_id)
        return known

    def _read_values(self, record_id: str) -> _Values:
        by_stamp: dict[tuple[str, str], int] = {}
        by_device: dict[tuple[str, int], int] = {}
        sources: set[tuple[str, int]] = set()
        sql = f"SELECT number, stamp, device, new, old FROM {_NEWEST}"
        for chunk in self._driver.chunks(sql, record_id, MAX_PAST, size=_AT_ONCE):
            for number, stamp, device, new, old in chunk:
                sources.add((stamp, device))
                for name in NAMES.decode(new):
                    by_stamp.setdefault((name, stamp), number)
                    by_device.setdefault((name, device), number)
                for name, met in METS.decode(old).items() if old is not None else ():
                    by_stamp.setdefault((name, met.stamp), number)
        return _Values(by_stamp, by_device, frozenset(sources))

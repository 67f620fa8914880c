"""Known: the holidays of the calendars that come with the program, as records."""

import functools
import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any, Final, NamedTuple

import msgspec

from routebook_sync.identifier import RANDOM_BYTES, new_id

YEARS_AHEAD: Final = 2
_DECODER: Final = msgspec.json.Decoder(dict[str, dict[str, str]])


class Known(NamedTuple):
    """A holiday as its record: the id is the same in every organisation and at every look into the calendar."""

    id: str
    values: dict[str, Any]


def years_around(now_ms: int) -> range:
    """Return the years whose holidays an organisation has on its devices."""
    year = datetime.fromtimestamp(now_ms / 1000, UTC).year
    return range(year, year + YEARS_AHEAD + 1)


def known_holidays(countries: Iterable[str], years: range) -> Iterator[Known]:
    """Return the closed days of these countries, by country and day; none for a country without a calendar here."""
    for country in sorted(set(countries)):
        for day, names in _calendar(country).items():
            if date.fromisoformat(day).year in years:
                yield _known(country, day, names)


def _known(country: str, day: str, names: dict[str, str]) -> Known:
    name = next(iter(names.values()))
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    chance = hashlib.sha256(f"holiday {country} {day}".encode()).digest()[:RANDOM_BYTES]
    # Its own language as well, though it is the only one: a day with names by language is one of a calendar.
    values: dict[str, Any] = {"name": name, "day": day, "country": country, "name_in": dict(names)}
    return Known(new_id(round(at.timestamp() * 1000), chance), values)


@functools.cache
def _calendar(country: str) -> dict[str, dict[str, str]]:
    """Return the names of each closed day by language, the country's own first."""
    file = resources.files("routebook_server.holidays").joinpath("data", f"{country}.json")
    return _DECODER.decode(file.read_bytes()) if file.is_file() else {}

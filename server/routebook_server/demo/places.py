"""Places: real towns where the demo team has its customers (GeoNames, CC BY 4.0)."""

import csv
from math import cos, hypot, log10, radians, sqrt
from random import Random
from typing import Final, NamedTuple

import msgspec

from routebook_server.demo.package_data import read_data

MICRODEGREES_PER_KM: Final = 1_000_000 / 111.2
"""Along a meridian."""
REACH_KM: Final = 110
"""How far from home a rep has customers."""


class Point(NamedTuple):
    """Where something is, in micro-degrees."""

    latitude: int
    longitude: int


class Place(msgspec.Struct, frozen=True):
    """A town. ``label`` is its name as its people write it; in ``postcode``, # is any digit and @ any letter."""

    geonameid: int
    name: str
    label: str
    region: str
    country: str
    postcode: str
    latitude: int
    longitude: int
    population: int
    time_zone: str

    @property
    def point(self) -> Point:
        """Its middle."""
        return Point(self.latitude, self.longitude)

    def scatter(self, random: Random) -> Point:
        """Return a point in the town: most are near its middle, a large town spreads wider."""
        spread = 0.5 + 1.4 * max(0.0, log10(self.population / 10_000))
        north = max(-2.2, min(2.2, random.gauss(0, 1))) * spread * MICRODEGREES_PER_KM
        east = max(-2.2, min(2.2, random.gauss(0, 1))) * spread * MICRODEGREES_PER_KM
        return Point(self.latitude + round(north), self.longitude + round(east / cos(radians(self.latitude / 1e6))))


def read_places() -> dict[int, Place]:
    """Return the places by their GeoNames number."""
    rows = csv.DictReader(read_data("places.csv").decode().splitlines())
    return {place.geonameid: place for place in (msgspec.convert(row, Place, strict=False) for row in rows)}


def distance_km(one: Point, other: Point) -> float:
    """Return the distance on a flat map, which is right to a percent as far as a rep drives in a day."""
    east = (one.longitude - other.longitude) * cos(radians((one.latitude + other.latitude) / 2e6))
    return hypot(one.latitude - other.latitude, east) / MICRODEGREES_PER_KM


def towns_around(home: Place, places: dict[int, Place]) -> tuple[list[Place], list[float]]:
    """Return the towns of a rep and their cumulative weights: half the customers at home, the near and large first."""
    towns = [
        place
        for place in places.values()
        if place.country == home.country and place is not home and distance_km(home.point, place.point) <= REACH_KM
    ]
    weights = [sqrt(place.population) / (8 + distance_km(home.point, place.point)) for place in towns]
    total = sum(weights)
    cumulative = [total]
    for weight in weights:
        cumulative.append(cumulative[-1] + weight)
    return [home, *towns], cumulative


def nearest_first(start: Point, points: list[Point]) -> list[int]:
    """Return the order in which to visit ``points`` from ``start``, always going on to the nearest: indexes."""
    left, order, here = set(range(len(points))), [], start
    while left:
        nearest = min(sorted(left), key=lambda index: distance_km(here, points[index]))
        left.remove(nearest)
        order.append(nearest)
        here = points[nearest]
    return order

"""Route: whom a rep sees in the coming days, in the order of the road."""

from random import Random
from typing import Final

import msgspec

from routebook_server.demo.places import Point, distance_km, nearest_first

DAYS_AHEAD: Final = 13
POOL: Final = 160
"""Customers among whom the coming days are shared out."""
_REACH_KM: Final = 30
_FEWEST: Final = 5
_MOST: Final = 7
"""Stops of a day."""


class Seen(msgspec.Struct, frozen=True):
    """A customer as the planner of routes sees him; ``last_visit`` is a day of the diary, -1 for never."""

    id: str
    point: Point
    last_visit: int


def plan_days(random: Random, home: Point, pool: list[Seen]) -> list[list[Seen]]:
    """Return the coming days' stops in driving order: each day who has waited longest, and his neighbours."""
    waiting = sorted(pool, key=lambda seen: (seen.last_visit, seen.id))
    days = []
    for _ in range(DAYS_AHEAD):
        if not waiting:
            break
        first = next((seen for seen in waiting if len(_nearby(seen, waiting)) >= _FEWEST), waiting[0])
        around = sorted(waiting, key=lambda seen: distance_km(seen.point, first.point))
        stops = around[: random.randint(_FEWEST, _MOST)]
        waiting = [seen for seen in waiting if seen not in stops]
        order = nearest_first(home, [seen.point for seen in stops])
        days.append([stops[index] for index in order])
    return days


def _nearby(middle: Seen, others: list[Seen]) -> list[Seen]:
    return [seen for seen in others if distance_km(seen.point, middle.point) <= _REACH_KM]

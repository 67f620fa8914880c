"""Area: the order of a day's stops, by the app's own code on Node, against the way that VROOM found."""

import json
import math
import statistics
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from bench.line import Line, at_most
from blackbox.clients import REPOSITORY, Clients

CASES: Final = REPOSITORY / "pwa" / "src" / "lib" / "domain" / "best-order.cases.json"
ROUNDS: Final = 5
STAY_MS: Final = 20 * 60_000
EARTH_RADIUS_METRES: Final = 6_371_008.8


def run() -> Iterator[Line]:
    """Yield how long the way is by VROOM's, the longest of all days, and the time that finding it takes."""
    days = json.loads(CASES.read_text())["days"]
    ratios, taken = [], []
    with Clients() as clients:
        device = clients.device("any")
        for turn in range(ROUNDS + 1):
            for day in days:
                home = _point(day["home"])
                stops = [{"point": _point(stop), "windows": [], "stay": STAY_MS} for stop in day["stops"]]
                answer = device.send("order", stops=stops, day={"from": 0, "start": home, "end": home}).result(60)
                if turn == 0:
                    ratios.append(_metres(day["home"], [day["stops"][place] for place in answer.value]) / day["metres"])
                else:
                    taken.append(answer.at - answer.begun)
    yield at_most("route_25_stops", max(ratios), "ratio", 1.03)
    yield at_most("route_25_stops_ms", statistics.median(taken), "ms", 50)


def _point(place: Sequence[int]) -> dict[str, Any]:
    return {"latitude": place[0], "longitude": place[1]}


def _metres(home: Sequence[int], way: Sequence[Sequence[int]]) -> int:
    places = [home, *way, home]
    return sum(_between(a, b) for a, b in pairwise(places))


def _between(a: Sequence[int], b: Sequence[int]) -> int:
    south, north = (math.radians(place[0] / 1e6) for place in (a, b))
    width = math.radians((b[1] - a[1]) / 1e6)
    chord = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin(width / 2) ** 2
    return round(2 * EARTH_RADIUS_METRES * math.asin(min(1, math.sqrt(chord))))

"""OSRM: a routing server on a port of this machine, as far as we ask one, with a world that a test invents."""

import contextlib
import json
import math
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self, TypeAlias
from urllib.parse import parse_qs, urlsplit

Spot: TypeAlias = tuple[float, float]
"""Degrees, latitude first."""
Way: TypeAlias = tuple[float, float] | None
"""Metres and seconds; None where no road leads there."""

_PREFIX: Final = "/table/v1/driving/"


def crow_metres(a: Spot, b: Spot) -> float:
    """Return the straight line."""
    south, north = math.radians(a[0]), math.radians(b[0])
    width = math.radians(b[1] - a[1])
    chord = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin(width / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(min(1, math.sqrt(chord)))


def plain(a: Spot, b: Spot) -> Way:
    """Return a way half as long again as the crow flies, at 36 km/h."""
    metres = 1.5 * crow_metres(a, b)
    return metres, metres / 10


class Osrm:
    """Answers tables, and keeps what it was asked."""

    def __init__(self, way: Callable[[Spot, Spot], Way] = plain) -> None:
        self.way = way
        self.off_road: dict[Spot, float] = {}
        """How many metres from the next road a spot lies, where that is more than none."""
        self.asked: list[tuple[int, int]] = []
        """Origins and destinations of each table."""
        self.reply: tuple[int, bytes] | None = None
        """What is answered in place of a table."""
        self.holds: threading.Event | None = None
        """What an answer waits for."""
        player = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = player.answer(self.path)
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(OSError):  # whoever asked has given up
                    self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Nothing is written."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        """What ``ROUTEBOOK_ROADS`` is set to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, path: str) -> tuple[int, bytes]:
        """Return the status and the body of an answer."""
        if self.holds is not None:
            self.holds.wait(30)
        parts = urlsplit(path)
        assert parts.path.startswith(_PREFIX), path
        spots = [_spot(text) for text in parts.path.removeprefix(_PREFIX).split(";")]
        query = parse_qs(parts.query)
        assert query["annotations"] == ["distance,duration"], path
        origins, destinations = (_chosen(query, name, spots) for name in ("sources", "destinations"))
        self.asked.append((len(origins), len(destinations)))
        if self.reply is not None:
            return self.reply
        ways = [[(0.0, 0.0) if a == b else self.way(a, b) for b in destinations] for a in origins]
        answered: dict[str, Any] = {
            "code": "Ok",
            "distances": [[way and way[0] for way in row] for row in ways],
            "durations": [[way and way[1] for way in row] for row in ways],
            "sources": [self._waypoint(spot) for spot in origins],
            "destinations": [self._waypoint(spot) for spot in destinations],
        }
        return 200, json.dumps(answered).encode()

    def _waypoint(self, spot: Spot) -> dict[str, Any]:
        return {"distance": self.off_road.get(spot, 3.5), "name": "", "location": [spot[1], spot[0]], "hint": "x"}

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="osrm").start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Answer nothing any more."""
        if self.holds is not None:
            self.holds.set()
        self._server.shutdown()
        self._server.server_close()


def _spot(text: str) -> Spot:
    longitude, latitude = text.split(",")
    return float(latitude), float(longitude)


def _chosen(query: dict[str, list[str]], name: str, spots: list[Spot]) -> list[Spot]:
    return [spots[int(number)] for number in query[name][0].split(";")] if name in query else spots

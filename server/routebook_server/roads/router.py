"""Router: the routing server that the administrator runs, which speaks OSRM's language. Only cells are told to it.

What it answers is believed as far as it can be true: a place that it knows no road near has no way to anywhere.
"""

import asyncio
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

import aiohttp
import msgspec
from yarl import URL

from routebook_server.roads.asking import Asked, RouterError
from routebook_server.roads.legs import NO_ROAD, Leg
from routebook_server.roads.places import Cell, middle_of

WITHIN_S: Final = 8.0
"""How long a table may take; the device waits for fifteen seconds, for two tables at most."""
CONNECT_WITHIN_S: Final = 3.0
REST_S: Final = 20.0
"""How long it is left alone after it has not answered, so that nobody waits for it in vain."""
AT_ONCE: Final = 4
MOST_BYTES: Final = 1_048_576
NEAR_A_ROAD_METRES: Final = 1_000
"""A place farther from every road that the server has is outside of its map: it would be put at the map's edge."""
_MOST_METRES: Final = 40_000_000
_MOST_SECONDS: Final = 30 * 86_400


class _Waypoint(msgspec.Struct):
    distance: float = 0.0
    """Metres from the place to the road where the way begins or ends."""


class _Table(msgspec.Struct):
    code: str
    distances: list[list[float | None]] = []
    durations: list[list[float | None]] = []
    sources: list[_Waypoint] = []
    destinations: list[_Waypoint] = []


_DECODER: Final = msgspec.json.Decoder(_Table)


class Router:
    """Asks over one session; belongs to one event loop. ``timer`` returns seconds that only ever grow."""

    def __init__(self, base: str, timer: Callable[[], float], *, within_s: float = WITHIN_S) -> None:
        self._base = base.rstrip("/")
        self._timer = timer
        self._within_s = within_s
        self._session: aiohttp.ClientSession | None = None
        self._asking = asyncio.Semaphore(AT_ONCE)
        self._rests_until = float("-inf")

    async def table(self, asked: Asked) -> dict[tuple[Cell, Cell], Leg]:
        """Return the ways of a table, those from a cell to itself left out; RouterError."""
        if self._timer() < self._rests_until:
            raise RouterError("resting")
        try:
            async with asyncio.timeout(self._within_s), self._asking:
                body = await self._get(_address(self._base, asked))
        except (aiohttp.ClientError, TimeoutError, OSError):
            # The error itself would name the places.
            self._rests_until = self._timer() + REST_S
            raise RouterError("unreachable") from None
        return _read(body, asked)

    async def _get(self, address: URL) -> bytes:
        async with self._open().get(address, allow_redirects=False) as answer:
            if answer.status != HTTPStatus.OK:
                raise RouterError(f"status_{answer.status}")
            body = bytearray()
            async for chunk in answer.content.iter_chunked(65_536):
                body += chunk
                if len(body) > MOST_BYTES:
                    raise RouterError("too_long")
            return bytes(body)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=AT_ONCE, ttl_dns_cache=60),
                timeout=aiohttp.ClientTimeout(total=self._within_s, sock_connect=CONNECT_WITHIN_S),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def close(self) -> None:
        """Let go of the session."""
        if self._session is not None:
            await self._session.close()


def _address(base: str, asked: Asked) -> URL:
    cells = list(dict.fromkeys([*asked.origins, *asked.destinations]))
    number = {cell: at for at, cell in enumerate(cells)}
    places = ";".join(middle_of(cell) for cell in cells)
    query = "annotations=distance,duration"
    for name, some in (("sources", asked.origins), ("destinations", asked.destinations)):
        if list(some) != cells:
            query += f"&{name}=" + ";".join(str(number[cell]) for cell in some)
    return URL(f"{base}/table/v1/driving/{places}?{query}", encoded=True)


def _read(body: bytes, asked: Asked) -> dict[tuple[Cell, Cell], Leg]:
    try:
        table = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise RouterError("unreadable") from None
    if table.code != "Ok":
        raise RouterError("no_table")
    for rows in (table.distances, table.durations):
        if len(rows) != len(asked.origins) or any(len(row) != len(asked.destinations) for row in rows):
            raise RouterError("unreadable")
    far_from = _far(table.sources, asked.origins) | _far(table.destinations, asked.destinations)
    legs = {}
    for origin, distances, durations in zip(asked.origins, table.distances, table.durations, strict=True):
        for destination, metres, seconds in zip(asked.destinations, distances, durations, strict=True):
            if origin != destination:
                is_off_the_map = origin in far_from or destination in far_from
                legs[origin, destination] = NO_ROAD if is_off_the_map else _leg(metres, seconds)
    return legs


def _far(waypoints: Sequence[_Waypoint], cells: Sequence[Cell]) -> set[Cell]:
    # Some servers leave the waypoints out.
    return {cell for cell, waypoint in zip(cells, waypoints, strict=False) if waypoint.distance > NEAR_A_ROAD_METRES}


def _leg(metres: float | None, seconds: float | None) -> Leg:
    if metres is None or seconds is None:
        return NO_ROAD
    if not (0 <= metres <= _MOST_METRES and 0 <= seconds <= _MOST_SECONDS):
        raise RouterError("unreadable")
    return Leg(round(metres), round(seconds))

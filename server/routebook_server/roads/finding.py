"""Finding: the ways between the places of a day, from what is kept, and what is not from the routing server."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec
import structlog

from routebook_server.database import UNAVAILABLE
from routebook_server.roads.asking import Asked, tables_for
from routebook_server.roads.legs import Leg, Legs
from routebook_server.roads.places import Cell, Place, cell_of

_HERE: Final = Leg(0, 0)

_log: Final = structlog.get_logger()


class RoadTable(msgspec.Struct, frozen=True):
    """The ways between places, from that of the row to that of the column; null where no road leads there."""

    metres: list[list[int | None]]
    seconds: list[list[int | None]]


class AskRouter(Protocol):
    """The routing server as it is asked."""

    async def table(self, asked: Asked) -> dict[tuple[Cell, Cell], Leg]:
        """Return the ways of a table; RouterError."""

    async def close(self) -> None:
        """Let go of what is held."""


class Roads:
    """Finds ways. ``open_router`` makes the routing server's side when it is first asked."""

    def __init__(self, legs: Legs, open_router: Callable[[], AskRouter], now_ms: Callable[[], int]) -> None:
        self._legs = legs
        self._open_router = open_router
        self._router: AskRouter | None = None
        self._now_ms = now_ms

    async def between(self, places: Sequence[Place]) -> RoadTable:
        """Return the ways from each place to each; RouterError where some are not kept and the server gives none."""
        cells = [cell_of(place) for place in places]
        apart = list(dict.fromkeys(cells))
        now_ms = self._now_ms()
        known = await self._legs.find(apart, now_ms)
        fresh: dict[tuple[Cell, Cell], Leg] = {}
        for asked in tables_for(apart, known.keys()):
            if self._router is None:
                self._router = self._open_router()
            fresh |= await self._router.table(asked)
        await self._keep(fresh, now_ms)
        legs = {**known, **fresh}
        rows = [[legs.get((a, b), _HERE) for b in cells] for a in cells]
        return RoadTable(
            [[leg.metres for leg in row] for row in rows],
            [[leg.seconds for leg in row] for row in rows],
        )

    async def _keep(self, fresh: dict[tuple[Cell, Cell], Leg], now_ms: int) -> None:
        try:
            await self._legs.keep(fresh, now_ms)
        except UNAVAILABLE as error:
            _log.warning("ways by road are not kept; they are asked for again", error=type(error).__name__)

    async def close(self) -> None:
        """Let go of the routing server."""
        if self._router is not None:
            await self._router.close()

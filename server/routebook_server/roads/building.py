"""Building: the parts of roads from what the operator chose, joined for the composition root."""

from collections.abc import Callable, Sequence

import msgspec
from litestar.handlers import HTTPRouteHandler

from routebook_server.database import Database
from routebook_server.gateway.direct import ActorOf
from routebook_server.roads.endpoints import road_endpoints
from routebook_server.roads.finding import AskRouter, Roads
from routebook_server.roads.legs import Legs
from routebook_server.roads.pace import Pace
from routebook_server.roads.sweeping import LegSweeper
from routebook_server.settings import Settings


class RoadParts(msgspec.Struct, frozen=True):
    """What the composition root has of roads."""

    roads: Roads | None
    """None without a routing server."""
    sweeper: LegSweeper
    endpoints: Sequence[HTTPRouteHandler]

    async def close(self) -> None:
        """Let go of the routing server."""
        if self.roads is not None:
            await self.roads.close()


def build_roads(
    settings: Settings, database: Database, now_ms: Callable[[], int], timer: Callable[[], float], actor_of: ActorOf
) -> RoadParts:
    """Return the parts of roads. ``now_ms`` is the physical clock, ``timer`` returns seconds that only ever grow."""

    def open_router() -> AskRouter:
        # Not at the top: it takes half a second to import, which only who has a routing server has a use for.
        from routebook_server.roads.router import Router  # noqa: PLC0415

        return Router(settings.roads, timer)

    legs = Legs(database)
    roads = Roads(legs, open_router, now_ms) if settings.roads else None
    return RoadParts(roads, LegSweeper(legs, now_ms), road_endpoints(roads, Pace(now_ms), actor_of))

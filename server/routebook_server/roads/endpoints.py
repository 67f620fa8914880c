"""Endpoint: ``/api/roads``, the ways by road between the places of a day."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
import structlog
from litestar import Request, post
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from routebook_server.gateway.direct import ActorOf, require
from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.roads.asking import RouterError
from routebook_server.roads.finding import Roads, RoadTable
from routebook_server.roads.pace import Pace
from routebook_server.roads.places import Place
from routebook_sync.messages import ProblemCode

AnyRequest = Request[Any, Any, Any]
MOST_PLACES: Final = 60
"""More than anybody visits in a day, and fewer than a routing server takes as it comes (OSRM: 100)."""
_RETRY_AFTER_S: Final = 60

_log: Final = structlog.get_logger()


class AskRoads(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The places between which the ways are asked for."""

    places: Annotated[list[Place], Meta(min_length=2)]


def road_endpoints(roads: Roads | None, pace: Pace, actor_of: ActorOf) -> Sequence[HTTPRouteHandler]:
    """Return the handler of /api/roads; without ``roads`` there is nothing there."""

    @post("/api/roads", status_code=200, tags=["roads"], summary="Metres and seconds by road between places")
    async def ask(request: AnyRequest, data: AskRoads) -> RoadTable:
        actor = await require(actor_of, request.scope)
        if roads is None:
            raise ProblemError(make_problem(ProblemCode.NOT_FOUND, "There is no routing server."))
        if len(data.places) > MOST_PLACES:
            raise ProblemError(make_problem(ProblemCode.TOO_LARGE, f"At most {MOST_PLACES} places.", field="places"))
        if wait_s := pace.wait_s(actor.person):
            raise ProblemError(make_problem(ProblemCode.RATE_LIMITED, retry_after=wait_s))
        try:
            return await roads.between(data.places)
        except RouterError as error:
            _log.warning("the routing server gives no table", reason=str(error))
            problem = make_problem(
                ProblemCode.UNAVAILABLE, "The routing server gives no answer.", retry_after=_RETRY_AFTER_S
            )
            raise ProblemError(problem) from None

    return [ask]

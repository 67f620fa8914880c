"""Handlers: the gateway's addresses, as the framework takes them."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from litestar import Request, asgi, get
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler
from litestar.params import Parameter
from litestar.types import ASGIApp

from routebook_server.gateway.direct import ActorOf, require
from routebook_server.gateway.gateway import Gateway
from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.records.history import MAX_HISTORY, HistoryEntry
from routebook_server.records.older import BEFORE_PATTERN, MAX_OLDER, OlderPage
from routebook_server.records.projection import Lag, Projector
from routebook_server.records.views import view_of
from routebook_sync.identifier import ID_WIDTH
from routebook_sync.joins import MAX_SAFE
from routebook_sync.messages import ProblemCode

DeviceNames: TypeAlias = Callable[[Collection[int]], Awaitable[Mapping[int, str]]]
"""Says what devices call themselves, by number."""
_NEWEST: Final = 50
_BEFORE_LENGTH: Final = 15 + 1 + ID_WIDTH


def make_handlers(
    gateway: Gateway,
    direct: Mapping[str, ASGIApp],
    projector: Projector,
    actor_of: ActorOf,
    *,
    device_names: DeviceNames | None = None,
) -> list[ASGIRouteHandler | HTTPRouteHandler]:
    """Return the gateway's route handlers, for ``Litestar(route_handlers=…)``; those of ``direct`` among them.

    ``device_names`` names the devices in a history.
    """

    @get("/api/history/{record_id:str}")
    async def history(
        request: Request[Any, Any, Any],
        record_id: str,
        limit: Annotated[int, Parameter(ge=1, le=MAX_HISTORY)] = _NEWEST,
        before: Annotated[int | None, Parameter(ge=1, le=MAX_SAFE)] = None,
    ) -> list[HistoryEntry]:
        """Return a record's value history, newest first; ``before`` continues below that entry's number."""
        actor = await require(actor_of, request.scope)
        entries = await gateway.store.history(record_id, actor.buckets, limit, before=before, view=view_of(actor.role))
        if entries is None:
            raise ProblemError(make_problem(ProblemCode.NOT_FOUND))
        if device_names is None:
            return entries
        names = await device_names({entry.device for entry in entries})
        return [msgspec.structs.replace(entry, device_name=names.get(entry.device, "")) for entry in entries]

    @get("/api/customers/{customer:str}/older")
    async def older(
        request: Request[Any, Any, Any],
        customer: str,
        limit: Annotated[int, Parameter(ge=1, le=MAX_OLDER)] = _NEWEST,
        before: Annotated[str | None, Parameter(pattern=BEFORE_PATTERN, max_length=_BEFORE_LENGTH)] = None,
    ) -> OlderPage:
        """Return what is archived of a customer, newest first; ``before`` is the ``next`` of the page above."""
        actor = await require(actor_of, request.scope)
        page = await gateway.store.older(customer, actor.buckets, limit, before=before or "", view=view_of(actor.role))
        if page is None:
            raise ProblemError(make_problem(ProblemCode.NOT_FOUND))
        return page

    @get("/api/projection")
    async def projection(request: Request[Any, Any, Any]) -> Lag:
        """Return how far the reporting tables are behind."""
        await require(actor_of, request.scope)
        return await projector.lag()

    return [*(asgi(path, copy_scope=False)(app) for path, app in direct.items()), history, older, projection]

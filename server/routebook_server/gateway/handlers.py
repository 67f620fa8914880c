"""Handlers: the gateway's addresses. ``/sync`` and ``/live`` speak ASGI directly; the rest is ordinary."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from litestar import Request, asgi, get
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler
from litestar.params import Parameter
from litestar.types import Receive, Scope, Send

from routebook_server.gateway.actor import Actor
from routebook_server.gateway.body import DisconnectedError, Headers, pack_body, read_body
from routebook_server.gateway.gateway import Gateway
from routebook_server.gateway.live import Live
from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.records.history import MAX_HISTORY, HistoryEntry
from routebook_server.records.projection import Lag, Projector
from routebook_server.records.views import view_of
from routebook_sync.joins import MAX_SAFE
from routebook_sync.messages import Problem, ProblemCode

DeviceNames: TypeAlias = Callable[[Collection[int]], Awaitable[Mapping[int, str]]]
"""Says what devices call themselves, by number."""
ActorOf: TypeAlias = Callable[[Scope], Awaitable[Actor | Problem]]
"""Says who asks, by the request's cookie; a problem (not signed in, expired, revoked) where nobody does."""

_NEWEST: Final = 50

_HEADERS: Final = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


def make_handlers(
    gateway: Gateway,
    live: Live,
    projector: Projector,
    actor_of: ActorOf,
    *,
    device_of: ActorOf | None = None,
    device_names: DeviceNames | None = None,
) -> list[ASGIRouteHandler | HTTPRouteHandler]:
    """Return the gateway's route handlers, for ``Litestar(route_handlers=…)``.

    ``device_of`` says who syncs: it lets in a device that is to be wiped, which ``actor_of`` refuses. ``device_names``
    names the devices in a history.
    """

    async def require(who: ActorOf, scope: Scope) -> Actor:
        found = await who(scope)
        if isinstance(found, Problem):
            raise ProblemError(found)
        return found

    async def answer_sync(scope: Scope, receive: Receive) -> tuple[bytes, Headers]:
        _require_method(scope, "POST")
        actor = await require(device_of or actor_of, scope)
        body = await read_body(receive, _header(scope, b"content-encoding"))
        return await pack_body(await gateway.sync(actor, body), _header(scope, b"accept-encoding"))

    @asgi("/sync", copy_scope=False)
    async def sync(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body, headers = await answer_sync(scope, receive)
        except DisconnectedError:
            return
        answered = [*_HEADERS, (b"content-length", str(len(body)).encode()), *headers]
        await send({"type": "http.response.start", "status": HTTPStatus.OK.value, "headers": answered})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    @asgi("/live", copy_scope=False)
    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        _require_method(scope, "GET")
        actor = await require(actor_of, scope)
        await live.serve(actor, receive, send, _header(scope, b"last-event-id").encode("latin-1"))

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

    @get("/api/projection")
    async def projection(request: Request[Any, Any, Any]) -> Lag:
        """Return how far the reporting tables are behind."""
        await require(actor_of, request.scope)
        return await projector.lag()

    return [sync, stream, history, projection]


def _require_method(scope: Scope, method: str) -> None:
    if scope.get("method") != method:
        raise ProblemError(make_problem(ProblemCode.METHOD_NOT_ALLOWED, f"Only {method}."))


def _header(scope: Scope, name: bytes) -> str:
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return ""

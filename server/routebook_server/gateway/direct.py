"""Direct: ``/sync`` and ``/live`` as plain ASGI, because they are most of what is asked.

Whoever routes may send requests straight here, past the framework: what goes wrong is answered here, as a problem.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import structlog
from litestar.types import ASGIApp, Receive, ReceiveMessage, Scope, Send

from routebook_server.database import UNAVAILABLE
from routebook_server.gateway.actor import Actor, Admit
from routebook_server.gateway.body import BODY_S, DisconnectedError, in_time, pack_body, read_body, takes_gzip
from routebook_server.gateway.gateway import Gateway
from routebook_server.gateway.live import Live
from routebook_server.gateway.problem import ProblemError, make_problem, send_problem, unavailable
from routebook_server.records.store import UnavailableError
from routebook_sync.messages import Problem, ProblemCode

SYNC: Final = "/sync"
LIVE: Final = "/live"

ActorOf: TypeAlias = Callable[[Scope], Awaitable[Actor | Problem]]
"""Says who asks, by the request's cookie; a problem (not signed in, expired, revoked) where nobody does."""

Admission: TypeAlias = Callable[[Scope], Admit]
"""Returns what says within a transaction who asks."""
FRESH_S: Final = 1.0
"""So old may be what was found of who asks, where the body came in one part: a request is on its way for as long."""

_HEADERS: Final = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
_log: Final = structlog.get_logger()


def make_direct(
    gateway: Gateway,
    live: Live,
    actor_of: ActorOf,
    device_of: ActorOf | None = None,
    *,
    admission: Admission | None = None,
    body_s: float = BODY_S,
) -> dict[str, ASGIApp]:
    """Return the direct applications by path.

    ``device_of`` says who syncs: it lets in a device that is to be wiped, which ``actor_of`` refuses. ``admission``
    says the same within a transaction. A body has ``body_s`` seconds to arrive.
    """
    syncs = device_of or actor_of

    async def sync(scope: Scope, receive: Receive, send: Send) -> None:
        _require_method(scope, "POST")
        now = asyncio.get_running_loop().time
        asked_s = now()
        part_count = 0

        async def receive_part() -> ReceiveMessage:
            nonlocal part_count
            part_count += 1
            return await receive()

        actor = await require(syncs, scope)  # Nobody is listened to whom nobody knows.
        encoding, accepted = _codings(scope)
        body = await in_time(read_body(receive_part, encoding), body_s)
        # Whoever he was when it began to arrive: what counts is what he may now.
        if part_count > 1 or now() - asked_s > FRESH_S:
            actor = await require(syncs, scope)
        admit = None if admission is None else admission(scope)
        parts = await gateway.answer(actor, body, packs=takes_gzip(accepted), admit=admit)
        body, headers = await pack_body(parts, accepted)
        answered = [*_HEADERS, (b"content-length", str(len(body)).encode()), *headers]
        await send({"type": "http.response.start", "status": 200, "headers": answered})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        _require_method(scope, "GET")
        actor = await require(actor_of, scope)
        await live.serve(actor, receive, send, _header(scope, b"last-event-id").encode("latin-1"))

    return {SYNC: _answering_problems(sync), LIVE: _answering_problems(stream)}


async def require(who: ActorOf, scope: Scope) -> Actor:
    """Return who asks; ProblemError if nobody does who may."""
    found = await who(scope)
    if isinstance(found, Problem):
        raise ProblemError(found)
    return found


def _answering_problems(app: ASGIApp) -> ASGIApp:
    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except ProblemError as error:
            await send_problem(send, error.problem)
        except DisconnectedError:
            return
        except (UnavailableError, *UNAVAILABLE) as error:
            await send_problem(send, unavailable(error, scope["path"]))

    return answering


def _require_method(scope: Scope, method: str) -> None:
    if scope.get("method") != method:
        raise ProblemError(make_problem(ProblemCode.METHOD_NOT_ALLOWED, f"Only {method}."))


def _codings(scope: Scope) -> tuple[str, str]:
    """Return how the body is packed, and how the answer may be; "" where that is not said."""
    encoding = accepted = b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepted = accepted or value
        elif name == b"content-encoding":
            encoding = encoding or value
    return encoding.decode("latin-1"), accepted.decode("latin-1")


def _header(scope: Scope, name: bytes) -> str:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""

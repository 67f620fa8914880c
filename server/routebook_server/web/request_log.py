"""The outermost layer: one line a request, never a body, a cookie or a query; and the last net for faults of ours."""

import logging
from collections.abc import Callable
from typing import Any, Final

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from routebook_server.gateway.problem import make_problem, send_problem
from routebook_sync.messages import Problem, ProblemCode

_log: Final = structlog.get_logger("request")
_level: Final = logging.getLogger("request")
"""Where its lines go; to ask it costs nothing, to make a line that nobody wants costs as much as routing a request."""
_CLOSED: Final = "the handler is closed"
"""What uvloop says when something is written to a connection that was closed."""


class RequestLog:
    """Logs each request with status and milliseconds; turns an exception that nobody took into problem ``internal``."""

    def __init__(self, app: ASGIApp, random: Callable[[int], bytes], timer: Callable[[], float]) -> None:
        self._app = app
        self._random = random
        self._timer = timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        # What Litestar's router makes of the path would lose the ids; the method and path are kept from here.
        method, path, begun = scope["method"], scope["path"], self._timer()
        status = 0

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            try:
                await send(message)
            except RuntimeError as error:
                # The client has just gone, and uvicorn has not been told yet: what it sends to those it is told of.
                if _CLOSED not in str(error):
                    raise

        try:
            await self._app(scope, receive, send_noting_status)
        except Exception as error:
            if status:
                raise
            await send_problem(send_noting_status, report_fault(error, scope, self._random))
        finally:
            if _level.isEnabledFor(logging.INFO):
                spent_ms = round((self._timer() - begun) * 1_000, 1)
                _log.info("request", method=method, path=path, status=status, ms=spent_ms)


def report_fault(error: BaseException, scope: Scope, random: Callable[[int], bytes]) -> Problem:
    """Log a fault of ours with its traceback under a new number, and return the problem that names the number."""
    number = random(6).hex()
    facts: dict[str, Any] = {"number": number, "path": scope["path"], "method": scope.get("method")}
    _log.error("fault", exc_info=error, **facts)
    return make_problem(ProblemCode.INTERNAL, f"The server's log has it under {number}.")

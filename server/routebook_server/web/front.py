"""The front: which requests are for the server's endpoints and which for the app's files."""

from collections.abc import Awaitable, Mapping
from typing import Final

from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from routebook_server.gateway.problem import make_problem, send_problem
from routebook_server.web.nul import refuse_nul
from routebook_server.web.site import Site
from routebook_sync.messages import ProblemCode

SYNC: Final = "/sync"
"""Posting to it is a round trip of the protocol; the app's Sync screen has the same address."""
READS: Final = frozenset({HttpMethod.GET, HttpMethod.HEAD})
ENDPOINTS: Final = ("/api", SYNC, "/live")
"""Below these paths are endpoints, never files."""
_BELOW: Final = tuple(f"{path}/" for path in ENDPOINTS)


def is_endpoint(method: str, path: str) -> bool:
    """Tell whether a request is for the endpoints; reading ``/sync`` itself is opening the Sync screen."""
    if path == SYNC:
        return method not in READS
    return path in ENDPOINTS or path.startswith(_BELOW)


class Front:
    """Sends a request to the endpoints or answers it with a file of the app.

    ``direct`` are endpoints by path that need no more routing; all others are behind ``endpoints``.
    """

    def __init__(self, endpoints: ASGIApp, direct: Mapping[str, ASGIApp], site: Site) -> None:
        self._endpoints = endpoints
        self._direct = direct
        self._site = site

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """ASGI."""
        refused = refuse_nul(scope) if scope["type"] == ScopeType.HTTP else None
        if refused is not None:
            return send_problem(send, refused)
        if scope["type"] != ScopeType.HTTP or is_endpoint(scope["method"], scope["path"]):
            return self._direct.get(scope["path"], self._endpoints)(scope, receive, send)
        asset = self._site.find(scope["path"])
        if asset is None:
            return send_problem(send, make_problem(ProblemCode.NOT_FOUND))
        if scope["method"] not in READS:
            return send_problem(send, make_problem(ProblemCode.METHOD_NOT_ALLOWED), {"allow": "GET, HEAD"})
        return self._site.send(asset, scope, send)

"""The guard: refuses what another site's page may have sent, before anybody reads it.

The session cookie is SameSite=Strict already; this stands behind it, for old browsers and neighbouring hosts.
"""

from collections.abc import Awaitable
from typing import Final
from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from routebook_server.gateway.problem import make_problem, send_problem
from routebook_sync.messages import Problem, ProblemCode

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_JSON: Final = b"application/json"
_BYTES: Final = b"application/octet-stream"
_BYTES_BELOW: Final = "/api/files/"
"""Where bytes are sent. No form of another site can send them so either, and no script without asking first."""


class SameSiteGuard:
    """Lets a change through only from the app's own pages (or from no page at all), and only as JSON or a file."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """ASGI."""
        problem = _refuse(scope) if scope["type"] == ScopeType.HTTP else None
        return self._app(scope, receive, send) if problem is None else send_problem(send, problem)


def _refuse(scope: HTTPScope) -> Problem | None:
    if scope["method"] in _SAFE:
        return None
    headers = dict(scope["headers"])
    if not _is_own(headers.get(b"sec-fetch-site"), headers.get(b"origin"), headers.get(b"host", b"")):
        return make_problem(ProblemCode.FORBIDDEN, "The request comes from another site.")
    content_type = headers.get(b"content-type", b"")
    if scope["method"] not in _WITH_BODY or content_type == _JSON or _is_json(content_type):
        return None
    if content_type != _BYTES or not scope["path"].startswith(_BYTES_BELOW):
        return make_problem(ProblemCode.UNSUPPORTED_TYPE, "Content-Type must be application/json.")
    return None


def _is_json(content_type: bytes) -> bool:
    return content_type.partition(b";")[0].strip().lower() == _JSON


def _is_own(fetch_site: bytes | None, origin: bytes | None, host: bytes) -> bool:
    if fetch_site not in {None, b"same-origin", b"none"}:
        return False
    if origin is None:
        return True
    try:
        return urlsplit(origin.decode("latin-1")).netloc.lower() == host.decode("latin-1").lower()
    except ValueError:
        return False

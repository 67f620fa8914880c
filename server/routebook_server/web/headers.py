"""The headers that every answer carries; they keep foreign code, frames and sniffing out."""

import base64
import hashlib
import re
from collections.abc import Awaitable
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from routebook_server.web.front import is_endpoint

_INLINE_SCRIPT: Final = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)


def inline_script_hashes(page: bytes) -> list[str]:
    """Return the CSP sources of the scripts that stand inside a page, in order ('sha256-…')."""
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(code).digest()).decode()}'" for code in _INLINE_SCRIPT.findall(page)
    ]


def content_security_policy(script_hashes: list[str]) -> str:
    """Return the policy: everything from this server alone, no script but its own files and the hashed ones."""
    scripts = " ".join(["'self'", "'wasm-unsafe-eval'", *script_hashes])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "worker-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "object-src 'none'",
        ]
    )


_ALWAYS: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
ENDPOINT: Final = [*_ALWAYS, (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")]
"""For data, which no browser shows as a page: few, because the smallest sync has to stay small."""
# Only over https: a browser that saw it would refuse plain http for this host, localhost included.
_SECURE: Final = (b"strict-transport-security", b"max-age=31536000")


def page_headers(policy: str) -> list[tuple[bytes, bytes]]:
    """Return what the app's files carry: the policy, and isolation from every other window and site."""
    return [
        *_ALWAYS,
        (b"content-security-policy", policy.encode()),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-embedder-policy", b"require-corp"),
        (b"referrer-policy", b"same-origin"),
        (b"permissions-policy", b"geolocation=(self), camera=(self), microphone=(self)"),
    ]


class SecurityHeaders:
    """Adds the headers to every answer, whoever gives it."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self._app = app
        self._page_headers = page_headers(policy)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """ASGI."""
        if scope["type"] != ScopeType.HTTP:
            return self._app(scope, receive, send)
        added = ENDPOINT if is_endpoint(scope["method"], scope["path"]) else self._page_headers
        if scope["scheme"] == "https":
            added = [*added, _SECURE]

        def send_with_headers(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *added]
            return send(message)

        return self._app(scope, receive, send_with_headers)

"""What a reverse proxy says of the caller; believed only where the operator has said that there is one."""

from ipaddress import ip_address

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send


class Forwarded:
    """Puts the caller's scheme and address from the proxy's headers into the scope."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == ScopeType.HTTP:
            headers = dict(scope["headers"])
            scheme = _last(headers.get(b"x-forwarded-proto", b""))
            if scheme in {"http", "https"}:
                scope["scheme"] = scheme
            # The last address is the one that our own proxy saw; those before it are the caller's claim.
            address = _last(headers.get(b"x-forwarded-for", b""))
            if _is_address(address):
                scope["client"] = (address, 0)
        await self._app(scope, receive, send)


def _last(value: bytes) -> str:
    return value.decode("latin-1").rpartition(",")[2].strip().lower()


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

"""Connection: uvicorn's HTTP/1.1, except that head and body of an answer leave together: one packet for a small one."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEAD: Final = b"HTTP/1.1 "
_INTERIM: Final = b"HTTP/1.1 1"
"""100 Continue: the client waits for it."""
_SMALL: Final = 64 * 1024
"""What is copied sooner than written in two pieces."""


class Connection(HttpToolsProtocol):
    """A client's connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(_Together(transport))  # type: ignore[arg-type]


class _Together:
    """A transport that holds an answer's head back until its body comes, at most to the end of the loop's turn."""

    __slots__ = ("_call_soon", "_head", "_transport", "is_closing")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._call_soon = asyncio.get_running_loop().call_soon
        self._head = b""
        self.is_closing = transport.is_closing

    def write(self, part: bytes) -> None:
        """Write, or hold back."""
        if self._head:
            head, self._head = self._head, b""
            if len(part) < _SMALL:
                self._transport.write(head + part)
            else:
                self._transport.writelines([head, part])
        elif part.startswith(_HEAD) and not part.startswith(_INTERIM):
            self._head = part
            # An answer to HEAD has no body, and one that takes its time shows its head meanwhile.
            self._call_soon(self._release)
        else:
            self._transport.write(part)

    def close(self) -> None:
        """Close, once all is written."""
        self._release()
        self._transport.close()

    def _release(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            if not self.is_closing():
                self._transport.write(head)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

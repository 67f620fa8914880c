"""Connection: uvicorn's HTTP/1.1, except that head and body of an answer leave together: one packet for a small one.

And what the head of an answer looks like is remembered: most have one that was checked and written a moment ago.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

_HEAD: Final = b"HTTP/1.1 "
_INTERIM: Final = b"HTTP/1.1 1"
"""100 Continue: the client waits for it."""
_SMALL: Final = 64 * 1024
"""What is copied sooner than written in two pieces."""
_REMEMBERED: Final = 1_000
"""Heads. One holds for the second that its date names."""


class Connection(HttpToolsProtocol):
    """A client's connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(_Together(transport))  # type: ignore[arg-type]

    def on_headers_complete(self) -> None:
        """Begin to answer a request."""
        super().on_headers_complete()
        # Uvicorn names the class itself. It has not begun to run: that takes a turn of the loop.
        if type(self.cycle) is RequestResponseCycle:
            self.cycle.__class__ = _Cycle


class _Cycle(RequestResponseCycle):
    """An answer whose head may be one that uvicorn has written before."""

    _heads: Final[dict[Any, tuple[bytes, int]]] = {}
    """Heads and the lengths that they promise, by what they were written of."""

    async def send(self, message: Any) -> None:
        """Send a part; as uvicorn does."""
        if self.response_started or self.disconnected or not self.keep_alive or self.flow.write_paused:
            return await super().send(message)
        key = (message.get("status"), *self.default_headers, *message.get("headers", ()))
        found = self._heads.get(key)
        if found is None:
            await super().send(message)
            if self._is_plain():
                self._remember(key)
            return None
        head, self.expected_content_length = found
        self.response_started, self.chunked_encoding = True, False
        self.waiting_for_100_continue = False
        self.transport.write(head)
        return None

    def _is_plain(self) -> bool:
        """Tell whether a body of known length follows, and the connection stays."""
        return self.keep_alive and self.chunked_encoding is False

    def _remember(self, key: Any) -> None:
        if len(self._heads) >= _REMEMBERED:
            self._heads.clear()
        transport: Any = self.transport
        self._heads[key] = (transport.held, self.expected_content_length)


class _Together:
    """A transport that holds an answer's head back until its body comes, at most to the end of the loop's turn."""

    __slots__ = ("_call_soon", "_transport", "held", "is_closing")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._call_soon = asyncio.get_running_loop().call_soon
        self.held = b""
        """The head that waits for its body."""
        self.is_closing = transport.is_closing

    def write(self, part: bytes) -> None:
        """Write, or hold back."""
        if self.held:
            head, self.held = self.held, b""
            if len(part) < _SMALL:
                self._transport.write(head + part)
            else:
                self._transport.writelines([head, part])
        elif part.startswith(_HEAD) and not part.startswith(_INTERIM):
            self.held = part
            # An answer to HEAD has no body, and one that takes its time shows its head meanwhile.
            self._call_soon(self._release)
        else:
            self._transport.write(part)

    def close(self) -> None:
        """Close, once all is written."""
        self._release()
        self._transport.close()

    def _release(self) -> None:
        if self.held:
            head, self.held = self.held, b""
            if not self.is_closing():
                self._transport.write(head)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

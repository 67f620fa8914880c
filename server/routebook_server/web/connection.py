"""Connection: uvicorn's HTTP/1.1, except that head and body of an answer leave together: one packet for a small one.

And what the head of an answer looks like is remembered: most have one that was checked and written a moment ago. The
head of a request may be only so long.
"""

import asyncio
from http import HTTPStatus
from typing import Any, Final

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from routebook_server.gateway.problem import MEDIA_TYPE, make_problem, problem_headers
from routebook_server.web.headers import ENDPOINT
from routebook_sync.messages import ProblemCode

MAX_HEAD: Final = 32 * 1024
"""Bytes of a request's address and headers; whoever sends them need not have signed in."""
_HEAD: Final = b"HTTP/1.1 "
_INTERIM: Final = b"HTTP/1.1 1"
"""100 Continue: the client waits for it."""
_SMALL: Final = 64 * 1024
"""What is copied sooner than written in two pieces."""
_REMEMBERED: Final = 1_000
"""Heads. One holds for the second that its date names."""


class _HeadError(Exception):
    """The head of a request is too long."""


class Connection(HttpToolsProtocol):
    """A client's connection."""

    _begun = 0
    """Bytes that came of a head that is not whole yet."""
    _is_long = False
    """Whether what is read now may hold a head that is too long."""
    _is_refused = False
    _is_chunked = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(_Together(transport))  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """Read on."""
        size = len(data) + self._begun
        self._is_long = size > MAX_HEAD
        body = len(self.cycle.body) if self._is_chunked else -1
        super().data_received(data)
        # Within a head, or within trailers, which are like one after a body: nothing of it came.
        if getattr(self.cycle, "scope", None) is not self.scope or (
            self._is_chunked and len(self.cycle.body) == body and self.cycle.more_body
        ):
            self._begun = size
            if size > MAX_HEAD and not self.transport.is_closing():
                self._refuse_head()
        else:
            self._begun = 0

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or whose head is too long, and close."""
        if self._is_refused:
            self._refuse_head()
        else:
            super().send_400_response(msg)

    def _refuse_head(self) -> None:
        if getattr(self.cycle, "scope", None) is not self.scope or not self.cycle.response_started:
            self.transport.write(_TOO_LONG)
        self.transport.close()

    def on_chunk_header(self) -> None:
        """Note that the body comes in chunks: trailers may follow it."""
        self._is_chunked = True

    def on_headers_complete(self) -> None:
        """Begin to answer a request."""
        if self._is_long and len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD:
            self._is_refused = True
            raise _HeadError  # the parser stops, and ``send_400_response`` answers
        self._is_chunked = False
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


def _answer_too_long() -> bytes:
    """Return the whole answer to a head that is too long, as the application answers what it refuses."""
    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    problem = make_problem(ProblemCode.TOO_LARGE, f"The head of a request takes at most {MAX_HEAD} bytes.")
    body = msgspec.json.encode(msgspec.structs.replace(problem, status=status.value))
    headers = {
        **problem_headers(problem),
        **{name.decode(): value.decode() for name, value in ENDPOINT},
        "content-type": MEDIA_TYPE,
        "content-length": str(len(body)),
        "connection": "close",
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


_TOO_LONG: Final = _answer_too_long()

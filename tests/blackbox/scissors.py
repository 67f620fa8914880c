"""Scissors: a relay before the server that cuts one reply, or one request, of /sync at an exact place.

It reads the whole message first, so that a place can be told by its parts: within the headers, at their end, within the
packed body, before the last byte, after it. The live stream and everything else pass untouched.
"""

import contextlib
import socket
import struct
import threading
from enum import StrEnum
from typing import Final, NamedTuple, Self

_END_OF_HEADERS: Final = b"\r\n\r\n"
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class Part(StrEnum):
    """Which part of a message a place is told by."""

    HEADERS = "headers"
    BODY = "body"


class Ending(StrEnum):
    """What the other side meets after the cut."""

    CLOSED = "closed"
    """The connection ends in good order, as by a proxy that restarts."""
    RESET = "reset"
    """It breaks, as by a router that forgot it."""
    SILENT = "silent"
    """Nothing more ever comes, as in a tunnel."""


class Cut(NamedTuple):
    """Where a message is cut: ``kept`` bytes of ``part`` come through; negative counts from its end, None is all."""

    part: Part
    kept: int | None
    ending: Ending
    of_request: bool = False


class Scissors:
    """Relays 127.0.0.1:``port`` to the server; ``arm`` has the next exchanges of /sync cut."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._lock = threading.Lock()
        self._cuts: list[Cut | None] = []
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self.largest = (0, 0)
        """Bytes of the body and of the headers of the largest whole reply of /sync."""
        self.done: list[Cut] = []
        """The cuts that were made."""
        threading.Thread(target=self._accept, daemon=True, name="scissors").start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        with self._lock:
            sockets, self._sockets = self._sockets, set()
        for one in sockets:
            _close(one)

    @property
    def address(self) -> str:
        """What a device takes for the server."""
        return f"http://127.0.0.1:{self.port}"

    def arm(self, *cuts: Cut | None) -> None:
        """Have the next exchanges cut, each once; None lets one pass."""
        with self._lock:
            self._cuts += cuts

    def _take(self, *, of_request: bool) -> Cut | None:
        with self._lock:
            if not self._cuts:
                return None
            cut = self._cuts[0]
            if (cut is not None and cut.of_request) is not of_request:
                return None
            del self._cuts[0]
            if cut is not None:
                self.done.append(cut)
        return cut

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True, name="scissors-relay").start()

    def _serve(self, near: socket.socket) -> None:
        """Relay one connection, exchange by exchange."""
        ends = [near]
        with contextlib.suppress(OSError):
            far = socket.create_connection(("127.0.0.1", self._server_port))
            ends.append(far)
            for end in ends:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._sockets |= set(ends)
            while self._relay(near, far):
                pass
        for end in ends:
            _close(end)
        with self._lock:
            self._sockets -= set(ends)

    def _relay(self, near: socket.socket, far: socket.socket) -> bool:
        """Relay one exchange; False where the connection is over."""
        request = _read_message(near)
        if request is None:
            return False
        if not request.startswith(b"POST /sync "):
            far.sendall(request)
            return _relay_plainly(far, near)
        cut = self._take(of_request=True)
        if cut is not None:
            far.sendall(_kept(request, cut))
            return _end(near, cut)
        far.sendall(request)
        reply = _read_message(far)
        if reply is None:
            return False
        cut = self._take(of_request=False)
        if cut is None:
            headers = reply.index(_END_OF_HEADERS) + len(_END_OF_HEADERS)
            self.largest = max(self.largest, (len(reply) - headers, headers))
            near.sendall(reply)
            return True
        near.sendall(_kept(reply, cut))
        return _end(near, cut)


def _end(near: socket.socket, cut: Cut) -> bool:
    """Let the device meet the ending; the connection is over with it."""
    match cut.ending:
        case Ending.CLOSED:
            pass
        case Ending.RESET:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            near.close()
        case Ending.SILENT:
            # Whatever else the device says here is never heard.
            while near.recv(65536):
                pass
    return False


def _kept(message: bytes, cut: Cut) -> bytes:
    headers = message.index(_END_OF_HEADERS) + len(_END_OF_HEADERS)
    whole = len(message) if cut.part is Part.BODY else headers
    begin = headers if cut.part is Part.BODY else 0
    if cut.kept is None:
        return message[:whole]
    return message[: begin + cut.kept] if cut.kept >= 0 else message[: whole + cut.kept]


def _read_message(source: socket.socket) -> bytes | None:
    """Return one whole request or reply with a length; None where the connection ends before."""
    message = b""
    while _END_OF_HEADERS not in message:
        chunk = source.recv(65536)
        if not chunk:
            return None
        message += chunk
    headers, _, _ = message.partition(_END_OF_HEADERS)
    length = 0
    for line in headers.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    missing = len(headers) + len(_END_OF_HEADERS) + length - len(message)
    while missing > 0:
        chunk = source.recv(min(missing, 1 << 20))
        if not chunk:
            return None
        message += chunk
        missing -= len(chunk)
    return message


def _relay_plainly(far: socket.socket, near: socket.socket) -> bool:
    """Relay what the server says until it is over: a stream, or the answer to a request that asks to be the last."""
    while chunk := far.recv(65536):
        near.sendall(chunk)
    return False


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()

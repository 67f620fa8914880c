"""Load: requests over many connections at once, each as fast as it is answered, and what they cost the server."""

import os
import select
import socket
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple, Protocol

TICKS: Final = os.sysconf("SC_CLK_TCK")
_GZIP: Final = 16 + zlib.MAX_WBITS
_READ: Final = 256 * 1024


class Cost(NamedTuple):
    """What requests cost."""

    per_second: float
    cpu_us: float
    """CPU of the server's process, all its threads, for each request."""


class Process(Protocol):
    """A running server."""

    @property
    def port(self) -> int:
        """Where it listens."""

    @property
    def pid(self) -> int:
        """Its number."""


class Connection:
    """One connection of a device."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._came = b""

    def send(self, body: bytes, token: str) -> None:
        """Send a request."""
        head = (
            "POST /sync HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n"
            f"Sec-Fetch-Site: same-origin\r\nCookie: routebook_session={token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.socket.sendall(head.encode() + body)

    def receive(self) -> bytes | None:
        """Take what has come; return the reply's body once it is complete."""
        part = self.socket.recv(_READ)
        assert part, "the server closed the connection"
        self._came += part
        head, found, body = self._came.partition(b"\r\n\r\n")
        if not found:
            return None
        head = head.lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return None
        assert head.startswith(b"http/1.1 200"), self._came
        self._came = body[length:]
        return zlib.decompress(body[:length], _GZIP) if b"content-encoding: gzip" in head else body[:length]

    def exchange(self, body: bytes, token: str) -> bytes:
        """Send a request and return the reply's body."""
        self.send(body, token)
        while (reply := self.receive()) is None:
            pass
        return reply


def cpu_s(pid: int) -> float:
    """Return the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measure(
    server: Process,
    clients: int,
    count: int,
    ask: Callable[[int], tuple[bytes, str]],
    take: Callable[[int, bytes], None] = lambda _client, _reply: None,
) -> Cost:
    """Send ``count`` requests of so many clients, each on a connection of its own, to a server.

    ``ask`` returns the next body and token of a client; ``take`` is given each reply.
    """
    connections = [Connection(server.port) for _ in range(clients)]
    index_by_file = {connection.socket.fileno(): index for index, connection in enumerate(connections)}
    cpu, begun = cpu_s(server.pid), time.perf_counter()
    left = count
    with select.epoll() as poll:
        for file, index in index_by_file.items():
            poll.register(file, select.EPOLLIN)
            connections[index].send(*ask(index))
        while left:
            for file, _event in poll.poll(30):
                index = index_by_file[file]
                reply = connections[index].receive()
                if reply is None:
                    continue
                take(index, reply)
                left -= 1
                if left >= clients:
                    connections[index].send(*ask(index))
    spent = time.perf_counter() - begun
    cost = Cost(count / spent, (cpu_s(server.pid) - cpu) / count * 1_000_000)
    for connection in connections:
        connection.socket.close()
    return cost

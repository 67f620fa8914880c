"""Area: thousands of live streams on the real server: what a silent one costs, and how soon all hear of a commit."""

import contextlib
import resource
import select
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from bench.line import Line, at_most
from bench.served import Served, customer_of, edit_of, territory_of, token_of
from routebook_server.records.buckets import territory_bucket

STREAMS: Final = 5_000
WARM_UP: Final = 200
STARTS: Final = 5
POKES: Final = 5
AT_ONCE: Final = 50
"""Streams that are opened together."""


def run() -> Iterator[Line]:
    """Yield the memory of a silent stream, and the time from sending an edit until the last stream has heard of it."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder), STREAMS + WARM_UP + 1)
        rounds = [_measure(served, turn) for turn in range(STARTS)]
    yield at_most("live_5000_kib", statistics.median(kib for kib, _pokes in rounds), "KiB", 25)
    yield at_most("live_5000_poke_ms", statistics.median(poke for _kib, pokes in rounds for poke in pokes), "ms", 150)


def _measure(served: Served, turn: int) -> tuple[float, list[float]]:
    """Return the KiB that a stream costs, and the milliseconds of each poke."""
    with served, contextlib.ExitStack() as opened:
        for first in range(STREAMS + 1, STREAMS + WARM_UP, AT_ONCE):
            _open(served, range(first, first + AT_ONCE), opened)
        before = served.memory_kib()
        streams: list[socket.socket] = []
        for first in range(1, STREAMS, AT_ONCE):
            streams += _open(served, range(first, first + AT_ONCE), opened)
        kib = (served.memory_kib() - before) / STREAMS
        author = opened.enter_context(socket.create_connection(("127.0.0.1", served.port)))
        numbers = range(turn * (POKES + 1) + 1, (turn + 1) * (POKES + 1) + 1)
        return kib, [_poke(served, streams, author, n) for n in numbers][1:]


def _open(served: Served, devices: range, opened: contextlib.ExitStack) -> list[socket.socket]:
    """Open the streams of devices and wait until each has begun."""
    streams = []
    for number in devices:
        stream = opened.enter_context(socket.create_connection(("127.0.0.1", served.port)))
        stream.sendall(_head("GET", "/live", number) + b"Accept: text/event-stream\r\n\r\n")
        streams.append(stream)
    for stream in streams:
        came = b""
        while not came.endswith(b"\n\n\r\n"):
            part = stream.recv(65_536)
            assert part, came
            came += part
    return streams


def _poke(served: Served, streams: list[socket.socket], author: socket.socket, n: int) -> float:
    """Send an edit of what all streams hold; return the milliseconds until the last one has heard of it."""
    number = STREAMS + WARM_UP + 1
    now_ms = time.time_ns() // 1_000_000
    edit = edit_of(number, n, customer_of(0))
    request = {"protocol": 2, "schema": "", "device": number, "now": now_ms, "edits": [edit], "budget": 16_384}
    body = msgspec.json.encode(request)
    head = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    heard = b'"%b":[' % territory_bucket(territory_of(0)).encode()
    stream_by_file = {stream.fileno(): stream for stream in streams}
    with select.epoll() as poll:
        for file in stream_by_file:
            poll.register(file, select.EPOLLIN)
        begun = time.perf_counter()
        author.sendall(_head("POST", "/sync", number) + head + body)
        while stream_by_file:
            for file, _event in poll.poll(10, STREAMS):
                stream = stream_by_file[file]
                if heard in stream.recv(65_536):
                    poll.unregister(file)
                    del stream_by_file[file]
        spent = time.perf_counter() - begun
    assert author.recv(65_536).startswith(b"HTTP/1.1 200")
    return spent * 1_000


def _head(method: str, path: str, number: int) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: routebook_session={token_of(number)}\r\n".encode()

"""How the server's process answers on the wire."""

import socket
from collections.abc import Iterator

import pytest

from server.process import Process, process

__all__ = ["process"]


@pytest.fixture
def connection(process: Process) -> Iterator[socket.socket]:
    with process.serving(), socket.create_connection(("127.0.0.1", process.port), timeout=10) as opened:
        yield opened


def test_head_and_body_of_an_answer_come_together(connection: socket.socket) -> None:
    for _ in range(5):
        connection.sendall(b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head, _end, body = connection.recv(65_536).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK")
        assert body.startswith(b'{"status":"ok"')


def test_whoever_asks_first_whether_to_send_is_told_at_once(connection: socket.socket) -> None:
    connection.sendall(
        b"POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    )
    assert connection.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(b"{}")
    assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")


def test_a_head_that_was_written_before_is_the_same_and_ends_where_the_client_says_so(
    connection: socket.socket,
) -> None:
    asked = b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n"

    def head_and_body(more: bytes = b"") -> tuple[set[bytes], bytes]:
        connection.sendall(asked + more + b"\r\n")
        head, _end, body = connection.recv(65_536).partition(b"\r\n\r\n")
        return {line for line in head.split(b"\r\n") if not line.startswith(b"date: ")}, body

    first = head_and_body()
    assert b"content-length: %d" % len(first[1]) in first[0]
    assert [head_and_body() for _ in range(3)] == [first] * 3
    connection.sendall(asked.replace(b"GET", b"HEAD") + b"\r\n")
    assert connection.recv(65_536).endswith(b"\r\n\r\n"), "nor does a head that is known bring a body with it"
    assert head_and_body() == first
    connection.sendall(asked.replace(b"/api/health", b"/api/nothing") + b"\r\n")
    assert connection.recv(65_536).startswith(b"HTTP/1.1 404 ")
    head, body = head_and_body(b"Connection: close\r\n")
    assert (head, body) == ({*first[0], b"connection: close"}, first[1])
    assert connection.recv(1) == b""


def test_an_answer_without_a_body_comes_too(connection: socket.socket) -> None:
    connection.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert connection.recv(65_536).startswith(b"HTTP/1.1 200 OK")


def test_what_is_no_http_is_answered_and_cut(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
    assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")
    assert connection.recv(1) == b""

"""How the server's process answers on the wire."""

import socket
from collections.abc import Iterator

import pytest

from server.test_app_process import Process, process

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


def test_an_answer_without_a_body_comes_too(connection: socket.socket) -> None:
    connection.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert connection.recv(65_536).startswith(b"HTTP/1.1 200 OK")


def test_what_is_no_http_is_answered_and_cut(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
    assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")
    assert connection.recv(1) == b""

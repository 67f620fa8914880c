"""How the server's process answers on the wire."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from routebook_server.web.connection import MAX_HEAD
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


def test_much_that_is_no_http_is_answered_and_cut(connection: socket.socket) -> None:
    _send(connection, b"\x16\x03\x01" * MAX_HEAD)
    assert _answer(connection)[0].startswith(b"HTTP/1.1 400 ")


def _send(connection: socket.socket, said: bytes) -> None:
    """Send what is refused, and the connection cut, perhaps before the last of it is sent."""
    with contextlib.suppress(ConnectionError):
        connection.sendall(said)


def _answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Return head and body of what comes until the connection is closed."""
    said = b""
    try:
        while part := connection.recv(65_536):
            said += part
    except ConnectionResetError:
        pass  # we were not done yet
    head, _end, body = said.partition(b"\r\n\r\n")
    return head, body


def _assert_refused(connection: socket.socket) -> None:
    head, body = _answer(connection)
    assert head.startswith(b"HTTP/1.1 431 Request Header Fields Too Large")
    assert b"content-type: application/problem+json" in head
    assert b"x-content-type-options: nosniff" in head
    assert b"content-length: %d" % len(body) in head
    assert b'"status":431,"code":"too_large"' in body


ASKED = b"GET /api/session HTTP/1.1\r\nHost: localhost\r\nCookie: routebook_session="


def test_a_head_that_is_too_long_is_refused(connection: socket.socket) -> None:
    _send(connection, ASKED + b"q" * MAX_HEAD + b"\r\n\r\n")
    _assert_refused(connection)


def test_a_head_that_does_not_end_is_refused_as_soon_as_it_is_too_long(connection: socket.socket) -> None:
    connection.sendall(ASKED)
    for _ in range(MAX_HEAD // 1_024):
        connection.sendall(b"q" * 1_024)
    _assert_refused(connection)


def test_an_address_that_is_too_long_is_refused(connection: socket.socket) -> None:
    _send(connection, b"GET /" + b"q" * MAX_HEAD + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
    _assert_refused(connection)


def test_a_long_body_is_no_long_head(connection: socket.socket) -> None:
    body = b'{"email":"' + b"x" * 3 * MAX_HEAD + b'","password":"x"}'
    head = b"POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
    for _ in range(2):
        connection.sendall(head + b"%d\r\n\r\n" % len(body) + body)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 4")
    connection.sendall(ASKED + b"q" * (MAX_HEAD - 1_000) + b"\r\n\r\n")
    assert connection.recv(65_536).startswith(b"HTTP/1.1 401 ")


CHUNKED = (
    b"POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def test_what_follows_a_body_without_end_is_cut(connection: socket.socket) -> None:
    connection.sendall(CHUNKED + b"2\r\n{}\r\n0\r\nX: ")
    with contextlib.suppress(ConnectionError):
        for _ in range(100 * MAX_HEAD // 1_024):
            connection.sendall(b"q" * 1_024)
    assert _answer(connection)[0].startswith(b"HTTP/1.1 4")


def test_bodies_in_chunks_are_taken_one_after_the_other(connection: socket.socket) -> None:
    body = b'{"email":"' + b"x" * (MAX_HEAD + 1_000) + b'","password":"x"}'
    for _ in range(3):
        connection.sendall(CHUNKED)
        for part in (body, b""):
            connection.sendall(b"%x\r\n" % len(part) + part + b"\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 4")
    for _ in range(400):
        connection.sendall(CHUNKED + b"0\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 4")

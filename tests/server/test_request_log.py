"""The outermost layer: a client that has gone is no fault of anybody's."""

from typing import Any

import pytest

from routebook_server.web.request_log import RequestLog

SCOPE: Any = {"type": "http", "method": "GET", "path": "/live"}


async def answer(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x", "more_body": False})


async def receive() -> Any:
    return {"type": "http.request"}


def sender(error: Exception) -> Any:
    async def send(message: Any) -> None:
        raise error

    return send


async def test_writing_to_a_connection_that_has_just_been_closed_is_no_fault() -> None:
    gone = RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")
    await RequestLog(answer, bytes, lambda: 0.0)(SCOPE, receive, sender(gone))


async def test_any_other_fault_in_sending_is_one() -> None:
    with pytest.raises(RuntimeError, match="longer"):
        await RequestLog(answer, bytes, lambda: 0.0)(
            SCOPE, receive, sender(RuntimeError("Response content longer than Content-Length"))
        )

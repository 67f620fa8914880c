"""Listener: a client on a live stream, as the server sees it."""

import asyncio
from typing import Any, Final, Self

import msgspec

from routebook_server.gateway.actor import Actor
from routebook_server.gateway.live import Live

PATIENCE_S: Final = 30
"""A limit for what is waited for, not a time that anything should take."""


class Event(msgspec.Struct, frozen=True):
    """One event of a stream as a browser reads it."""

    id: bytes
    heads: dict[str, list[int]]


class Listener:
    """A client on a stream, as the server sees it: what it was sent, and a way to leave."""

    def __init__(self, live: Live, actor: Actor, last_id: bytes = b"") -> None:
        self._live = live
        self._actor = actor
        self._last_id = last_id
        self._gone = asyncio.Event()
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.may_send = asyncio.Event()
        self.may_send.set()
        self.retry_ms = 0

    async def __aenter__(self) -> Self:
        self.task = asyncio.create_task(self._live.serve(self._actor, self._receive, self._send, self._last_id))
        async with asyncio.timeout(PATIENCE_S):
            start = await self._sent.get()
        assert (start["type"], start["status"]) == ("http.response.start", 200)
        assert (b"content-type", b"text/event-stream; charset=utf-8") in start["headers"]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._gone.set()
        self.may_send.set()
        await self.ended()

    async def ended(self) -> None:
        """Wait until the request is over."""
        async with asyncio.timeout(PATIENCE_S):
            await self.task

    async def _receive(self) -> Any:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.may_send.wait()
        await self._sent.put(message)
        if message.get("more_body") is False:
            self._gone.set()

    async def part(self) -> bytes:
        """Return what comes next."""
        async with asyncio.timeout(PATIENCE_S):
            body: bytes = (await self._sent.get())["body"]
        if body.startswith(b"retry: "):
            retry, body = body.split(b"\n", 1)
            self.retry_ms = int(retry[7:])
        return body

    async def event(self) -> Event:
        """Return the next event of heads; the heartbeat with which a stream begins may stand before it."""
        body = await self.part()
        if body.startswith(b"event: heartbeat\n"):
            body = body.split(b"\n\n", 1)[1]
        number, event, data, end = body.split(b"\n", 3)
        assert (number[:4], event, data[:6], end) == (b"id: ", b"event: heads", b"data: ", b"\n")
        return Event(number[4:], msgspec.json.decode(data[6:]))

    async def heads(self) -> dict[str, list[int]]:
        """Return the heads in the next event."""
        return (await self.event()).heads

    def is_silent(self) -> bool:
        """Tell whether nothing more has come."""
        return self._sent.empty()

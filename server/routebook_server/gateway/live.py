"""Live: server-sent events that tell a device which of its buckets moved. It answers with an ordinary ``/sync``."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from litestar.types import Receive, Send

from routebook_server.gateway.actor import Actor
from routebook_server.records.buckets import Head
from routebook_server.records.heads import Subscription
from routebook_server.records.store import Store
from routebook_sync.messages import Problem

HEARTBEAT_S: Final = 20.0
"""Seconds without news after which a comment keeps proxies from closing the stream."""

_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # nginx would hold the lines back.
    (b"x-accel-buffering", b"no"),
]


def heads_event(heads: Mapping[str, Head]) -> bytes:
    """Return one event: the heads of the buckets that moved, ``{bucket: [epoch, seq]}``."""
    return b"event: heads\ndata: " + msgspec.json.encode(heads) + b"\n\n"


class LiveStream:
    """One device's stream; ends when the client leaves, the server closes, or the person's rights change."""

    def __init__(self, store: Store, actor: Actor, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._store = store
        self._actor = actor
        self._heartbeat_s = heartbeat_s

    async def run(self, receive: Receive, send: Send, actor_now: Callable[[], Awaitable[Actor | Problem]]) -> None:
        """Send events until the end. ``actor_now`` is asked again once in every ``heartbeat_s``, news or none."""
        with self._store.heads.subscribe(self._actor.buckets) as subscription:
            leaving = asyncio.create_task(_until_left(receive, subscription))
            try:
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                heads = await self._store.read_heads(self._actor.buckets)
                await _send(send, heads_event(heads))
                now = asyncio.get_running_loop().time
                due = now() + self._heartbeat_s
                while not subscription.ended:
                    moved = await subscription.next(due - now())
                    # News must not put the question off: rights may end while a bucket is never still.
                    if now() >= due and not subscription.ended:
                        if await actor_now() != self._actor:
                            break
                        due = now() + self._heartbeat_s
                        if not moved:
                            await _send(send, b": \n\n")
                    if moved:
                        await _send(send, heads_event(moved))
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            finally:
                leaving.cancel()


async def _until_left(receive: Receive, subscription: Subscription) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscription.end()


async def _send(send: Send, part: bytes) -> None:
    await send({"type": "http.response.body", "body": part, "more_body": True})

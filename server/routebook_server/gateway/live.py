"""Live: tells every open stream of this process which of its buckets moved. The device answers with a ``/sync``.

One task passes the news on, another looks whether rights have changed and keeps the streams awake; a stream costs its
request and nothing that runs. A head is written as JSON once, however many hear of it.

The id of an event is ``<process>.<buckets>.<number>``. A device that comes back with the last one it saw is told what
moved after that number; where process or buckets are others than then, all heads.
"""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

import msgspec
import structlog
from litestar.types import Receive, Send

from routebook_server.gateway.actor import Actor
from routebook_server.gateway.stream import News, Stream, heartbeat_of
from routebook_server.records.buckets import Head
from routebook_server.records.heads import Heads

HEARTBEAT_S: Final = 20.0
"""Seconds between two heartbeats; so often rights are asked for anyway."""
LOOK_S: Final = 0.5
"""Seconds between two looks whether rights have changed: longer no stream outlives them, in any process."""
RETRY_MS: Final = (1_000, 5_000)
"""Between these a device waits when it is cut off, each its own time: not all come back at once."""
_SLICE: Final = 256
"""Streams written to before somebody else has his turn."""

_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # nginx would hold the lines back.
    (b"x-accel-buffering", b"no"),
]
_log: Final = structlog.get_logger()


class Bearers(Protocol):
    """Who may come in; identity knows."""

    async def version(self) -> int:
        """Return a number that is another one as soon as somebody's rights may be others."""

    async def actors(self) -> Mapping[int, Actor]:
        """Return everybody who may come in now, by device."""


class Live:
    """The open streams of one process; belongs to one event loop.

    ``process`` tells this process from every other one and from itself before a restart (a few random bytes);
    ``read_heads`` returns where buckets stand.
    """

    def __init__(
        self,
        heads: Heads,
        read_heads: Callable[[Sequence[str]], Awaitable[Mapping[str, Head]]],
        bearers: Bearers,
        process: bytes,
        *,
        heartbeat_s: float = HEARTBEAT_S,
        look_s: float = LOOK_S,
    ) -> None:
        self._heads = heads
        self._read_heads = read_heads
        self._bearers = bearers
        self._process = process.hex().encode()
        self._heartbeat_s = heartbeat_s
        self._heartbeat = heartbeat_of(heartbeat_s)
        self._look_s = look_s
        self._stream_by_device: dict[int, Stream] = {}
        self._streams_by_bucket: dict[str, set[Stream]] = {}
        self._number = 0
        self._moved: dict[str, tuple[int, bytes]] = {}
        """By bucket, the number of the event that told of it last, and its head as that one told it."""

    @property
    def streams(self) -> int:
        """How many are open."""
        return len(self._stream_by_device)

    async def run(self) -> None:
        """Serve the streams until the heads are closed, then end them."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follow_heads(), name="live heads")
                tasks.create_task(self._follow_rights(), name="live rights")
        finally:
            for stream in list(self._stream_by_device.values()):
                stream.end()

    async def serve(self, actor: Actor, receive: Receive, send: Send, last_id: bytes = b"") -> None:
        """Answer one device's request: a stream until the device leaves, its rights change or the server closes.

        ``last_id`` is the last event that the device has seen, of this process or another one. A device has one
        stream; a newer one ends it.
        """
        place = b"%b.%08x." % (self._process, zlib.crc32(",".join(actor.buckets).encode()))
        stream = Stream(actor, send, place)
        # From here on it gathers what moves, so that nothing falls between what is read and what is told.
        self._open(stream)
        try:
            number = self._number
            heads = self._moved_since(stream, last_id)
            if heads is None:
                heads = _encode(await self._read_heads(actor.buckets))
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            shortest, longest = RETRY_MS
            retry_ms = shortest + actor.device * 7_919 % (longest - shortest)
            stream.begin(News(number, heads), retry_ms, self._heartbeat)
            if self._heads.closed:
                stream.end()
            # Ended from either side, the request is over for whoever waits for its next part.
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self._close(stream)

    def _open(self, stream: Stream) -> None:
        for bucket in stream.actor.buckets:
            self._streams_by_bucket.setdefault(bucket, set()).add(stream)
        older = self._stream_by_device.get(stream.actor.device)
        self._stream_by_device[stream.actor.device] = stream
        if older is not None:
            older.end()

    def _close(self, stream: Stream) -> None:
        for bucket in stream.actor.buckets:
            streams = self._streams_by_bucket[bucket]
            streams.discard(stream)
            if not streams:
                del self._streams_by_bucket[bucket]
        if self._stream_by_device.get(stream.actor.device) is stream:
            del self._stream_by_device[stream.actor.device]

    def _moved_since(self, stream: Stream, last_id: bytes) -> dict[str, bytes] | None:
        """Return the heads that moved after an event, None if that is not known."""
        if not last_id.startswith(stream.place):
            return None
        digits = last_id[len(stream.place) :]
        if not digits.isdigit() or len(digits) > len(str(self._number)) or int(digits) > self._number:
            return None
        found = ((bucket, self._moved.get(bucket)) for bucket in stream.actor.buckets)
        return {bucket: moved[1] for bucket, moved in found if moved is not None and moved[0] > int(digits)}

    # What goes on beside the requests

    async def _follow_heads(self) -> None:
        with self._heads.subscribe(None) as subscription:
            async for moved in subscription:
                await self._tell(moved)

    async def _tell(self, moved: Mapping[str, Head]) -> None:
        self._number += 1
        heads = _encode(moved)
        buckets_by_stream: dict[Stream, tuple[str, ...]] = {}
        for bucket, head in heads.items():
            self._moved[bucket] = (self._number, head)
            for stream in self._streams_by_bucket.get(bucket, ()):
                buckets_by_stream[stream] = (*buckets_by_stream.get(stream, ()), bucket)
        news = {
            buckets: News(self._number, {bucket: heads[bucket] for bucket in buckets})
            for buckets in set(buckets_by_stream.values())
        }
        for count, (stream, buckets) in enumerate(buckets_by_stream.items(), 1):
            stream.tell(news[buckets])
            if count % _SLICE == 0:
                await asyncio.sleep(0)

    async def _follow_rights(self) -> None:
        now = asyncio.get_running_loop().time
        checked, beat_at = -1, now() + self._heartbeat_s
        with self._heads.subscribe(()) as closing:
            while not closing.ended:
                await closing.next(max(0.0, min(self._look_s, beat_at - now())))
                is_due = now() >= beat_at
                if is_due:
                    beat_at = now() + self._heartbeat_s
                if self._stream_by_device and not closing.ended:
                    checked = await self._check_rights(checked, is_due=is_due)
                    if is_due:
                        await self._beat()

    async def _beat(self) -> None:
        for count, stream in enumerate(list(self._stream_by_device.values()), 1):
            stream.beat(self._heartbeat)
            if count % _SLICE == 0:
                await asyncio.sleep(0)

    async def _check_rights(self, checked: int, *, is_due: bool) -> int:
        """End the streams of those who are not who they were, if that may be; return the version looked at."""
        try:
            version = await self._bearers.version()
            if version != checked or is_due:
                actors = await self._bearers.actors()
                for stream in list(self._stream_by_device.values()):
                    if actors.get(stream.actor.device) != stream.actor:
                        stream.end()
        except Exception:  # noqa: BLE001 - whatever it was, the next look tries again; no stream tells rows
            _log.exception("rights could not be looked at")
            return checked
        return version


def _encode(heads: Mapping[str, Head]) -> dict[str, bytes]:
    """Return each head as a member of a JSON object."""
    return {bucket: msgspec.json.encode(bucket) + b":[%d,%d]" % head for bucket, head in heads.items()}

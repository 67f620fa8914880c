"""Stream: the open answer to one device's ``/live``. Whoever has news writes to it and never waits for it."""

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog
from litestar.types import Send

from routebook_server.gateway.actor import Actor

_log: Final = structlog.get_logger()


def heartbeat_of(seconds: float) -> bytes:
    """Return what fills silence, with the milliseconds after which the next one comes: write it once for all streams.

    It keeps proxies from closing the stream, finds out who is gone, and lets a device notice that nothing comes.
    """
    return b"event: heartbeat\ndata: %d\n\n" % round(seconds * 1_000)


class News:
    """Heads that moved together, by bucket, each as the JSON member ``"bucket":[epoch,seq]``; written for all once."""

    __slots__ = ("heads", "number", "text")

    def __init__(self, number: int, heads: Mapping[str, bytes]) -> None:
        self.number = number
        self.heads = heads
        self.text = b"%d\nevent: heads\ndata: {%b}\n\n" % (number, b",".join(heads.values()))
        """The event from its number on."""


class Stream:
    """One device's stream. Beside what the socket takes it holds at most one head for each bucket, however slow it is.

    ``place`` begins the ids of its events; the number of the news ends them (see ``Live``).
    """

    __slots__ = ("_is_over", "_is_waiting", "_missed", "_number", "_send", "_slow", "actor", "place")

    def __init__(self, actor: Actor, send: Send, place: bytes) -> None:
        self.actor = actor
        self.place = place
        self._send = send
        self._number = 0
        self._missed: dict[str, bytes] = {}
        self._is_waiting = True
        """Whether nothing can be written now: before the beginning, and while the socket takes no more."""
        self._slow: asyncio.Task[None] | None = None
        self._is_over = False

    def begin(self, news: News, retry_ms: int, heartbeat: bytes) -> None:
        """Send the first part: how soon the device may come again, a heartbeat, and the heads that it has not seen."""
        self._number = max(news.number, self._number)
        self._missed = {**news.heads, **self._missed}
        self._is_waiting = False
        self._write(b"retry: %d\n%b%b" % (retry_ms, heartbeat, self._take_missed() if self._missed else b""))
        if self._is_over and not self._is_waiting:
            self._write(b"")

    def tell(self, news: News) -> None:
        """Send what moved, at once or, of several, the last as soon as there is room."""
        if self._is_over:
            return
        if self._is_waiting:
            self._number = news.number
            self._missed.update(news.heads)
        else:
            self._write(b"id: " + self.place + news.text)

    def beat(self, heartbeat: bytes) -> None:
        """Send a heartbeat."""
        if not (self._is_waiting or self._is_over):
            self._write(heartbeat)

    def end(self) -> None:
        """End the answer, and with it the request."""
        if not self._is_over:
            self._is_over = True
            self._missed.clear()
            if not self._is_waiting:
                self._write(b"")

    def _take_missed(self) -> bytes:
        missed = News(self._number, self._missed)
        self._missed = {}
        return b"id: " + self.place + missed.text

    def _write(self, part: bytes) -> None:
        """Write without a task, as long as the socket takes it; an empty part is the last."""
        step = self._send({"type": "http.response.body", "body": part, "more_body": part != b""}).__await__()
        try:
            next(step)
        except StopIteration:
            return
        except Exception:  # noqa: BLE001 - whatever it was, it must not keep the news from the others
            _log.exception("a live stream failed", device=self.actor.device)
            self._is_over = True
            return
        # It waits for room, and has written nothing yet: a task begins anew.
        step.close()
        self._is_waiting = True
        self._slow = asyncio.create_task(self._write_slowly(part), name="slow live stream")

    async def _write_slowly(self, part: bytes) -> None:
        await self._send({"type": "http.response.body", "body": part, "more_body": part != b""})
        while self._missed:
            await self._send({"type": "http.response.body", "body": self._take_missed(), "more_body": True})
        self._is_waiting = False
        self._slow = None
        if self._is_over and part:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

"""Heads: tells whoever listens how far each bucket has been written, as soon as it is committed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Self

from routebook_server.records.buckets import NO_HEAD, Head


class Heads:
    """Passes on the heads of buckets to subscribers in this process; belongs to one event loop."""

    def __init__(self) -> None:
        self._subscribers: set[Subscription] = set()
        self._known: dict[str, Head] = {}
        self.closed = False

    def publish(self, heads: Mapping[str, Head]) -> None:
        """Tell every subscriber of those buckets that stand further than was told; call after the commit. Never waits.

        What this process committed is heard again from the database, and what others commit may come in any order.
        """
        moved = {bucket: head for bucket, head in heads.items() if head > self._known.get(bucket, NO_HEAD)}
        if not moved:
            return
        self._known.update(moved)
        for subscription in self._subscribers:
            subscription.offer(moved)

    def subscribe(self, buckets: Collection[str] | None) -> "Subscription":
        """Return a subscription to these buckets, None for all; it must be closed, or used by ``with``."""
        subscription = Subscription(self, None if buckets is None else frozenset(buckets))
        self._subscribers.add(subscription)
        if self.closed:
            subscription.end()
        return subscription

    def close(self) -> None:
        """End every subscription; for shutting down."""
        self.closed = True
        for subscription in list(self._subscribers):
            subscription.end()

    def forget(self, subscription: "Subscription") -> None:
        """Stop telling this subscriber."""
        self._subscribers.discard(subscription)

    @property
    def subscribers(self) -> int:
        """How many listen now."""
        return len(self._subscribers)


class Subscription:
    """One listener. Holds at most one head for each bucket, so that a slow one costs no more than its buckets."""

    def __init__(self, heads: Heads, buckets: frozenset[str] | None) -> None:
        self._heads = heads
        self._buckets = buckets
        self._waiting: dict[str, Head] = {}
        self._arrived = asyncio.Event()
        self._over = asyncio.Event()

    def offer(self, heads: Mapping[str, Head]) -> None:
        """Take what concerns this listener."""
        for bucket, head in heads.items():
            if self._buckets is None or bucket in self._buckets:
                self._waiting[bucket] = head
                self._arrived.set()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._over.is_set()

    def end(self) -> None:
        """Wake the listener for the last time."""
        self._over.set()
        self._arrived.set()

    async def rest(self, seconds: float) -> None:
        """Let heads gather for so long; return at once at the end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()

    async def next(self, timeout_s: float | None = None) -> dict[str, Head]:
        """Return the heads that moved since the last call, waiting for one; {} after ``timeout_s`` or at the end."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._arrived.wait()
        except TimeoutError:
            return {}
        self._arrived.clear()
        arrived, self._waiting = self._waiting, {}
        return arrived

    def close(self) -> None:
        """Stop listening."""
        self._heads.forget(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    async def __aiter__(self) -> AsyncIterator[dict[str, Head]]:
        """Yield what moved until the end."""
        while not self.ended:
            yield await self.next()

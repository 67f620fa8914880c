"""Sink: a push service in a process of its own, which decrypts and verifies every message, and counts."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from server.push_service import Browser, PushService


class Seen(NamedTuple):
    """What came until now."""

    messages: int
    ids: int
    """Different ones."""
    faults: list[str]


class Sink:
    """Speaks with the process."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.origin: str = connection.recv()
        self.subscription: dict[str, str] = connection.recv()
        """One browser's keys, for all devices."""

    def begin(self, key: str) -> None:
        """Take messages that are signed with this key, and forget those before."""
        self._connection.send(key)
        assert self._connection.recv() is None

    def seen(self) -> Seen:
        """Return what came."""
        self._connection.send(None)
        found: Seen = self._connection.recv()
        return found


class _Everybody(dict[str, Browser]):
    """One browser for every name."""

    def __missing__(self, name: str) -> Browser:
        return self["everybody"]


async def _serve(connection: Connection) -> None:
    service = PushService()
    service.browsers = _Everybody()
    loop = asyncio.get_running_loop()
    async with service.running():
        connection.send(service.origin)
        connection.send(service.browser("everybody").subscription())
        while True:
            try:
                asked: Any = await loop.run_in_executor(None, connection.recv)
            except EOFError:
                return
            if asked is None:
                ids = {message.payload["id"] for message in service.messages}
                connection.send(Seen(len(service.messages), len(ids), service.faults[:3]))
            else:
                service.key = asked
                service.messages.clear()
                connection.send(None)


def _run(connection: Connection) -> None:
    asyncio.run(_serve(connection))


@contextmanager
def open_sink() -> Iterator[Sink]:
    """Run a sink."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Sink(ours)
    finally:
        ours.close()
        process.join(10)
        process.kill()

"""Area: what it gains that pushes which wait share a transaction, with every commit on the disk."""

import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.line import Line, at_least
from bench.served import customer_of, edit_of, person_of, settle, territory_of
from routebook_server.database import open_sqlite
from routebook_server.gateway.actor import Actor
from routebook_server.records.buckets import territory_bucket
from routebook_server.records.heads import Heads
from routebook_server.records.push import Push, Pushed
from routebook_server.records.store import Store
from routebook_sync.entities.person import Role

DEVICES: Final = 32
PUSHES: Final = 960
ROUNDS: Final = 5


class OneByOne(Store):
    """The store without what is measured: a transaction for each push."""

    def _take(self) -> list[tuple[Push, asyncio.Future[Pushed]]]:
        taken, self._waiting = self._waiting[:1], self._waiting[1:]
        return taken


def run() -> Iterator[Line]:
    """Yield the pushes a second of 32 devices at once by those with a transaction each."""
    # The folder of the project, not that of temporary files, which may be in memory.
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        yield at_least("group_commit_gain", asyncio.run(_measure(Path(folder))), "ratio", 2.5)


async def _measure(folder: Path) -> float:
    path = folder / "commits.db"
    settle(path, DEVICES, DEVICES)
    database = open_sqlite(path)
    numbers: dict[int, Iterator[int]] = {device: itertools.count(1) for device in range(1, DEVICES + 1)}
    together, one_by_one = (kind(database, lambda: time.time_ns() // 1_000_000, Heads()) for kind in (Store, OneByOne))
    try:
        gains = []
        for _ in range(ROUNDS + 1):
            alone_s = await _push(one_by_one, numbers)
            gains.append(alone_s / await _push(together, numbers))
        return statistics.median(gains[1:])
    finally:
        await database.close()


async def _push(store: Store, numbers: dict[int, Iterator[int]]) -> float:
    """Return the seconds in which every device sends its share, an edit in each push, each after the one before."""

    async def send(device: int) -> None:
        place = device % DEVICES
        author = Actor(person_of(device), Role.REP, device, (territory_bucket(territory_of(place)),))
        for _ in range(PUSHES // DEVICES):
            await store.push(Push(author, [edit_of(device, next(numbers[device]), customer_of(place))]))

    begun = time.perf_counter()
    await asyncio.gather(*map(send, numbers))
    return time.perf_counter() - begun

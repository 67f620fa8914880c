"""Area: ten thousand reminders of one minute, each to a device of its own, and a push service that reads them all."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from bench.line import Line, at_most
from bench.served import customer_of, person_of, settle, territory_of
from bench.sink import Sink, open_sink
from routebook_server.app import Application, create_app
from routebook_server.database import driver_of
from routebook_server.database.address import sqlite_path
from routebook_server.database.driver import insert
from routebook_server.records.buckets import territory_bucket
from routebook_server.reminders.tables import push_subscription
from routebook_server.settings import Settings
from routebook_server.web.site import empty_site
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.identifier import new_id
from routebook_sync.messages import Row

DUE: Final = 10_000
TERRITORIES: Final = 100
ROUNDS: Final = 5
WARM_UP: Final = 500
HOUR_MS: Final = 3_600_000
_STORE: Final = insert(push_subscription, "device", "endpoint", "p256dh", "auth", "renewed")


class Clockwork:
    """A clock that is set by hand; it begins at noon, when nobody sleeps."""

    def __init__(self) -> None:
        self.now_ms = time.time_ns() // 1_000_000 // 86_400_000 * 86_400_000 + 12 * HOUR_MS

    def __call__(self) -> int:
        return self.now_ms


def run() -> Iterator[Line]:
    """Yield the time from the minute's beginning until every reminder is sent and written down."""
    # The folder of the project, not that of temporary files, which may be in memory.
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name, open_sink() as sink:
        seconds, cpu = asyncio.run(_measure(Path(name), sink))
        yield at_most("reminders_10000_due", statistics.median(seconds), "s", 60)
        yield at_most("reminders_10000_due_cpu_us", statistics.median(cpu) * 1e6 / DUE, "us", 4_000)


async def _measure(folder: Path, sink: Sink) -> tuple[list[float], list[float]]:
    settings = Settings(data=folder, push_anywhere=True)
    settle(sqlite_path(settings.address), DUE, TERRITORIES)
    clock = Clockwork()
    application = create_app(settings, clock=clock, site=empty_site())
    reminding = application.reminders.reminding
    seconds, cpu = [], []
    try:
        await application.database.write(lambda connection: _subscribe(connection, sink))
        key = (await reminding.keys.keys()).public
        sent = 0
        for number, count in enumerate([WARM_UP, *[DUE] * ROUNDS]):
            clock.now_ms += HOUR_MS // 4
            await application.store.load(_tasks(number, count, clock.now_ms))
            clock.now_ms -= 60_000
            await reminding.follower.catch_up()
            clock.now_ms += 60_000
            sink.begin(key)
            begun, begun_cpu = time.perf_counter(), time.process_time()
            await reminding.work()
            seconds.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - begun_cpu)
            seen = sink.seen()
            sent += count
            assert seen == (count, count, []), (seen, await _states(application))
            assert await _states(application) == {"sent": sent}
    finally:
        await application.close()
    return seconds[1:], cpu[1:]


def _subscribe(connection: Connection, sink: Sink) -> None:
    keys = (sink.subscription["p256dh"], sink.subscription["auth"], 0)
    rows = [(device, f"{sink.origin}/push/{device}", *keys) for device in range(1, DUE + 1)]
    driver_of(connection).store(_STORE, rows)


def _tasks(number: int, count: int, due_ms: int) -> Iterator[tuple[str, Row]]:
    stamp = stamp_from_clock(Clock(due_ms - HOUR_MS, 0, 0))
    for device in range(1, count + 1):
        territory = device % TERRITORIES
        customer = customer_of(territory)
        record = new_id(due_ms - HOUR_MS, (number * DUE + device).to_bytes(10))
        about = {"title": f"Call {device} back", "person": person_of(device), "customer": customer}
        values: dict[str, Any] = {**about, "type": "call", "status": "open", "remind_at": due_ms}
        yield territory_bucket(territory_of(territory)), Row("task", record, customer, v=values, s={stamp: []})


async def _states(application: Application) -> dict[str, int]:
    select = "SELECT trim(state || ' ' || problem), count(*) FROM delivery GROUP BY 1"
    return {str(state): int(count) for state, count in await application.database.fetch(select)}

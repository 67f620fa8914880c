"""Under sixteen pushers, with commits that take time and fail, no reader's cursor ever passes a row by (SPEC R31).

The control takes its numbers as one would without thinking, before the commit, and loses rows: so the hammer hits.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable
from itertools import count
from random import Random
from typing import Any, Final, TypeVar

import msgspec
import pytest
from sqlalchemy import Connection

from routebook_server.database import Database, UnavailableDatabaseError, driver_of, open_database
from routebook_server.database.address import is_postgres
from routebook_server.records.pages import Asked
from routebook_server.records.push import Push, Pushed
from routebook_server.records.store import Store, UnavailableError
from routebook_server.records.verify import bucket_names, verify_bucket
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.messages import MIN_BUDGET, Edit
from server.devices import BAKERY, CHEMIST, MIRA, NOON, NORTH, SOUTH, Team, make_id, open_team

SEED: Final = int(os.environ.get("SEED", "1"))
PUSHERS, READERS, PROCESSES = 16, 8, 4
PUSHES, EDITS = 10, 3
SLOWEST_MS: Final = 8
FAILURES: Final = 0.1
HANGING: Final = 0.3
BUCKETS: Final = (f"t:{NORTH}", f"t:{SOUTH}")
T = TypeVar("T")


@pytest.fixture(autouse=True)
def replay(request: pytest.FixtureRequest) -> None:
    """Print the line that repeats the run; pytest shows it when the test fails."""
    print(f"SEED={SEED} pytest tests/server/test_hammer.py -k '{request.node.name}'")  # noqa: T201


class Dawdling:
    """A database as the store knows it, whose commits take up to ``SLOWEST_MS`` and fail now and then."""

    def __init__(self, database: Database, random: Random) -> None:
        self._database = database
        self._random = random
        self.rolled_back = 0

    async def write(self, work: Callable[[Connection], T], *, locking: bool = False) -> T:
        """Work, wait, and commit or not."""
        delay_s, fails = self._random.random() * SLOWEST_MS / 1_000, self._random.random() < FAILURES

        def dawdle(connection: Connection) -> T:
            done = work(connection)
            wait(connection, delay_s)
            if fails:
                self.rolled_back += 1
                raise UnavailableDatabaseError("planted: the commit fails")
            return done

        return await self._database.write(dawdle, locking=locking)

    def __getattr__(self, name: str) -> Any:
        """Read as ever."""
        return getattr(self._database, name)


def wait(connection: Connection, delay_s: float) -> None:
    """Let time pass inside a transaction, without holding up those beside it."""
    driver = driver_of(connection)
    if driver.is_shared:
        driver.fetch("SELECT pg_sleep(?)", delay_s)
    else:
        time.sleep(delay_s)


@contextlib.asynccontextmanager
async def stores(address: str) -> AsyncIterator[tuple[Team, list[Store], list[Dawdling]]]:
    """Yield a team, and stores as several processes have them; on SQLite it is one."""
    random = Random(SEED)
    async with open_team(address) as team:
        others = [open_database(address) for _ in range(PROCESSES - 1)] if team.database.is_shared else []
        slow = [Dawdling(database, random) for database in (team.database, *others)]
        found: list[Any] = [Store(database, team.clock, team.heads) for database in slow]  # type: ignore[arg-type]
        try:
            yield team, found, slow
        finally:
            for store in found:
                await store.close()
            for database in others:
                await database.close()


async def push_all(found: list[Store], team: Team, device: int, random: Random) -> None:
    """Make visits and change some again, in both buckets; what fails is sent once more, as a device would."""
    team.person_by_device[device] = MIRA
    numbers = count(1)
    made: list[tuple[str, str]] = []
    for turn in range(PUSHES):
        edits = []
        for _ in range(EDITS):
            n = next(numbers)
            at = stamp_from_clock(Clock(NOON - 100_000 + turn * 100 + n, 0, device))
            if made and random.random() < 0.4:
                record, root = random.choice(made)
                edits.append(Edit(n, "visit", record, root, {"note": f"Again {n}"}, at))
            else:
                record, root = make_id(device * 1_000 + n), random.choice((BAKERY, CHEMIST))
                made.append((record, root))
                edits.append(Edit(n, "visit", record, root, {"customer": root, "person": MIRA, "status": "open"}, at))
        await deliver(found, team, device, edits, random)


async def deliver(found: list[Store], team: Team, device: int, edits: list[Edit], random: Random) -> None:
    """Send edits until one request with all of them was answered.

    Now and then a part of them goes ahead to another process, and is under way still: as of a phone whose first request
    hangs, and which has more to send by the time that it tries again.
    """
    while True:
        requests = [found[device % len(found)].push(Push(team.actor(device), list(edits)))]
        if random.random() < HANGING:
            part = edits[: random.randint(1, len(edits))]
            requests.insert(0, random.choice(found).push(Push(team.actor(device), list(part))))
        answers = await asyncio.gather(*requests, return_exceptions=True)
        for failure in answers:
            if isinstance(failure, BaseException) and not isinstance(failure, UnavailableError):
                raise failure
        if isinstance(answers[-1], Pushed):
            return


async def read_on(store: Store, team: Team, device: int, done: asyncio.Event) -> dict[str, bytes]:
    """Follow both buckets to the end; return the last row seen of each record."""
    team.person_by_device[device] = MIRA
    cursors: dict[str, list[int]] = {}
    rows: dict[str, bytes] = {}
    while True:
        last = done.is_set()
        page = await store.pull(Asked(device, BUCKETS, cursors, MIN_BUDGET))
        for parts in page.rows.values():
            found = b",".join(part for part in parts if isinstance(part, bytes))
            for raw in msgspec.json.decode(b"[" + found + b"]", type=list[msgspec.Raw]):
                rows[msgspec.json.decode(raw)["i"]] = bytes(raw)
        cursors = page.cursors
        if last and not page.more:
            return rows
        await asyncio.sleep(0)  # a database that is near answers without letting anybody else go on


async def test_no_reader_misses_a_row_under_sixteen_pushers(address: str) -> None:
    async with stores(address) as (team, found, slow):
        done = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            readers = [tasks.create_task(read_on(found[n % len(found)], team, 500 + n, done)) for n in range(READERS)]
            await asyncio.gather(*(push_all(found, team, 1 + n, Random(SEED * 100 + n)) for n in range(PUSHERS)))
            done.set()
        seen = [reader.result() for reader in readers]

        stored = await team.read("SELECT id, doc, bucket, seq FROM record WHERE bucket IN (?*)", list(BUCKETS))
        for rows in seen:
            assert rows == {record: doc.encode() for record, doc, _bucket, _seq in stored}
        assert await team.read("SELECT pushed FROM replica WHERE device <= 16") == [(PUSHES * EDITS,)] * PUSHERS
        assert await team.read("SELECT count(*) FROM history WHERE device <= 16 AND device > 0") == [
            (PUSHES * EDITS * PUSHERS,)
        ], "each edit was taken once"
        assert sum(database.rolled_back for database in slow) > 0
        for bucket in BUCKETS:
            head = (await team.store.read_heads([bucket]))[bucket]
            assert head.seq == max(seq for _id, _doc, name, seq in stored if name == bucket)


async def test_numbers_taken_before_the_commit_let_readers_miss_rows(address: str) -> None:
    random = Random(SEED)
    database = open_database(address)
    numbers, done = count(1), asyncio.Event()

    def make(connection: Connection) -> None:
        driver_of(connection).execute("CREATE TABLE control (number BIGINT PRIMARY KEY)")
        if driver_of(connection).is_shared:
            driver_of(connection).execute("CREATE SEQUENCE plain")

    async def write() -> None:
        for _ in range(PUSHES * 2):
            delay_s, taken = random.random() * SLOWEST_MS / 1_000, next(numbers)
            if not is_postgres(address):
                await asyncio.sleep(delay_s)

            def store(connection: Connection, taken: int = taken, delay_s: float = delay_s) -> None:
                driver = driver_of(connection)
                if driver.is_shared:
                    driver.execute("INSERT INTO control (number) SELECT nextval('plain')")
                    wait(connection, delay_s)
                else:
                    driver.execute("INSERT INTO control (number) VALUES (?)", taken)

            await database.write(store, locking=True)

    async def read() -> int:
        cursor, seen = 0, 0
        while True:
            last = done.is_set()
            sql = "SELECT number FROM control WHERE number > ? ORDER BY number"
            rows = await database.read(lambda c: driver_of(c).fetch(sql, cursor))  # noqa: B023 - awaited at once
            seen += len(rows)
            cursor = rows[-1][0] if rows else cursor
            if last:
                return seen

    try:
        await database.write(make)
        async with asyncio.TaskGroup() as tasks:
            readers = [tasks.create_task(read()) for _ in range(READERS)]
            await asyncio.gather(*(write() for _ in range(PUSHERS)))
            done.set()
        seen = [reader.result() for reader in readers]
        assert min(seen) < PUSHERS * PUSHES * 2, "the hammer does not hit"
    finally:
        await database.close()


@pytest.mark.parametrize("address", ["postgres"], indirect=True)
async def test_pushes_that_move_customers_about_end_in_one_order(address: str) -> None:
    async with stores(address) as (team, found, _slow):

        async def move(device: int, customer: str, random: Random) -> None:
            team.person_by_device[device] = MIRA
            for n in range(1, 9):
                at = stamp_from_clock(Clock(NOON - 50_000 + n * 100 + device, 0, device))
                edit = Edit(n, "customer", customer, customer, {"territory": random.choice((NORTH, SOUTH))}, at)
                while True:
                    try:
                        await found[device % len(found)].push(Push(team.actor(device), [edit]))
                        break
                    except UnavailableError:
                        continue

        writing = [push_all(found, team, 30 + n, Random(SEED + n)) for n in range(4)]
        moving = [move(60 + n, (BAKERY, CHEMIST)[n % 2], Random(SEED * 7 + n)) for n in range(4)]
        await asyncio.gather(*writing, *moving)

        places = await team.read("SELECT root, kind, bucket FROM record WHERE root IN (?*)", [BAKERY, CHEMIST])
        assert len({(root, bucket) for root, _kind, bucket in places}) == 2, "an aggregate lives in one bucket"
        assert await team.store.database.read(faults) == []


def faults(connection: Connection) -> list[Any]:
    """Return what the checksums of all buckets find wrong."""
    return [fault for name in bucket_names(connection) for fault in verify_bucket(connection, name)]

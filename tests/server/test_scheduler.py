"""What only one process may do is done by one, and by another one when that is gone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from functools import partial

from sqlalchemy import Connection

from routebook_server.database import Database, driver_of, open_database
from routebook_server.database.lease import release_lease, take_lease
from routebook_server.scheduler import Scheduler

LASTS_MS = 3_000


async def take(database: Database, holder: str) -> bool:
    def work(connection: Connection) -> bool:
        return take_lease(connection, "watch", holder, LASTS_MS)

    return await database.write(work)


async def pass_by(database: Database, passed_ms: int) -> None:
    """Let every lease be as it is when so much time has passed; less than none, as when the clock went back."""
    await database.write(partial(age, passed_ms=passed_ms))


def age(connection: Connection, passed_ms: int) -> None:
    driver_of(connection).execute("UPDATE lease SET until = until - ?", passed_ms)


def steal(connection: Connection) -> bool:
    """Let the scheduler's lease run out, and take it."""
    age(connection, LASTS_MS)
    return take_lease(connection, "scheduler", "thief", LASTS_MS)


@contextlib.asynccontextmanager
async def opened(address: str) -> AsyncIterator[Database]:
    database = open_database(address)
    try:
        yield database
    finally:
        await database.close()


class Worker:
    """A scheduler as one process has it, with a job that lasts, and faults at will."""

    def __init__(self, database: Database, name: str, faults: int = 0) -> None:
        self.working, self.resting = asyncio.Event(), asyncio.Event()
        self.begun = 0
        self._faults = faults
        self._ended = asyncio.Event()
        self.scheduler = Scheduler(database, name, {"work": self._work}, lasts_ms=LASTS_MS, rest_s=0)
        self.task = asyncio.create_task(self.scheduler.run())

    async def _work(self) -> None:
        self.begun += 1
        self.resting.clear()
        self.working.set()
        try:
            if self.begun <= self._faults:
                raise ZeroDivisionError
            await self._ended.wait()
        finally:
            self.working.clear()
            self.resting.set()

    async def close(self) -> None:
        """Stop as a server does that was asked to."""
        self.scheduler.close()
        self._ended.set()
        await self.task

    async def kill(self) -> None:
        """Stop without letting go of anything."""
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


async def test_a_lease_is_one_holders_until_it_runs_out_or_is_given_back(address: str) -> None:
    async with opened(address) as database:
        assert await take(database, "first")
        assert not await take(database, "second")
        await pass_by(database, LASTS_MS // 2)
        assert await take(database, "first"), "renewed"
        await pass_by(database, LASTS_MS // 2)
        assert not await take(database, "second")
        await pass_by(database, LASTS_MS // 2)
        assert await take(database, "second"), "run out"
        assert not await take(database, "first")
        await database.write(partial(release_lease, name="watch", holder="first"))
        assert not await take(database, "third"), "nobody gives back what is not his"
        await database.write(partial(release_lease, name="watch", holder="second"))
        assert await take(database, "third")


async def test_a_lease_from_a_clock_that_has_gone_back_holds_up_nobody(address: str) -> None:
    async with opened(address) as database:
        assert await take(database, "first")
        await pass_by(database, -30 * 86_400_000)
        assert await take(database, "second")
        assert not await take(database, "first")


async def test_of_many_who_want_a_lease_at_once_one_gets_it(address: str) -> None:
    async with opened(address) as database:
        taken = await asyncio.gather(*(take(database, f"process {n}") for n in range(12)))
        assert sorted(taken) == [False] * 11 + [True]


async def test_the_job_of_a_killed_process_goes_on_in_another_one(postgres_address: str) -> None:
    async with opened(postgres_address) as one, opened(postgres_address) as other:
        first = Worker(one, "first")
        await first.working.wait()
        second = Worker(other, "second")
        await first.kill()
        assert not second.working.is_set(), "the lease still stands"
        await pass_by(other, LASTS_MS)
        async with asyncio.timeout(20):
            await second.working.wait()
        await second.close()


async def test_a_process_that_is_asked_to_stop_lets_another_one_go_on_at_once(postgres_address: str) -> None:
    async with opened(postgres_address) as one, opened(postgres_address) as other:
        first = Worker(one, "first")
        await first.working.wait()
        second = Worker(other, "second")
        await first.close()
        async with asyncio.timeout(20):
            await second.working.wait()
        assert first.begun == second.begun == 1
        await second.close()


async def test_a_fault_of_the_database_that_is_no_outage_delays_the_job_and_ends_nothing(postgres_address: str) -> None:
    def rename(name: str, new: str) -> Callable[[Connection], None]:
        return lambda connection: driver_of(connection).execute(f"ALTER TABLE {name} RENAME TO {new}")

    async with opened(postgres_address) as database:
        worker = Worker(database, "first")
        await worker.working.wait()
        await database.write(rename("lease", "away"))
        async with asyncio.timeout(20):
            await worker.resting.wait()
        await database.write(rename("away", "lease"))
        async with asyncio.timeout(20):
            await worker.working.wait()
        await database.write(rename("lease", "away"))
        await worker.close()
        assert worker.begun == 2


async def test_a_process_that_lost_the_lease_leaves_the_job_alone(postgres_address: str) -> None:
    async with opened(postgres_address) as database:
        worker = Worker(database, "worker")
        await worker.working.wait()
        # As if it had stood still for so long; at once, or it would renew the lease before it is taken.
        assert await database.write(steal)
        async with asyncio.timeout(20):
            await worker.resting.wait()
        await worker.close()


async def test_a_job_that_met_a_fault_is_begun_again(address: str) -> None:
    async with opened(address) as database:
        worker = Worker(database, "alone", faults=1)
        async with asyncio.timeout(20):
            await worker.resting.wait()
            await worker.working.wait()
        assert worker.begun == 2
        await worker.close()

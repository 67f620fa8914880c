"""Scheduler: runs what only one process of a database may do, in whichever holds the lease.

A process that dies lets the lease run out; another one takes it then and goes on. Two may do the same for some seconds
(one stood still and wakes up): every step of a job must be a transaction that bears being done twice.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final, TypeAlias, TypeVar

import structlog
from sqlalchemy import Connection

from routebook_server.database import Database
from routebook_server.database.lease import release_lease, take_lease

LEASE: Final = "scheduler"
LASTS_MS: Final = 15_000
REST_S: Final = 5.0
"""How long after a fault a job is begun again."""

T = TypeVar("T")
Job: TypeAlias = Callable[[], Awaitable[None]]
"""Runs until there is nothing left to do in this process; may be cancelled between any two steps."""

_log = structlog.get_logger()


class Scheduler:
    """Runs jobs, by name, while this process holds the lease; on a database of one process from the start.

    ``holder`` tells this process from every other one.
    """

    def __init__(
        self,
        database: Database,
        holder: str,
        jobs: Mapping[str, Job],
        *,
        lasts_ms: int = LASTS_MS,
        rest_s: float = REST_S,
    ) -> None:
        self._database = database
        self._holder = holder
        self._jobs = jobs
        self._lasts_ms = lasts_ms
        self._rest_s = rest_s
        self._closing = asyncio.Event()
        self.leads = False
        """Whether the jobs run here."""

    async def run(self) -> None:
        """Run the jobs whenever it is this process's turn, until ``close``; then let them end."""
        if not self._database.is_shared:
            await self._lead(self._closing.wait)
            return
        while not self._closing.is_set():
            if await self._take():
                await self._lead(self._hold)
            await self._rest(self._lasts_ms / 3_000)
        await self._ask(partial(release_lease, name=LEASE, holder=self._holder))

    def close(self) -> None:
        """Begin nothing more; whoever closes ends what the jobs wait for."""
        self._closing.set()

    async def _take(self) -> bool:
        return bool(await self._ask(partial(take_lease, name=LEASE, holder=self._holder, lasts_ms=self._lasts_ms)))

    async def _ask(self, work: Callable[[Connection], T]) -> T | None:
        """Do something with the lease; None after a fault, which is logged and must not end the jobs for good."""
        try:
            return await self._database.write(work)
        except Exception as error:  # noqa: BLE001 - a right that was taken away may be given back as an outage ends
            _log.warning("the lease cannot be asked for", exc_info=error)
            return None

    async def _hold(self) -> None:
        """Renew the lease until it is lost or this process closes."""
        while not self._closing.is_set() and await self._take():
            await self._rest(self._lasts_ms / 3_000)

    async def _lead(self, hold: Callable[[], Awaitable[object]]) -> None:
        self.leads = True
        tasks = [asyncio.create_task(self._keep(name, job), name=name) for name, job in self._jobs.items()]
        try:
            await hold()
        finally:
            self.leads = False
            if not self._closing.is_set():
                for task in tasks:
                    task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, name: str, job: Job) -> None:
        """Run a job to its end; a fault delays it and is logged."""
        while not self._closing.is_set():
            try:
                await job()
            except Exception:  # noqa: BLE001 - whatever it was, the documents are whole and a job can catch up
                _log.exception("a job failed; it goes on shortly", job=name)
                await self._rest(self._rest_s)
            else:
                return

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

"""Presence: when each device was here and what it last told of itself; and the end of one that was wiped.

Written a little later, for many devices at once.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy import Connection

from routebook_server.database import UNAVAILABLE, Database
from routebook_server.gateway.actor import Actor
from routebook_server.identity.devices import keep_report, revoke_device
from routebook_server.identity.sessions import touch_session
from routebook_sync.messages import DeviceReport, SyncRequest

WRITTEN_EVERY_MS: Final = 60_000
"""A changed report is written at most this often."""
GATHERED_S: Final = 2.0
"""How long what is new waits for that of other devices: one transaction writes it all, and no request waits for it."""

_log: Final = structlog.get_logger()


class Presence:
    """Keeps devices' reports and last uses; belongs to one event loop.

    What the last two seconds brought may be lost with the process: nobody was promised it. It remembers which reports
    it took; a restart costs each device one write.
    """

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock
        self._taken: dict[int, tuple[int, DeviceReport]] = {}
        self._uses: dict[int, tuple[str, int]] = {}
        self._reports: dict[int, DeviceReport] = {}
        self._due: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()

    def was_here(self, device: int, token: str, now_ms: int) -> None:
        """Take that a device was here with this session, which lasts longer for it."""
        self._uses[device] = (token, now_ms)
        self._write_soon()

    async def note(self, actor: Actor, request: SyncRequest) -> None:
        """Take the report of a sync request, if it has one; a wiped device with nothing left to send has ended."""
        report, now_ms = request.report, self._clock()
        nothing_waits = report.waiting == 0 if report is not None else not request.edits
        if actor.wiped and not actor.handed_over and nothing_waits:
            await self._database.write(lambda connection: revoke_device(connection, actor.device, now_ms))
        if report is None:
            return
        taken_at, taken = self._taken.get(actor.device, (now_ms - WRITTEN_EVERY_MS, None))
        if report == taken or now_ms - taken_at < WRITTEN_EVERY_MS:
            return
        self._taken[actor.device] = (now_ms, report)
        self._reports[actor.device] = report
        self._write_soon()

    async def write(self) -> None:
        """Write what waits, for whoever wants to read it."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        uses, self._uses = self._uses, {}
        reports, self._reports = self._reports, {}

        def work(connection: Connection) -> None:
            for device in sorted(uses.keys() | reports.keys()):
                if device in uses:
                    token, at_ms = uses[device]
                    touch_session(connection, token, device, at_ms)
                if device in reports:
                    keep_report(connection, device, reports[device])

        if uses or reports:
            await self._database.write(work)

    def _write_soon(self) -> None:
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(GATHERED_S, self._begin)

    def _begin(self) -> None:
        self._due = None
        writing = asyncio.create_task(self._try_to_write(), name="presence")
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)

    async def _try_to_write(self) -> None:
        try:
            await self.write()
        except UNAVAILABLE as error:
            _log.error("when devices were here could not be written", exc_info=error)

    async def close(self) -> None:
        """Write what waits."""
        await asyncio.gather(*self._writing)
        await self._try_to_write()

"""Presence: when each device was here and what it last told of itself; and the end of one that was wiped.

Written a little later, for many devices at once.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import structlog
from sqlalchemy import Connection

from routebook_server.database import UNAVAILABLE, Database
from routebook_server.gateway.actor import Actor
from routebook_server.identity.devices import Told, end_wipe, keep_reports
from routebook_server.identity.sessions import touch_session
from routebook_sync.messages import SyncRequest

WRITTEN_EVERY_MS: Final = 60_000
"""A device's report is written at most this often: the last one, when it is time, or somebody asks."""
SAME_FOR_MS: Final = 600_000
"""How long one that says the same is not written again: another process may have written another one since."""
GATHERED_S: Final = 2.0
"""How long what is new waits for that of other devices: one transaction writes it all, and no request waits for it."""

_log: Final = structlog.get_logger()


class Presence:
    """Keeps devices' reports and last uses; belongs to one event loop.

    What waits may be lost with the process, if that does not close: nobody was promised it. It remembers which reports
    it took; a restart costs each device one write.
    """

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock
        self._taken: dict[int, Told] = {}
        """By device, the last report that said something new."""
        self._written: dict[int, int] = {}
        """By device, when a report of it was last written."""
        self._uses: dict[int, tuple[str, int]] = {}
        self._reports: dict[int, Told] = {}
        """By device, what is not written yet."""
        self._due: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()

    def was_here(self, device: int, token: str, now_ms: int) -> None:
        """Take that a device was here with this session, which lasts longer for it."""
        self._uses[device] = (token, now_ms)
        self._wake(GATHERED_S)

    async def note(self, actor: Actor, request: SyncRequest) -> None:
        """Take the report of a sync request, if it has one; a wiped device with nothing left to send has ended."""
        report, now_ms = request.report, self._clock()
        nothing_waits = report.waiting == 0 if report is not None else not request.edits
        if actor.wiped and not actor.handed_over and nothing_waits:
            await self._database.write(lambda connection: end_wipe(connection, actor.device, now_ms))
        if report is None:
            return
        taken = self._taken.get(actor.device)
        if taken is not None and report == taken.report and now_ms - taken.at < SAME_FOR_MS:
            return
        self._taken[actor.device] = self._reports[actor.device] = Told(report, now_ms)
        self._wake(max(GATHERED_S, self._rest_ms(actor.device, now_ms) / 1_000))

    async def write(self) -> None:
        """Write all that waits, for whoever wants to read it; what is just being written is there then, too."""
        await asyncio.gather(*self._writing)
        if self._due is not None:
            self._due.cancel()
            self._due = None
        await self._write(self._reports.keys())

    async def _write(self, devices: Iterable[int]) -> None:
        """Write when devices were here, and what these ones told; what cannot be written goes on waiting."""
        now_ms = self._clock()
        uses, self._uses = self._uses, {}
        reports = {device: self._reports.pop(device) for device in list(devices)}

        def work(connection: Connection) -> None:
            for device in sorted(uses):
                token, at_ms = uses[device]
                touch_session(connection, token, device, at_ms)
            if reports:
                keep_reports(connection, reports)

        try:
            if uses or reports:
                await self._database.write(work)
        except UNAVAILABLE:
            self._uses = {**uses, **self._uses}
            self._reports = {**reports, **self._reports}
            raise
        self._written.update(dict.fromkeys(reports, now_ms))

    def _rest_ms(self, device: int, now_ms: int) -> int:
        """Return how long a report of the device still waits, not above 0 if it does not."""
        return self._written.get(device, now_ms - WRITTEN_EVERY_MS) + WRITTEN_EVERY_MS - now_ms

    def _wake(self, after_s: float) -> None:
        """Have what is due by then written after so many seconds."""
        loop = asyncio.get_running_loop()
        at = loop.time() + after_s
        if self._due is not None:
            if self._due.when() <= at:
                return
            self._due.cancel()
        self._due = loop.call_at(at, self._begin)

    def _begin(self) -> None:
        self._due = None
        writing = asyncio.create_task(self._write_due(), name="presence")
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)

    async def _write_due(self) -> None:
        now_ms = self._clock()
        try:
            await self._write(device for device in self._reports if self._rest_ms(device, now_ms) <= 0)
        except UNAVAILABLE as error:
            _log.error("when devices were here could not be written", exc_info=error)
            self._wake(WRITTEN_EVERY_MS / 1_000)
            return
        if self._reports:
            rest_ms = min(self._rest_ms(device, now_ms) for device in self._reports)
            self._wake(max(GATHERED_S, rest_ms / 1_000))

    async def close(self) -> None:
        """Write all that waits."""
        try:
            await self.write()
        except UNAVAILABLE as error:
            _log.error("when devices were here could not be written", exc_info=error)

"""Presence: what each device last told of itself, written down now and then; and the end of one that was wiped."""

from collections.abc import Callable
from typing import Final

from routebook_server.database import Database
from routebook_server.gateway.actor import Actor
from routebook_server.identity.devices import keep_report, revoke_device
from routebook_sync.messages import DeviceReport, SyncRequest

WRITTEN_EVERY_MS: Final = 60_000
"""A changed report is written at most this often, so that a quiet sync costs no transaction."""


class Presence:
    """Keeps devices' reports; remembers in memory what it wrote, a restart costs each device one write."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock
        self._written: dict[int, tuple[int, DeviceReport]] = {}

    async def note(self, actor: Actor, request: SyncRequest) -> None:
        """Take the report of a sync request, if it has one; a wiped device with nothing left to send has ended."""
        report, now_ms = request.report, self._clock()
        if actor.wiped and (report is None or report.waiting == 0):
            await self._database.write(lambda connection: revoke_device(connection, actor.device, now_ms))
        if report is None:
            return
        written_at, written = self._written.get(actor.device, (now_ms - WRITTEN_EVERY_MS, None))
        if report == written or now_ms - written_at < WRITTEN_EVERY_MS:
            return
        self._written[actor.device] = (now_ms, report)
        await self._database.write(lambda connection: keep_report(connection, actor.device, report))

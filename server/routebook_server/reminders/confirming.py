"""Confirming: what devices say they have shown.

The reminders of a minute are confirmed by all of them at once: those who say so while a commit is on its way share the
next one.
"""

import asyncio
from typing import Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Database, driver_of
from routebook_server.reminders.states import State

_SHOW: Final = (
    "UPDATE delivery SET state = ?, next_at = NULL, shown_at = coalesce(shown_at, ?), problem = ''"
    " WHERE id = ? AND state <> 'acted'"
)


class _Said(msgspec.Struct, frozen=True):
    delivery: str
    reminder: str
    at_ms: int


class Confirmations:
    """Writes down what was shown; belongs to one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[_Said, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def note(self, delivery: str, reminder: str, at_ms: int) -> None:
        """Write down that a delivery was shown at ``at_ms``, the first time; it is on the disk when this returns."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((_Said(delivery, reminder, at_ms), future))
        if self._writer is None:
            self._writer = asyncio.create_task(self._drain(), name="confirmations")
        await future

    async def _drain(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting, []
                try:
                    await self._database.write(lambda connection: _write(connection, [said for said, _ in taken]))  # noqa: B023
                except Exception as error:  # noqa: BLE001 - handed to whoever waits
                    for _said, future in taken:
                        _settle(future, error)
                else:
                    for _said, future in taken:
                        _settle(future, None)
        finally:
            self._writer = None


def _write(connection: Connection, said: list[_Said]) -> None:
    driver = driver_of(connection)
    for one in said:
        driver.execute(_SHOW, State.SHOWN.value, one.at_ms, one.delivery)
    reminders = list(dict.fromkeys(one.reminder for one in said))
    driver.execute("UPDATE reminder SET fallback_at = NULL WHERE id IN (?*) AND fallback_at IS NOT NULL", reminders)


def _settle(future: asyncio.Future[None], error: Exception | None) -> None:
    if future.done():
        return  # whoever said it is gone
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)

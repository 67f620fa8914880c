"""Trial: a reminder that its person sends himself, to see whether reminders come to this device.

It goes the whole way that others go, and stands in the log, where each step can be read: planned, sent, shown.
"""

from collections.abc import Callable
from typing import Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Database, driver_of
from routebook_server.gateway.actor import Actor
from routebook_server.reminders.planning import Reminder, store_for_device
from routebook_server.reminders.rules import Rule, reminder_id

LASTS_MS: Final = 600_000
"""Who waits for it does not wait longer."""
EVERY_MS: Final = 5_000
"""Of those that are asked for within this time there is one: a button is pressed twice."""


class Trial(msgspec.Struct, frozen=True):
    """A test reminder on its way."""

    id: str
    """Under which the log has it."""


class Trials:
    """Sends test reminders."""

    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._now_ms = now_ms

    async def send(self, actor: Actor) -> Trial:
        """Plan a reminder for the device that asks, now, quiet hours or not: it was asked for."""
        now_ms = self._now_ms()
        mark = f"{actor.device}.{now_ms // EVERY_MS}"
        made = reminder_id(Rule.TEST, "", actor.person, mark)
        about = (made, actor.person, Rule.TEST.value, "device", "", actor.person, mark, "")

        def store(connection: Connection) -> None:
            driver = driver_of(connection)
            if driver.fetch_one("SELECT 1 FROM reminder WHERE id = ?", made) is not None:
                return
            store_for_device(driver, Reminder(*about, now_ms, now_ms, now_ms + LASTS_MS, None), actor.device, now_ms)

        await self._database.write(store)
        return Trial(made)

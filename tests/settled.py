"""Settled: a database whose followers have read every record, so that no server on a copy begins with that."""

import asyncio

from routebook_server.app import create_app
from routebook_server.settings import Settings
from routebook_server.web.site import empty_site


def settle(database: str) -> None:
    """Bring the typed tables and what is due up to date, in the database at an address; no server may run on it."""

    async def run() -> None:
        application = create_app(Settings(database=database), site=empty_site())
        try:
            await application.projector.catch_up()
            await application.reminders.reminding.follower.catch_up()
        finally:
            await application.close()

    asyncio.run(run())

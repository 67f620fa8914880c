"""Guests: a demo team of any size, and devices let in by the server's own code, without a password for each."""

import asyncio
import os
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from blackbox.clients import SignedIn
from routebook_server.app import create_app, wall_clock_ms
from routebook_server.identity.accounts import find_account_by_email
from routebook_server.identity.devices import DeviceOffer, take_device
from routebook_server.identity.door import COOKIE
from routebook_server.identity.sessions import start_session
from routebook_server.settings import Settings
from routebook_server.web.site import empty_site
from starting import start

FILLED_WITHIN_S: Final = 900


def fill(data: Path, customers: int, children: float, database: str = "") -> None:
    """Fill an empty data folder with the demo team, or what is at the address ``database``."""
    sizes = ["--customers", str(customers), "--children", str(children)]
    environment = {**os.environ, "ROUTEBOOK_DATABASE": database}
    log = data.parent / f"{data.name}.filled.log"
    code = start(["demo", *sizes, "--data", str(data)], environment, log).wait(FILLED_WITHIN_S)
    assert code == 0, log.read_text()


def admit(database: str, email: str, count: int) -> list[SignedIn]:
    """Return so many new devices of one person, signed in, in the database at an address; no server may run on it."""

    def let_in(connection: Connection) -> list[SignedIn]:
        account = find_account_by_email(connection, email)
        assert account is not None, email
        guests = []
        for number in range(count):
            device = take_device(connection, account.person, DeviceOffer(f"guest {number}"), wall_clock_ms())
            token = start_session(connection, device, wall_clock_ms(), os.urandom)
            known = {"person": account.person, "name": email, "role": account.role.value, "device": device}
            guests.append(SignedIn(known, f"{COOKIE}={token}"))
        return guests

    async def run() -> list[SignedIn]:
        application = create_app(Settings(database=database), site=empty_site())
        try:
            return await application.database.write(let_in)
        finally:
            await application.close()

    return asyncio.run(run())

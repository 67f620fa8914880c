"""Team: the whole server in this process over a small organisation, with a clock that only tests move.

A tree of territories: region ─┬─ north (Marek)
                               └─ south (Ewa)          coast (nobody's; outside the manager's region)
"""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import msgspec
from argon2 import PasswordHasher

from routebook_server.app import Application, create_app
from routebook_server.identity.accounts import Organisation
from routebook_server.identity.founding import Member, found
from routebook_server.settings import DATABASE_NAME, Settings
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.entities.person import Role
from routebook_sync.identifier import new_id
from routebook_sync.messages import Row
from sqlite import copy_empty

START_MS: Final = 1_795_000_000_000
PASSWORD: Final = "routebook"
ORIGIN: Final = "http://routebook.test"
CHEAP: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def make_id(number: int) -> str:
    """Return the id that test record ``number`` has."""
    return new_id(START_MS, number.to_bytes(10, "big"))


MAREK, EWA, ANNA, JAN = (make_id(number) for number in range(1, 5))
REGION, NORTH, SOUTH, COAST = (make_id(number) for number in range(11, 15))
EMAIL_BY_ROLE: Final = {
    "rep": "marek@demo.example",
    "other_rep": "ewa@demo.example",
    "manager": "manager@demo.example",
    "administrator": "admin@demo.example",
}
NAME_BY_PERSON: Final = {MAREK: "Marek Kowal", EWA: "Ewa Lis", ANNA: "Anna Nowak", JAN: "Jan Zieliński"}
MEMBERS: Final = (
    Member(MAREK, "marek@demo.example", Role.REP, (NORTH,)),
    Member(EWA, "ewa@demo.example", Role.REP, (SOUTH,)),
    Member(ANNA, "manager@demo.example", Role.MANAGER, (REGION,)),
    Member(JAN, "admin@demo.example", Role.ADMINISTRATOR),
)
PARENT_BY_TERRITORY: Final = {REGION: None, NORTH: REGION, SOUTH: REGION, COAST: None}


class HandClock:
    """A clock that stands still until it is set; milliseconds since 1970 UTC."""

    def __init__(self) -> None:
        self.now_ms = START_MS

    def __call__(self) -> int:
        return self.now_ms

    def advance(self, *, days: float = 0, seconds: float = 0) -> None:
        """Let time pass."""
        self.now_ms += round((days * 86_400 + seconds) * 1_000)


class House:
    """A running application, its clock, and clients for it."""

    def __init__(self, application: Application, clock: HandClock) -> None:
        self.application = application
        self.clock = clock
        self._clients: list[httpx.AsyncClient] = []

    def client(self, *, address: str = "192.0.2.1", origin: str = ORIGIN, **headers: str) -> httpx.AsyncClient:
        """Return a browser that has not been here before."""
        transport = httpx.ASGITransport(self.application, client=(address, 1234), raise_app_exceptions=False)
        made = httpx.AsyncClient(transport=transport, base_url=origin, headers=headers)
        self._clients.append(made)
        return made

    async def signed_in(self, role: str, **options: Any) -> httpx.AsyncClient:
        """Return a browser in which the one of ``EMAIL_BY_ROLE`` has signed in."""
        client = self.client(**options)
        answer = await sign_in(client, EMAIL_BY_ROLE[role])
        assert answer.status_code == 200, answer.text
        return client

    async def close(self) -> None:
        """Close every client."""
        for client in self._clients:
            await client.aclose()


async def sign_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    """Sign in; the cookie stays with the client."""
    return await client.post("/api/session", json={"email": email, "password": password, **more})


def make_site(folder: Path) -> Path:
    """Write a small built app."""
    files = {
        "index.html": "<!doctype html><script>let start = 1</script><script src='/a.js'></script>"
        + "<p>Routebook</p>" * 99,
        "service-worker.js": "self.skipWaiting()",
        "manifest.webmanifest": "{}",
        "_app/immutable/start.0123456789.js": "export const app = 1;\n" * 99,
        "_app/immutable/sqlite3.wasm": "wasm",
        "fonts/inter.woff2": "font",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def shared_rows() -> list[tuple[str, Row]]:
    """Return the person and territory records of the team, with the bucket they live in."""
    stamp = {stamp_from_clock(Clock(START_MS, 0, 0)): list[str]()}
    people = [
        Row(
            "person",
            member.person,
            "shared",
            v={"name": NAME_BY_PERSON[member.person], "role": member.role.value},
            s=stamp,
        )
        for member in MEMBERS
    ]
    territories = [
        Row("territory", territory, "shared", v={"name": territory[-2:], "parent": parent}, s=stamp)
        for territory, parent in PARENT_BY_TERRITORY.items()
    ]
    return [("shared", row) for row in [*people, *territories]]


@contextlib.asynccontextmanager
async def open_house(
    data: Path, clock: HandClock | None = None, *, again: bool = False, **chosen: Any
) -> AsyncIterator[House]:
    """Run the application over ``data``; the first time, and not ``again``, the team is founded in it."""
    site = data.parent / "site"
    settings = msgspec.structs.replace(Settings(data=data, app=make_site(site)), **chosen)
    moved = clock or HandClock()
    is_new = not again and not (data / DATABASE_NAME).exists()
    copy_empty(settings.address)
    random = Random(data.name if is_new else f"{data.name} again")
    application = create_app(settings, clock=moved, random=random.randbytes, hasher=CHEAP)
    async with application.running():
        if is_new:
            await application.store.load(shared_rows())
            organisation = Organisation(make_id(99), "Routebook Demo", "en")
            password_hash = CHEAP.hash(PASSWORD)
            await application.database.write(
                lambda connection: found(connection, organisation, MEMBERS, password_hash, START_MS)
            )
        house = House(application, moved)
        try:
            yield house
        finally:
            await house.close()

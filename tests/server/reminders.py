"""A team whose devices are subscribed to a push service of their own, and whose clock the tests move."""

import contextlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from routebook_server.database import driver_of
from routebook_server.database.address import is_postgres
from routebook_server.records.store import Values
from routebook_server.reminders.building import build_reminders
from server.push_service import Browser, Message, PushService
from server.team import MAREK, NORTH, House, make_id, open_house

BAKERY = make_id(201)
WARSAW = ZoneInfo("Europe/Warsaw")


def task_id(number: int) -> str:
    """Return the id of a test's task."""
    return make_id(500 + number)


def ms(text: str, zone: ZoneInfo = WARSAW) -> int:
    """Return the instant of a wall clock, like 2026-11-19 10:30."""
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1_000


def wall(at_ms: int, zone: ZoneInfo = WARSAW) -> str:
    """Return what the wall clock shows at an instant."""
    return datetime.fromtimestamp(at_ms / 1_000, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M")


class Scene:
    """Marek in Warsaw, who looks after a bakery, and his phone."""

    def __init__(self, house: House, service: PushService) -> None:
        self.house = house
        self.service = service
        self.phone: httpx.AsyncClient

    @property
    def reminding(self) -> Any:
        """The job."""
        return self.house.application.reminders.reminding

    def another_job(self) -> Any:
        """Return the job as another process on the same database would have it."""
        application = self.house.application
        clock = self.house.clock
        parts = (application.settings, application.store, application.heads, clock, bytes)
        door = application.door

        async def edit_person(_person: str, _values: Any) -> None:
            raise AssertionError("the job changes nobody")

        return build_reminders(
            *parts, timer=time.monotonic, edit_person=edit_person, reach=door.reach, actor_of=door.actor_of
        ).reminding

    async def settle_in(self) -> None:
        """Write down who is where, and sign Marek in on his phone."""
        await self.write("person", MAREK, "shared", time_zone="Europe/Warsaw", locale="en")
        await self.write("customer", BAKERY, BAKERY, name="Bakery", territory=NORTH, owner=MAREK)
        self.service.key = (await self.house.client().get("/api/push/key")).json()["key"]
        self.phone, _browser = await self.signed_in("rep", "phone")

    async def signed_in(self, role: str, name: str) -> tuple[httpx.AsyncClient, Browser]:
        """Return a browser in which somebody has signed in and subscribed."""
        client = await self.house.signed_in(role)
        browser = self.service.browser(name)
        answer = await client.put("/api/push/subscription", json=browser.subscription())
        assert answer.status_code == 200, answer.text
        return client, browser

    async def write(self, kind: str, record: str, root: str, **values: Any) -> None:
        """Write a record on the server's own account."""
        await self.house.application.store.edit([Values(kind, record, root, values)])

    async def task(self, number: int, **values: Any) -> str:
        """Write an open task of Marek's at the bakery, or change it; returns its id."""
        record = task_id(number)
        given = {"title": "Bring samples", "person": MAREK, "status": "open", "customer": BAKERY, **values}
        await self.write("task", record, BAKERY, **given)
        return record

    async def at(self, text: str) -> list[Message]:
        """Let it be so late on Marek's wall, and return what comes until then."""
        return await self.at_ms(ms(text))

    async def at_ms(self, now_ms: int) -> list[Message]:
        """Let it be so late, and return what comes."""
        self.house.clock.now_ms = now_ms
        return await self.pass_by(0)

    async def pass_by(self, seconds: float) -> list[Message]:
        """Let time pass, and return what comes."""
        self.house.clock.advance(seconds=seconds)
        before = len(self.service.messages)
        await self.reminding.follower.catch_up()
        await self.reminding.work()
        assert self.service.faults == []
        return self.service.messages[before:]

    async def said(self, message: Message, what: str, **more: Any) -> httpx.Response:
        """Say something of a message as a service worker does: with no session, by its secret alone."""
        payload = message.payload
        body = {"token": payload["token"], **more}
        return await self.house.client().post(f"/api/reminders/{payload['id']}/{what}", json=body)

    async def journal(self, **asked: Any) -> list[dict[str, Any]]:
        """Return what Marek's log says."""
        answer = await self.phone.get("/api/reminders", params=asked)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["entries"]
        return found

    async def states(self) -> list[str]:
        """Return the states of all deliveries."""
        return sorted(one["state"] for entry in await self.journal() for one in entry["deliveries"])

    async def read(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        database = self.house.application.database
        return await database.read(lambda connection: driver_of(connection).fetch(sql, *values))

    async def run_sql(self, sql: str, *values: Any) -> None:
        """Change the database behind the server's back."""
        database = self.house.application.database
        await database.write(lambda connection: driver_of(connection).execute(sql, *values))

    async def value(self, record: str) -> dict[str, Any]:
        """Return a record's values."""
        entries = await self.house.application.store.history(record, [f"t:{NORTH}", f"u:{MAREK}"], 200)
        assert entries is not None
        found: dict[str, Any] = {}
        for entry in reversed(entries):
            found |= {change.field: change.new for change in entry.changes}
        return found


@contextlib.asynccontextmanager
async def open_scene(place: Path, address: str = "", **chosen: Any) -> AsyncIterator[Scene]:
    """Yield the scene on a database of its own; the clock begins at seven in the morning of 19 November 2026."""
    database = address if is_postgres(address) else ""
    async with (
        PushService().running() as service,
        open_house(place / "data", push_anywhere=True, database=database, **chosen) as house,
    ):
        house.clock.now_ms = ms("2026-11-19 07:00")
        scene = Scene(house, service)
        await scene.settle_in()
        yield scene

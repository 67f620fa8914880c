"""A team on a real database behind the real gateway, spoken to by HTTP in this process."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
from litestar import Litestar
from litestar.types import Scope

from routebook_server.database import Database, driver_of, open_database
from routebook_server.database.address import sqlite_address
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.direct import make_direct
from routebook_server.gateway.gateway import Gateway
from routebook_server.gateway.handlers import make_handlers
from routebook_server.gateway.live import Live
from routebook_server.gateway.problem import make_problem
from routebook_server.records.batch import PART
from routebook_server.records.buckets import SHARED, person_bucket, territory_bucket
from routebook_server.records.heads import Heads
from routebook_server.records.projection import Projector
from routebook_server.records.store import Store, Values
from routebook_server.web.problems import exception_handlers
from routebook_sync import base32
from routebook_sync.clock import Clock, stamp_from_clock, tick
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.entities.person import Role
from routebook_sync.messages import ARCHIVED, MOVED, PROTOCOL, Edit, Problem, ProblemCode, Row, SyncReply, VerdictKind
from routebook_sync.record import Doc, merge_edit, unpack_stamps
from sqlite import copy_empty

NOON = 1_800_000_000_000
"""The time on the server's clock when a test begins, milliseconds since 1970 UTC."""
SCHEMA = "test"


def make_id(number: int) -> str:
    """Return the id that stands for a number in tests."""
    return base32.encode(number, 26)


NORTH, SOUTH = make_id(0xA1), make_id(0xA2)
"""Two territories."""
ANNA, BEN, MIRA = make_id(0xB1), make_id(0xB2), make_id(0xB3)
"""A rep of the north, a rep of the south, their manager."""
BAKERY, CHEMIST = make_id(0xC1), make_id(0xC2)
"""A customer in the north, a customer in the south."""

ROLE_BY_PERSON = {ANNA: Role.REP, BEN: Role.REP, MIRA: Role.MANAGER}


class ManualClock:
    """A physical clock that stands until it is moved."""

    def __init__(self, now_ms: int = NOON) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


class Team:
    """The server's parts, three people, two territories with a customer each."""

    def __init__(self, database: Database, part: int = PART) -> None:
        self.clock = ManualClock()
        self.heads = Heads()
        self.database = database
        self.store = Store(database, self.clock, self.heads, part=part)
        self.gateway = Gateway(self.store, self.clock, SCHEMA)
        self.projector = Projector(database, self.heads, time.monotonic, rest_s=0)
        self.territories = {ANNA: [NORTH], BEN: [SOUTH], MIRA: [NORTH, SOUTH]}
        self.roles = dict(ROLE_BY_PERSON)
        self.person_by_device: dict[int, str] = {}
        self.rights_version = 0
        self.rights_read = asyncio.Event()
        self.live = Live(self.heads, self.store.read_heads, self, b"\x01")
        direct = make_direct(self.gateway, self.live, self.actor_of)
        handlers = make_handlers(self.gateway, direct, self.projector, self.actor_of)
        self.app = Litestar(
            handlers, exception_handlers=exception_handlers(bytes), openapi_config=None, logging_config=None
        )

    async def actor_of(self, scope: Scope) -> Actor | Problem:
        """Say who asks by the header ``device``."""
        for name, value in scope["headers"]:
            if name == b"device":
                return self.actor(int(value))
        return make_problem(ProblemCode.NOT_SIGNED_IN)

    async def version(self) -> int:
        """Return the version of everybody's rights; tests raise it."""
        return self.rights_version

    async def actors(self) -> dict[int, Actor]:
        """Return everybody who is signed in, by device."""
        self.rights_read.set()
        return {device: self.actor(device) for device in self.person_by_device}

    def actor(self, device: int) -> Actor:
        """Return who signed in on a device, with his grants of now."""
        person = self.person_by_device[device]
        role = self.roles[person]
        territories = [territory_bucket(territory) for territory in self.territories[person]]
        buckets = (person_bucket(person), SHARED, *territories)
        return Actor(person, role, device, buckets, may_move=role is not Role.REP)

    async def settle_in(self) -> None:
        """Write the people, the territories and the customers."""
        people = [
            Values("person", person, SHARED_ROOT, {"name": name, "role": ROLE_BY_PERSON[person].value})
            for person, name in ((ANNA, "Anna"), (BEN, "Ben"), (MIRA, "Mira"))
        ]
        territories = [
            Values("territory", territory, SHARED_ROOT, {"name": name})
            for territory, name in ((NORTH, "North"), (SOUTH, "South"))
        ]
        customers = [
            Values("customer", BAKERY, BAKERY, {"name": "Bakery", "territory": NORTH}),
            Values("customer", CHEMIST, CHEMIST, {"name": "Chemist", "territory": SOUTH}),
        ]
        await self.store.edit([*people, *territories, *customers])

    def device(self, number: int, person: str) -> "Device":
        """Return a device on which a person is signed in."""
        self.person_by_device[number] = person
        return Device(self, number)

    async def read(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return await self.database.read(lambda connection: driver_of(connection).fetch(sql, *values))

    async def write(self, sql: str, *values: Any) -> None:
        """Change the database behind the server's back."""
        await self.database.write(lambda connection: driver_of(connection).execute(sql, *values))

    async def row(self, record_id: str) -> dict[str, Any] | None:
        """Return a record as stored, or None."""
        found = await self.read("SELECT doc FROM record WHERE id = ?", record_id)
        row: dict[str, Any] | None = msgspec.json.decode(found[0][0]) if found else None
        return row


class Device:
    """A model device: confirmed rows, an outbox, cursors; every message goes through the real endpoint."""

    def __init__(self, team: Team, number: int) -> None:
        self.team = team
        self.number = number
        self.skew_ms = 0
        self.cursors: dict[str, list[int]] = {}
        self.confirmed: dict[str, Row] = {}
        """What the server is known to hold, by id."""
        self.outbox: list[Edit] = []
        self.ack = 0
        self.view = ""
        """In which view the rows were sent."""
        self._clock = Clock(0, 0, number)
        self._next = 1
        transport = httpx.ASGITransport(cast("Any", team.app))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://server", headers={"device": str(number)})

    def stamp(self, floor: str = "") -> str:
        """Return the device's next stamp."""
        self._clock = tick(self._clock, self.team.clock.now_ms + self.skew_ms, floor)
        return stamp_from_clock(self._clock)

    def visible(self, record_id: str) -> Doc | None:
        """Return the record as the device shows it: confirmed, with what is unsent on top."""
        row = self.confirmed.get(record_id)
        doc = row.doc if row is not None else None
        for edit in self.outbox:
            if edit.id == record_id:
                doc = merge_edit(ENTITY_TYPES[edit.kind], doc, edit.v, edit.at).doc
        return doc

    def edit(self, kind: str, record_id: str, root: str, values: dict[str, Any], *, group: str = "") -> Edit:
        """Put an edit into the outbox, based on what the device shows."""
        doc = self.visible(record_id)
        seen = unpack_stamps(doc) if doc is not None else {}
        base = {name: seen[name] for name in values if name in seen}
        made = Edit(self._next, kind, record_id, root, values, self.stamp(max(base.values(), default="")), base, group)
        self._next += 1
        self.outbox.append(made)
        return made

    def request(self, **changed: Any) -> dict[str, Any]:
        """Return the request that the device would send, with some parts changed."""
        request = {
            "protocol": PROTOCOL,
            "schema": SCHEMA,
            "device": self.number,
            "now": self.team.clock.now_ms,
            "edits": [msgspec.to_builtins(edit) for edit in self.outbox],
            "cursors": self.cursors,
            "ack": self.ack,
            "view": self.view,
        }
        return {**request, **changed}

    async def post(self, body: bytes, **headers: str) -> httpx.Response:
        """Send a body to /sync."""
        return await self.http.post("/sync", content=body, headers=headers)

    async def send(self, **changed: Any) -> httpx.Response:
        """Send the outbox, and leave it as it is."""
        return await self.post(msgspec.json.encode(self.request(**changed)))

    async def sync(self, **changed: Any) -> SyncReply:
        """Send the outbox and take in the reply."""
        response = await self.send(**changed)
        assert response.status_code == 200, response.text
        reply = msgspec.json.decode(response.content, type=SyncReply)
        self.take_in(reply)
        return reply

    def take_in(self, reply: SyncReply) -> None:
        """Confirm what was taken, put the rows in place, move the cursors."""
        refused = {
            verdict.n for verdict in reply.verdicts if verdict.verdict in {VerdictKind.REJECTED, VerdictKind.HELD}
        }
        for edit in self.outbox:
            if edit.n <= reply.pushed and edit.n not in refused:
                known = self.confirmed.get(edit.id)
                doc = merge_edit(ENTITY_TYPES[edit.kind], known.doc if known else None, edit.v, edit.at).doc
                self.confirmed[edit.id] = Row(edit.kind, edit.id, edit.root, known.h if known else 0, doc.v, doc.s)
        self.outbox = [edit for edit in self.outbox if edit.n > reply.pushed]
        for row in (row for rows in reply.rows.values() for row in rows):
            if row.k == ARCHIVED:
                self.confirmed = {key: held for key, held in self.confirmed.items() if key not in row.v["ids"]}
            elif row.k != MOVED:
                self.confirmed[row.i] = row
            elif row.i in self.confirmed and self.confirmed[row.i].h < row.h:
                self.confirmed = {key: held for key, held in self.confirmed.items() if held.r != row.r}
        self.cursors = reply.cursors
        self.view = reply.view
        self.ack = max([self.ack, *(verdict.n for verdict in reply.verdicts)])

    async def problem(self, **changed: Any) -> Problem:
        """Send the outbox and return the problem that the server answers with."""
        return problem_of(await self.send(**changed))


async def rows_of(team: Team, bucket: str, *, column: str = "doc") -> list[Row]:
    """Return the rows of a bucket as stored, in the order of their numbers."""
    found = await team.read(f"SELECT {column} FROM record WHERE bucket = ? ORDER BY seq", bucket)
    return [msgspec.json.decode(doc, type=Row) for (doc,) in found]


def problem_of(response: httpx.Response) -> Problem:
    """Return the problem in a response; it must be one of ours, and no fault of the server."""
    assert 400 <= response.status_code < 500, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return msgspec.json.decode(response.content, type=Problem)


@contextlib.asynccontextmanager
async def open_team(place: Path | str, part: int = PART) -> AsyncIterator[Team]:
    """Yield a settled team on a database in the folder or at the address ``place``."""
    address = place if isinstance(place, str) else sqlite_address(place / "team.db")
    copy_empty(address)
    database = open_database(address)
    team = Team(database, part)
    try:
        await team.settle_in()
        yield team
    finally:
        team.heads.close()
        await team.store.close()
        await database.close()

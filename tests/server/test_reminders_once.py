"""The scheduler's process is killed with -9 at every step of a reminder: its person sees it once.

Each process finishes what the one before it left, then dies of its own step. The push service is real as far as the
server can tell; the device shows a message of one id once, and confirms it when the server is there to hear it.
"""

import asyncio
import contextlib
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from ports import free_port
from reading import read_rows
from routebook_server.database.address import is_postgres, sqlite_path
from routebook_server.identity.door import COOKIE
from routebook_server.reminders.rules import Rule, reminder_id
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.identifier import new_id
from server.mortal import make_mortal
from server.process import EMAIL, PASSWORD, STARTS_WITHIN_S, Process
from server.push_service import Message, PushService
from starting import Started, start

DAY_MS = 86_400_000
LATE_MS = 13 * 3_600_000
"""More than what is sent where nobody knows that the server was away."""
PATIENCE_S = 300
"""A limit for what is waited for, not a time that anything should take."""
STEPS = [*((number, "after") for number in range(1, 8)), *((number, "before") for number in range(5, 9))]
"""More than a reminder has. To die before a step is to die after the last one, but where a request lies between."""


class World:
    """A push service with one phone, beside the servers that come and go."""

    def __init__(self) -> None:
        self.service = PushService()
        self.server: Started | None = None
        self.port = 0
        self.confirms = True
        """Whether the device says what it has shown."""
        self.kills: str = ""
        """Whether the server is killed when a message has been ``taken``, or ``lost`` on its way."""
        self._loop = asyncio.new_event_loop()
        self._stop: Callable[[], None] = lambda: None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),), daemon=True)

    def start(self) -> None:
        """Open the push service."""
        self._thread.start()
        assert self._ready.wait(20)

    async def _run(self) -> None:
        ended = asyncio.Event()

        def stop() -> None:
            self._loop.call_soon_threadsafe(ended.set)

        self._stop = stop
        self.service.heard = self._heard
        async with self.service.running():
            self._ready.set()
            await ended.wait()

    async def _heard(self, message: Message) -> None:
        if self.kills == "taken":
            self.kill()
        elif self.kills == "lost":
            # As if it had never come: nobody sees it.
            browser = self.service.browsers[message.device]
            browser.shown.pop(browser.rung.pop())
            self.kill()
        if self.confirms and message.payload["id"] in self.service.browsers[message.device].shown:
            await asyncio.to_thread(self.confirm, message.payload)

    def confirm(self, payload: dict[str, Any]) -> None:
        """Say that a message was shown, if anybody hears it."""
        with contextlib.suppress(httpx.TransportError):
            address = f"http://127.0.0.1:{self.port}/api/reminders/{payload['id']}/shown"
            httpx.post(address, json={"token": payload["token"]}, timeout=5)

    def kill(self) -> None:
        """Kill the server, once."""
        self.kills = ""
        assert self.server is not None
        self.server.send_signal(signal.SIGKILL)
        self.server.wait(20)

    def close(self) -> None:
        """Close the push service."""
        self._stop()
        self._thread.join(20)
        self._loop.close()


class Server:
    """A server process that dies where it is told."""

    def __init__(self, world: World, process: Process, folder: Path) -> None:
        self.world = world
        self.order = folder / f"order-{time.monotonic_ns()}"
        self.port: int = free_port()
        environment = process.environment | {"PORT": str(self.port), "ROUTEBOOK_PUSH_ANYWHERE": "true"}
        log = folder / "server.log"
        self.running = start(["serve"], environment, log, prepare=partial(make_mortal, self.order))
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)
        until(self._answers, "the server answers", STARTS_WITHIN_S)

    def lead(self) -> None:
        """Be the one that is killed, and that the device speaks to."""
        self.world.server, self.world.port = self.running, self.port

    def _answers(self) -> bool:
        assert self.running.poll() is None, "the server died while it started"
        try:
            return self.client.get("/api/health").status_code == 200
        except httpx.TransportError:
            return False

    def is_dead(self) -> bool:
        """Tell whether it has died."""
        return self.running.poll() is not None

    def close(self) -> None:
        """Kill it if it lives."""
        self.client.close()
        self.running.kill()
        self.running.wait(20)


def until(is_so: Callable[[], bool], what: str, within_s: float = PATIENCE_S) -> None:
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun < within_s, what
        threading.Event().wait(0.02)


class Phone:
    """The administrator's browser: signed in, subscribed, with tasks that ring at once."""

    def __init__(self, world: World, process: Process) -> None:
        self.world = world
        self.address = process.environment["ROUTEBOOK_DATABASE"]
        self.browser = world.service.browser("phone")
        self.cookies: dict[str, str] = {}
        self.device = 0
        self.person = ""
        self._count = 0
        self._outbox: dict[str, Any] = {}

    def sign_in(self, server: Server) -> None:
        """Sign in, subscribe, and choose to be rung at any hour."""
        me = server.client.post("/api/session", json={"email": EMAIL, "password": PASSWORD})
        self.cookies = {"cookie": f"{COOKIE}={me.cookies[COOKIE]}"}
        self.device, self.person = me.json()["device"], me.json()["person"]
        self.world.service.key = server.client.get("/api/push/key").json()["key"]
        subscribed = server.client.put("/api/push/subscription", json=self.browser.subscription())
        assert subscribed.status_code == 200
        never = {"name": "quiet_hours", "value": {"from": "00:00", "to": "00:00"}}
        self._push(server, "setting", never)

    def ring(self, server: Server, late_ms: int = 0) -> str:
        """Write a task that is due now, or was due before; returns the id of its reminder."""
        at = time.time_ns() // 1_000_000 - late_ms
        values = {"title": f"Task {self._count}", "person": self.person, "status": "open", "remind_at": at}
        return reminder_id(Rule.TASK, self._push(server, "task", values), self.person, str(at))

    def _push(self, server: Server, kind: str, values: dict[str, Any]) -> str:
        now_ms = time.time_ns() // 1_000_000
        self._count += 1
        record = new_id(now_ms, self._count.to_bytes(10))
        edit = {"n": self._count, "kind": kind, "id": record, "root": self.person, "v": values}
        edit["at"] = stamp_from_clock(Clock(now_ms, self._count, self.device))
        self._outbox = {"protocol": 2, "schema": "", "device": self.device, "now": now_ms, "edits": [edit]}
        self.send(server)
        return record

    def send(self, server: Server) -> None:
        """Send what was written last; whoever is killed may have taken it or not, and it is sent again."""
        with contextlib.suppress(httpx.TransportError):
            answer = server.client.post("/sync", json=self._outbox, headers=self.cookies)
            assert answer.json()["pushed"] == self._count, answer.text
            assert "verdicts" not in answer.json()

    def state(self, reminder: str) -> str:
        """Return where a reminder stands, "" where it is not planned yet."""
        found = read_rows(self.address, "SELECT state FROM delivery WHERE reminder = ?", reminder)
        return found[0][0] if found else ""

    def let_pass(self, sql: str) -> None:
        """Let the database be as it is when time has passed."""
        if is_postgres(self.address):
            asyncio.run(self._run(sql))
            return
        with contextlib.closing(sqlite3.connect(sqlite_path(self.address), timeout=20)) as database, database:
            database.execute(sql)

    async def _run(self, sql: str) -> None:
        connection = await asyncpg.connect(self.address)
        await connection.execute(sql)
        await connection.close()

    def is_led(self) -> bool:
        """Tell whether a server holds the lease."""
        return read_rows(self.address, "SELECT holder FROM lease WHERE until > 0") != []

    def be_away(self) -> None:
        """Let the server have been away for a day, once it has noted that it is there."""
        until(lambda: read_rows(self.address, "SELECT at FROM reminded_until") != [], "the minute is noted")
        self.let_pass(f"UPDATE reminded_until SET at = {time.time_ns() // 1_000_000 - DAY_MS}")

    def is_noted(self) -> bool:
        """Tell whether a server has noted that it is there."""
        found = read_rows(self.address, "SELECT at FROM reminded_until")
        return found != [] and found[0][0] > time.time_ns() // 1_000_000 - LATE_MS

    def wait_until_over(self, reminder: str) -> None:
        """Wait until nothing is left to do for a reminder."""
        until(lambda: self.state(reminder) in {"sent", "shown"}, f"reminder {reminder} was sent")

    def wait_no_longer(self) -> None:
        """Let the time pass in which one waits for a device's word about what nobody knows."""
        self.let_pass("UPDATE delivery SET next_at = 0 WHERE state = 'sending'")


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.start()
    yield made
    made.close()


@pytest.fixture
def process(tmp_path: Path, address: str) -> Process:
    made = Process(tmp_path)
    made.environment |= {"ROUTEBOOK_DATABASE": address}
    made.data.mkdir()
    assert made.add_person().returncode == 0
    return made


class Relay:
    """Servers one after the other on SQLite; on PostgreSQL the next one runs already when the first is killed."""

    def __init__(self, world: World, process: Process, folder: Path) -> None:
        self._parts = (world, process, folder)
        self._shares = is_postgres(process.environment["ROUTEBOOK_DATABASE"])
        self.now = self._make()
        self.now.lead()
        self._next = self._make() if self._shares else None

    def _make(self) -> Server:
        return Server(*self._parts)

    def hand_over(self, phone: Phone, *, waits: bool = False) -> None:
        """Let another server take the place of the killed one, once the time for the device's word is over or not."""
        self.now.close()
        if not waits:
            phone.wait_no_longer()
        self.now = self._next or self._make()
        self.now.lead()
        phone.send(self.now)
        if self._shares:
            # The lease of the dead one runs out; the next one but one comes when it is taken.
            phone.let_pass("UPDATE lease SET until = 0")
            until(phone.is_led, "the other server leads")
            self._next = self._make()

    def close(self) -> None:
        for server in (self.now, self._next):
            if server is not None:
                server.close()


@pytest.fixture
def relay(world: World, process: Process, tmp_path: Path) -> Iterator[Relay]:
    made = Relay(world, process, tmp_path)
    yield made
    made.close()


@pytest.fixture
def phone(world: World, process: Process, relay: Relay) -> Phone:
    made = Phone(world, process)
    made.sign_in(relay.now)
    # One that nothing happens to: from here on the job leads and has read everything.
    made.wait_until_over(made.ring(relay.now))
    return made


def check(phone: Phone, reminders: list[str]) -> None:
    """Each reminder was seen once, and what came twice came under one id."""
    assert len(phone.browser.shown) == len(reminders) + 1
    titles = [payload["title"] for payload in phone.browser.shown.values()]
    assert len(titles) == len(set(titles)), "no task was shown under two ids"
    assert phone.world.service.faults == []
    entries = read_rows(phone.address, "SELECT count(*) FROM delivery")
    assert entries == [(len(reminders) + 1,)]


@pytest.mark.parametrize("late_ms", [0, LATE_MS])
def test_a_scheduler_that_is_killed_at_any_step_lets_each_reminder_be_seen_once(
    phone: Phone, relay: Relay, late_ms: int
) -> None:
    reminders: list[str] = []
    died: list[str] = []
    # They are the same on both databases; on PostgreSQL, where two servers start for each, they are shared out.
    steps = STEPS[late_ms > 0 :: 2] if is_postgres(phone.address) else STEPS
    for number, when in steps:
        server = relay.now
        if late_ms:
            phone.be_away()
        server.order.write_text(f"{number} {when}")
        reminders.append(phone.ring(server, late_ms))
        until(lambda: server.is_dead() or phone.state(reminders[-1]) in {"sent", "shown"}, f"{number} {when}")  # noqa: B023
        if server.is_dead():
            died.append(f"{number} {when}")
            relay.hand_over(phone)
        phone.wait_until_over(reminders[-1])
        if late_ms and died[-1:] == [f"{number} {when}"]:
            # Whoever leads now notes it anew, at once, and not again before a minute has passed.
            until(phone.is_noted, "the next one has noted the minute")
    assert len(died) >= len(steps) - 2, died
    check(phone, reminders)


def test_a_scheduler_that_is_killed_within_the_request_lets_the_reminder_be_seen_once(
    phone: Phone, relay: Relay
) -> None:
    world = phone.world
    reminders = []
    for kills, confirms in product(("taken", "lost"), (True, False)):
        world.confirms, world.kills = confirms, kills
        server = relay.now
        reminders.append(phone.ring(server))
        until(server.is_dead, "it is killed")
        assert phone.state(reminders[-1]) == "sending", "written down before the request"
        rung = len(phone.browser.rung)
        relay.hand_over(phone, waits=True)
        if kills == "taken" and confirms:
            # The device comes back to it before the wait is over: nothing is sent a second time.
            world.confirm(list(phone.browser.shown.values())[-1])
        phone.wait_no_longer()
        phone.wait_until_over(reminders[-1])
        again = len(phone.browser.rung) - rung
        assert again == (0 if kills == "taken" and confirms else 1), (kills, confirms)
    check(phone, reminders)

"""Several server processes on one PostgreSQL: they hear of each other, replace each other, and stop together."""

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import Connection

from routebook_server.database import driver_of, name_of, open_database, open_sqlite, postgres
from routebook_server.database.address import sqlite_address, sqlite_path
from routebook_server.records.buckets import Head, number_of, raise_horizon
from routebook_server.records.heads import Subscription
from routebook_server.records.pokes import CHANNEL, follow_pokes, poke
from routebook_server.records.projection import Projector
from server.devices import ANNA, BAKERY, MIRA, NORTH, Team, make_id, open_team
from server.process import STARTS_WITHIN_S, Process

pytestmark = pytest.mark.postgres
IN_NORTH = f"t:{NORTH}"
VISIT = {"customer": BAKERY, "person": ANNA, "status": "open"}


@contextlib.asynccontextmanager
async def two_teams(address: str) -> AsyncIterator[tuple[Team, Team]]:
    """Yield the same team as two processes have it, each hearing the other."""
    async with open_team(address) as one:
        other = Team(open_database(address))
        other.person_by_device = one.person_by_device
        tasks = [asyncio.create_task(follow_pokes(team.database, team.heads)) for team in (one, other)]
        try:
            await listeners(one, 2)
            yield one, other
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            other.heads.close()
            await other.store.close()
            await other.database.close()


LISTENING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


async def listeners(team: Team, count: int) -> list[int]:
    """Wait until so many connections listen; return their processes' ids."""
    async with asyncio.timeout(20):
        while True:
            pids = [pid for (pid,) in await team.read(LISTENING)]
            if len(pids) == count:
                return pids
            await asyncio.to_thread(threading.Event().wait, 0.02)


async def hear(subscription: Subscription, seq: int) -> None:
    """Wait until the head of the north stands there; what was caught up with at the beginning may come before."""
    head = Head(1, 0)
    while head.seq < seq:
        head = (await subscription.next(20))[IN_NORTH]
    assert head.seq == seq


async def test_what_one_process_commits_the_other_hears_once(postgres_address: str) -> None:
    async with two_teams(postgres_address) as (one, other):
        phone = one.device(1, ANNA)
        with one.heads.subscribe([IN_NORTH]) as own, other.heads.subscribe([IN_NORTH]) as far:
            for number in (1, 2):
                phone.edit("visit", make_id(number), BAKERY, VISIT)
                await phone.sync()
                await hear(far, number + 1)
                await hear(own, number + 1)
            # Pokes come in order: once the next one is there, the echo of those before has passed.
            desk = other.device(2, MIRA)
            desk.edit("visit", make_id(3), BAKERY, VISIT)
            await desk.sync()
            assert await own.next(20) == {IN_NORTH: Head(1, 4)}, "its own pokes come back and are no news"


def undone(connection: Connection) -> None:
    poke(driver_of(connection), {IN_NORTH: Head(1, 999)})
    raise ZeroDivisionError


async def test_what_is_undone_is_told_to_nobody(postgres_address: str) -> None:
    async with two_teams(postgres_address) as (one, other):
        with other.heads.subscribe([IN_NORTH]) as far:
            with pytest.raises(ZeroDivisionError):
                await one.database.write(undone)
            await one.database.write(lambda c: driver_of(c).fetch("SELECT 1 FROM pg_notify(?, ?)", CHANNEL, "{no poke"))
            phone = one.device(1, ANNA)
            phone.edit("visit", make_id(1), BAKERY, VISIT)
            await phone.sync()
            await hear(far, 2)


async def test_after_an_interruption_every_head_is_heard(postgres_address: str) -> None:
    async with two_teams(postgres_address) as (one, other):
        with other.heads.subscribe([IN_NORTH]) as far:
            for pid in await listeners(one, 2):
                await one.read("SELECT pg_terminate_backend(?)", pid)
            phone = one.device(1, ANNA)
            phone.edit("visit", make_id(1), BAKERY, VISIT)
            await phone.sync()
            await hear(far, 2)
            await listeners(one, 2)
            phone.edit("visit", make_id(2), BAKERY, VISIT)
            await phone.sync()
            await hear(far, 3)


async def test_after_an_interruption_heads_are_heard_of_a_bucket_that_lost_markers(postgres_address: str) -> None:
    async with two_teams(postgres_address) as (one, other):
        phone = one.device(1, ANNA)
        lost = raise_horizon(0, 1)
        await one.write("UPDATE bucket SET horizon = ? WHERE bucket = ?", lost, IN_NORTH)
        with other.heads.subscribe([IN_NORTH]) as far:
            phone.edit("visit", make_id(1), BAKERY, VISIT)
            await phone.sync()
            await hear(far, number_of(2, lost))
            # Told by nobody, as by a process whose word was missed.
            await one.write("UPDATE bucket SET seq = 3 WHERE bucket = ?", IN_NORTH)
            for pid in await listeners(one, 2):
                await one.read("SELECT pg_terminate_backend(?)", pid)
            await hear(far, number_of(3, lost))


async def test_devices_on_two_processes_converge(postgres_address: str) -> None:
    async with two_teams(postgres_address) as (one, other):
        phone, desk = one.device(1, ANNA), other.device(2, MIRA)
        for n in range(20):
            phone.edit("visit", make_id(n), BAKERY, VISIT)
            desk.edit(
                "note", make_id(100 + n), BAKERY, {"customer": BAKERY, "person": MIRA, "written_at": n, "body": "x"}
            )
            await asyncio.gather(phone.sync(), desk.sync())
        await asyncio.gather(phone.sync(), desk.sync())
        await asyncio.gather(phone.sync(), desk.sync())
        seen = [{i: row for i, row in d.confirmed.items() if row.r == BAKERY} for d in (phone, desk)]
        assert seen[0] == seen[1]
        assert len(seen[0]) == 41


async def test_a_number_of_one_device_is_taken_once_by_two_processes_at_once(postgres_address: str) -> None:
    async with two_teams(postgres_address) as (one, other):
        phone = one.device(1, ANNA)
        for n in range(30):
            phone.edit("visit", make_id(n), BAKERY, VISIT)
        far = other.device(1, ANNA)
        far.outbox = list(phone.outbox)
        replies = await asyncio.gather(*(device.send() for device in (phone, far) for _ in range(3)))
        assert [reply.json()["pushed"] for reply in replies] == [30] * 6
        assert await one.read("SELECT count(*), count(DISTINCT id) FROM history WHERE device = 1") == [(30, 30)]


async def test_an_edit_and_its_root_by_two_processes_at_once_leave_nothing_waiting(postgres_address: str) -> None:
    async with two_teams(postgres_address) as (one, other):
        for turn in range(15):
            phone, desk = one.device(10 + turn, ANNA), other.device(100 + turn, MIRA)
            customer, visit = make_id(1_000 + turn), make_id(2_000 + turn)
            desk.edit("customer", customer, customer, {"name": "New", "territory": NORTH})
            phone.edit("visit", visit, customer, {**VISIT, "customer": customer})
            await asyncio.gather(phone.sync(), desk.sync())
            assert await one.row(visit) is not None
        assert await one.read("SELECT count(*) FROM held") == [(0,)]


def children(pid: int) -> list[int]:
    """Return the server processes below a supervisor, on Linux."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found if b"spawn_main" in command_line(child)]


def command_line(pid: str) -> bytes:
    """Return what a process was started with; nothing of one that is gone, though it was listed a moment ago."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def until(is_so: Any, within_s: float = STARTS_WITHIN_S) -> None:
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun < within_s
        threading.Event().wait(0.05)


@pytest.fixture
def process(tmp_path: Path, postgres_address: str) -> Any:
    process = Process(tmp_path)
    process.environment |= {"ROUTEBOOK_DATABASE": postgres_address, "ROUTEBOOK_PROCESSES": "2"}
    assert process.add_person().returncode == 0
    yield process
    process.kill()


def test_nothing_is_moved_or_restored_while_one_of_several_processes_runs(process: Process, tmp_path: Path) -> None:
    postgres = process.environment["ROUTEBOOK_DATABASE"]
    backup, empty = tmp_path / "book.backup", sqlite_address(tmp_path / "empty.db")
    open_sqlite(sqlite_path(empty)).close_now()
    assert process.run("backup", str(backup)).returncode == 0
    restore, move = ("restore", str(backup)), ("move", "--from", postgres, "--to", empty)
    with process.serving():
        for command in (restore, move, ("move", "--from", empty, "--to", postgres)):
            done = process.run(*command)
            assert done.returncode == 1
            assert f"{name_of(postgres)} is in use; stop the server first" in done.stderr
        process.stop(signal.SIGTERM)
    for command in (restore, move):
        done = process.run(*command)
        assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes where Linux lists them")
def test_a_killed_process_is_replaced_and_a_signal_stops_them_all(process: Process) -> None:
    with process.serving() as client:
        assert process.running is not None
        supervisor = process.running.pid
        first = children(supervisor)
        assert len(first) == 2
        os.kill(first[0], signal.SIGKILL)
        until(lambda: not Path(f"/proc/{first[0]}/fd/0").exists())
        for _ in range(20):
            answer = httpx.get(client.base_url.join("/api/health"), timeout=client.timeout)
            assert answer.status_code == 200, "the other one serves on"
        until(lambda: len(children(supervisor)) == 2 and first[0] not in children(supervisor))
        last = children(supervisor)
        code, _seconds, said = process.stop(signal.SIGTERM)
    assert code == 0
    assert "starting another one" in said
    assert "open-sesame" not in said
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in last))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes where Linux lists them")
def test_processes_do_not_outlive_their_supervisor(process: Process) -> None:
    with process.serving():
        assert process.running is not None
        left = children(process.running.pid)
        process.kill()
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left))


async def test_the_reporting_tables_follow_what_another_process_commits(postgres_address: str) -> None:
    async with two_teams(postgres_address) as (one, other):
        projector = Projector(other.database, other.heads, time.monotonic, rest_s=0)
        following = asyncio.create_task(projector.run())
        phone = one.device(1, ANNA)
        phone.edit("visit", make_id(1), BAKERY, VISIT)
        await phone.sync()
        async with asyncio.timeout(20):
            while (await projector.lag()).rows:
                await asyncio.to_thread(threading.Event().wait, 0.02)
        assert await one.read("SELECT id FROM projection_visit") == [(make_id(1),)]
        other.heads.close()
        await following


async def test_a_process_whose_connection_is_cut_just_before_it_listens_hears_the_others_all_the_same(
    postgres_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, cut = postgres.connect, asyncio.Event()

    async def connect(url: str) -> Any:
        connection = await real(url)
        if not cut.is_set():
            cut.set()
            connection.terminate()
        return connection

    async with open_team(postgres_address) as team:
        monkeypatch.setattr(postgres, "connect", connect)
        monkeypatch.setattr(postgres, "REST_S", 0.01)
        heard: asyncio.Queue[str] = asyncio.Queue()
        ready = asyncio.Event()

        async def catch_up() -> None:
            ready.set()

        task = asyncio.create_task(team.database.listen("news", heard.put_nowait, catch_up))
        try:
            async with asyncio.timeout(20):
                await ready.wait()
                await team.database.write(lambda connection: driver_of(connection).execute("NOTIFY news, 'here'"))
                assert await heard.get() == "here"
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_process_that_hears_nothing_for_long_asks_whether_it_is_still_heard_and_goes_on_listening(
    postgres_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_team(postgres_address) as team:
        monkeypatch.setattr(postgres, "PING_S", 0.02)
        heard: asyncio.Queue[str] = asyncio.Queue()
        beginnings, ready, asked = 0, asyncio.Event(), asyncio.Event()

        async def catch_up() -> None:
            nonlocal beginnings
            beginnings += 1
            ready.set()

        pinged = asyncpg.Connection.execute

        async def execute(connection: asyncpg.Connection, query: str, *arguments: Any, **options: Any) -> Any:
            told = await pinged(connection, query, *arguments, **options)
            asked.set()
            return told

        monkeypatch.setattr(asyncpg.Connection, "execute", execute)
        task = asyncio.create_task(team.database.listen("news", heard.put_nowait, catch_up))
        try:
            async with asyncio.timeout(20):
                await ready.wait()
                for _ping in range(3):
                    asked.clear()
                    await asked.wait()
                await team.database.write(lambda connection: driver_of(connection).execute("NOTIFY news, 'here'"))
                assert await heard.get() == "here"
            assert beginnings == 1
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

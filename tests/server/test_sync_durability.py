"""What the server acknowledged is there after it is killed, and the log never grows for ever."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from routebook_server.database import SqliteDatabase, open_sqlite, sqlite
from server.devices import ANNA, BAKERY, Team, make_id, open_team

PUSHER = """
import asyncio, sys
from pathlib import Path
from server.devices import ANNA, BAKERY, make_id, open_team

async def main():
    async with open_team(Path(sys.argv[1])) as team:
        device = team.device(1, ANNA)
        number = 0
        while True:
            number += 1
            device.edit("visit", make_id(number), BAKERY, {"customer": BAKERY, "person": ANNA, "status": "open"})
            reply = await device.sync()
            print(reply.pushed, flush=True)

asyncio.run(main())
"""


def test_every_acknowledged_edit_survives_a_kill(tmp_path: Path) -> None:
    path = [entry for entry in sys.path if entry]
    with subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{PUSHER}", str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        lines = iter(server.stdout)
        acknowledged = 0
        while acknowledged < 40:
            acknowledged = int(next(lines))
        server.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *(int(line) for line in lines if line.endswith("\n"))])

    plain = sqlite3.connect(tmp_path / "team.db")
    visits = plain.execute("SELECT count(*) FROM record WHERE kind = 'visit'").fetchone()[0]
    pushed = plain.execute("SELECT pushed FROM replica WHERE device = 1").fetchone()[0]
    plain.close()
    assert visits == pushed >= acknowledged


async def test_a_push_is_in_the_file_before_it_is_answered(tmp_path: Path) -> None:
    async with open_team(tmp_path) as team:
        await push_visit(team, 1)
        other = sqlite3.connect(tmp_path / "team.db")
        doc = other.execute("SELECT doc FROM record WHERE id = ?", (make_id(1),)).fetchone()[0]
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        other.close()
        assert msgspec.json.decode(doc)["k"] == "visit"
        levels = await team.database.write(lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar_one())
        assert levels == 2, "FULL: a commit is on the disk before it returns"


async def test_checkpoints_keep_the_log_from_growing(tmp_path: Path) -> None:
    async with open_team(tmp_path) as team:
        log = tmp_path / "team.db-wal"
        sizes = []
        for number in range(1, 41):
            await push_visit(team, number)
            assert isinstance(team.database, SqliteDatabase)
            team.database.checkpoint_now()
            sizes.append(log.stat().st_size)
        assert sizes[-1] == sizes[9]


def test_a_closed_database_leaves_one_file(tmp_path: Path) -> None:
    database = open_sqlite(tmp_path / "closed.db")
    database.write_now(lambda connection: connection.exec_driver_sql("CREATE TABLE x (y)").close())
    database.close_now()
    assert [path.name for path in tmp_path.iterdir()] == ["closed.db"]


async def test_a_write_that_outlives_the_closing_is_done_and_leaves_nothing_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, fault: faults.append(fault))
    monkeypatch.setattr(sqlite, "CHECKPOINT_AFTER_S", 0)
    database = open_sqlite(tmp_path / "closed.db")
    begun, may_end = threading.Event(), threading.Event()

    def work(_connection: Connection) -> str:
        begun.set()
        may_end.wait(20)
        return "done"

    writing = asyncio.create_task(database.write(work))
    assert await asyncio.to_thread(begun.wait, 20)
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    may_end.set()
    await closing
    assert await writing == "done"
    await asyncio.sleep(0.05)
    assert faults == []


async def push_visit(team: Team, number: int) -> None:
    device = team.device(number, ANNA)
    device.edit("visit", make_id(number), BAKERY, {"customer": BAKERY, "person": ANNA, "status": "open"})
    assert (await device.sync()).pushed == 1

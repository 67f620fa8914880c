"""After a restore devices need not subscribe anew, and links that were ended since the backup stay ended."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from routebook_server.backup.restoring import restore_backup
from routebook_server.backup.sealing import seal
from routebook_server.backup.taking import take_backup
from routebook_server.database.address import is_postgres, sqlite_address
from server.reminders import open_scene
from server.team import open_house


def unseen(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


@pytest.mark.parametrize("has_secrets", [True, False])
async def test_the_keys_stay_and_ended_links_stay_ended(tmp_path: Path, address: str, *, has_secrets: bool) -> None:
    backup = tmp_path / "book.backup"
    async with open_scene(tmp_path, address) as scene:
        key = scene.service.key
        ended = (await scene.phone.post("/api/calendar", json={})).json()["path"]
        other = await scene.house.signed_in("other_rep")
        kept = (await other.post("/api/calendar", json={})).json()["path"]
        await take_backup(scene.house.application.database, backup, unseen)
        await scene.phone.delete("/api/calendar")
        now_ms = scene.house.clock.now_ms
    if not has_secrets:
        # As of a version that had none yet.
        with contextlib.closing(sqlite3.connect(backup)) as copy, copy:
            copy.execute("DELETE FROM server_secret")
        seal(backup)
    at = address if is_postgres(address) else sqlite_address(tmp_path / "data" / "routebook.db")
    await restore_backup(backup, at, now_ms, unseen)
    async with open_house(tmp_path / "data", again=True, database=at) as house:
        client = house.client()
        assert (await client.get("/api/push/key")).json()["key"] == key
        assert (await client.get(ended)).status_code == 404
        assert (await client.get(kept)).status_code == 200


async def test_a_new_machine_takes_over_the_keys_of_the_backup(tmp_path: Path) -> None:
    backup = tmp_path / "book.backup"
    async with open_scene(tmp_path / "old") as scene:
        await take_backup(scene.house.application.database, backup, unseen)
        key = scene.service.key
    async with open_scene(tmp_path / "new") as other:
        await other.run_sql("DELETE FROM server_secret")
        await other.run_sql("INSERT INTO server_secret (name, value, created) VALUES ('vapid', 'AQ', 0)")
    target = sqlite_address(tmp_path / "new" / "data" / "routebook.db")
    await restore_backup(backup, target, 1_900_000_000_000, unseen)
    async with open_house(tmp_path / "new" / "data", again=True) as house:
        assert (await house.client().get("/api/push/key")).json()["key"] == key

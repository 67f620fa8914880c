"""The journal of one's reminders tells nothing of a record that is one's no more (SPEC R34)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from server.reminders import Scene, ms, open_scene, task_id
from server.team import EWA, MAREK, NORTH


@pytest_asyncio.fixture
async def scene(tmp_path: Path, address: str) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path, address) as opened:
        yield opened


async def cover(scene: Scene, person: str) -> None:
    administrator = await scene.house.signed_in("administrator")
    changed = {"cover": [{"person": person}]}
    assert (await administrator.put(f"/api/territories/{NORTH}/cover", json=changed)).status_code == 200


async def test_it_goes_with_the_territory_and_returns_with_it(scene: Scene) -> None:
    await scene.task(1, title="Secret of the bakery", remind_at=ms("2026-11-19 10:30"))
    await scene.at("2026-11-19 10:31")
    assert (await scene.phone.post("/api/reminders/test", json={})).status_code == 200
    await cover(scene, EWA)
    phone = await scene.house.signed_in("rep")

    assert (await phone.get(f"/api/history/{task_id(1)}")).status_code == 404
    told = await phone.get("/api/reminders")
    assert [entry["rule"] for entry in told.json()["entries"]] == ["test"]
    assert "Secret" not in told.text

    await cover(scene, MAREK)
    assert "Secret" in (await phone.get("/api/reminders")).text

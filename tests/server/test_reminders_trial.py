"""A person sends himself a test reminder: it goes the whole way, to this device alone, and the log tells how far."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from server.reminders import Scene, ms, open_scene


@pytest_asyncio.fixture
async def scene(tmp_path: Path, address: str) -> AsyncIterator[Scene]:
    """The scene, once on SQLite and once on PostgreSQL."""
    async with open_scene(tmp_path, address) as opened:
        yield opened


async def ask(scene: Scene) -> str:
    answer = await scene.phone.post("/api/reminders/test", json={})
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["id"]
    return found


async def entry(scene: Scene, reminder: str) -> dict[str, Any]:
    [found] = [one for one in await scene.journal() if one["id"] == reminder]
    return found


async def test_it_goes_to_the_device_that_asked_and_each_step_is_in_the_log(scene: Scene) -> None:
    await scene.signed_in("rep", "tablet")
    reminder = await ask(scene)
    assert (await entry(scene, reminder))["deliveries"][0]["state"] == "planned"
    [message] = await scene.pass_by(0)
    assert message.device == "phone"
    payload = message.payload
    assert (payload["title"], payload["rule"], payload["url"]) == ("Test reminder", "test", "/settings/reminders")
    assert message.headers["urgency"] == "high"
    assert (await entry(scene, reminder))["deliveries"][0]["state"] == "sent"
    await scene.said(message, "shown")
    [delivered] = (await entry(scene, reminder))["deliveries"]
    assert (delivered["state"], delivered["shown_at"]) == ("shown", scene.house.clock.now_ms)
    assert (await scene.said(message, "act", action="open")).status_code == 200


async def test_it_comes_in_quiet_hours_too_because_it_was_asked_for(scene: Scene) -> None:
    scene.house.clock.now_ms = ms("2026-11-19 23:30")
    await ask(scene)
    assert len(await scene.pass_by(0)) == 1


async def test_a_button_pressed_twice_sends_one_and_later_another(scene: Scene) -> None:
    scene.house.clock.now_ms = ms("2026-11-19 10:30")
    first = await ask(scene)
    scene.house.clock.advance(seconds=1)
    assert await ask(scene) == first
    assert len(await scene.pass_by(0)) == 1
    scene.house.clock.advance(seconds=5)
    assert await ask(scene) != first
    assert len(await scene.pass_by(0)) == 1


async def test_the_step_that_failed_is_in_the_log(scene: Scene) -> None:
    scene.service.answers["phone"] = [(410, {})]
    reminder = await ask(scene)
    assert await scene.pass_by(0) == []
    [delivered] = (await entry(scene, reminder))["deliveries"]
    assert (delivered["state"], delivered["problem"]) == ("failed", "gone")
    scene.house.clock.advance(seconds=5)
    reminder = await ask(scene)
    assert await scene.pass_by(0) == []
    [delivered] = (await entry(scene, reminder))["deliveries"]
    assert (delivered["state"], delivered["problem"]) == ("failed", "unsubscribed")


async def test_who_is_not_signed_in_sends_none(scene: Scene) -> None:
    assert (await scene.house.client().post("/api/reminders/test", json={})).status_code == 401

"""*Done* from a notification counts once, and only over what was said of the task before the tap."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from server.push_service import Message
from server.reminders import Scene, ms, open_scene, task_id

MONDAY = {"remind_at": ms("2026-11-23 10:00"), "due_day": "2026-11-23"}


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as opened:
        yield opened


async def ring(scene: Scene, **values: Any) -> Message:
    """Let one reminder come, at half past ten."""
    await scene.task(1, remind_at=ms("2026-11-19 10:30"), due_day="2026-11-19", **values)
    [message] = await scene.at("2026-11-19 10:30")
    return message


@pytest.mark.parametrize("says_when", [True, False])
async def test_done_that_is_said_again_leaves_what_was_opened_again_meanwhile(scene: Scene, *, says_when: bool) -> None:
    message = await ring(scene)
    scene.house.clock.now_ms = ms("2026-11-19 10:32")
    more = {"at": ms("2026-11-19 10:31")} if says_when else {}
    answer = await scene.said(message, "act", action="done", **more)
    scene.house.clock.now_ms = ms("2026-11-19 10:33")
    await scene.task(1, status="open", done_at=None)
    before = await scene.value(task_id(1))
    again = await scene.said(message, "act", action="done", **more)
    assert (again.status_code, again.json()) == (200, answer.json())
    assert await scene.value(task_id(1)) == before


@pytest.mark.parametrize(
    ("tapped", "status", "detail"),
    [
        ("2026-11-19 10:40", "open", "The task was opened again meanwhile."),
        ("2026-11-19 11:10", "done", ""),
        # A device's clock may be slow: nothing is tapped before it was sent.
        ("2026-11-19 08:00", "open", "The task was opened again meanwhile."),
    ],
)
async def test_the_other_devices_done_counts_by_when_it_was_tapped(
    scene: Scene, tapped: str, status: str, detail: str
) -> None:
    await scene.signed_in("rep", "tablet")
    await scene.task(1, remind_at=ms("2026-11-19 10:30"))
    first, second = await scene.at("2026-11-19 10:30")
    await scene.said(first, "act", action="done", at=ms("2026-11-19 10:30"))
    scene.house.clock.now_ms = ms("2026-11-19 11:00")
    await scene.task(1, status="open", done_at=None)
    scene.house.clock.now_ms = ms("2026-11-19 12:00")
    answer = await scene.said(second, "act", action="done", at=ms(tapped))
    assert (answer.status_code, answer.json().get("detail", "")) == (404 if detail else 200, detail)
    assert (await scene.value(task_id(1)))["status"] == status


@pytest.mark.parametrize("repeat", [None, "day"])
async def test_done_before_it_was_put_to_another_day_leaves_it_there(scene: Scene, repeat: str | None) -> None:
    message = await ring(scene, repeat=repeat)
    scene.house.clock.now_ms = ms("2026-11-19 11:00")
    await scene.task(1, **MONDAY)
    before = await scene.value(task_id(1))
    scene.house.clock.now_ms = ms("2026-11-19 12:00")
    answer = await scene.said(message, "act", action="done", at=ms("2026-11-19 10:40"))
    assert (answer.status_code, answer.json()["detail"]) == (404, "The task was put to another time meanwhile.")
    assert await scene.value(task_id(1)) == before
    [entry] = await scene.journal()
    assert (entry["action"], entry["deliveries"][0]["state"]) == ("", "sent"), "nothing was done about it"


@pytest.mark.parametrize("more", [{}, {"at": ms("2026-11-19 11:30")}])
async def test_done_after_it_was_put_to_another_day_is_done_early(scene: Scene, more: dict[str, int]) -> None:
    message = await ring(scene)
    scene.house.clock.now_ms = ms("2026-11-19 11:00")
    await scene.task(1, **MONDAY)
    scene.house.clock.now_ms = ms("2026-11-19 12:00")
    assert (await scene.said(message, "act", action="done", **more)).status_code == 200
    task = await scene.value(task_id(1))
    assert (task["status"], task["done_at"]) == ("done", more.get("at", scene.house.clock.now_ms))
    assert await scene.at("2026-11-23 10:00") == []


async def test_a_task_that_is_written_after_its_time_can_be_done_by_a_device_whose_clock_is_slow(scene: Scene) -> None:
    scene.house.clock.now_ms = ms("2026-11-19 10:31")
    message = await ring(scene)
    scene.house.clock.now_ms = ms("2026-11-19 10:40")
    assert (await scene.said(message, "act", action="done", at=ms("2026-11-19 09:00"))).status_code == 200
    assert (await scene.value(task_id(1)))["status"] == "done"

"""Many reminders of one minute come as one notification, and each of them is in the log, shown exactly once."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from routebook_server.records.store import Values
from routebook_server.reminders.grouping import MANY
from routebook_server.reminders.states import UNKNOWN_MS
from server.push_service import Message
from server.reminders import BAKERY, Scene, ms, open_scene, task_id
from server.team import MAREK, make_id


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def anywhere(tmp_path: Path, address: str) -> AsyncIterator[Scene]:
    """The scene, once on SQLite and once on PostgreSQL."""
    async with open_scene(tmp_path, address) as opened:
        yield opened


async def due(scene: Scene, count: int, at: str = "2026-11-19 10:30") -> None:
    """Write so many tasks that ring in one minute."""
    for number in range(1, count + 1):
        await scene.task(number, title=f"Task {number:02}", remind_at=ms(at), due_day=at[:10])


async def deliveries(scene: Scene, *fields: str) -> list[tuple[Any, ...]]:
    """Return how often each combination of these fields is among the deliveries in the log."""
    found = [one for entry in await scene.journal() for one in entry["deliveries"]]
    rows = sorted(tuple(one[field] for field in fields) for one in found)
    return [(*key, len(list(rest))) for key, rest in itertools.groupby(rows)]


async def together(scene: Scene, count: int) -> Message:
    """Let so many come, as one."""
    await due(scene, count)
    [message] = await scene.at("2026-11-19 10:30")
    return message


async def test_twenty_of_one_minute_are_one_notification_and_twenty_in_the_log(anywhere: Scene) -> None:
    scene = anywhere
    message = await together(scene, 20)
    payload = message.payload
    assert payload["title"] == "20 reminders"
    assert payload["body"].split("\n") == ["Task 01", "Task 02", "Task 03", "Task 04", "and 16 more"]
    assert (payload["rule"], payload["url"], payload["actions"]) == ("several", "/tasks", [])
    assert message.headers["topic"] == payload["id"] == payload["tag"]
    assert await deliveries(scene, "state", "summary") == [("sent", payload["id"], 20)]
    for _ in range(2):
        assert (await scene.said(message, "shown")).status_code == 204
        scene.house.clock.advance(seconds=5)
    shown_at = ms("2026-11-19 10:30")
    assert await deliveries(scene, "state", "shown_at") == [("shown", shown_at, 20)], "the first word counts"
    assert await scene.at("2026-11-19 12:00") == []


async def test_a_few_come_one_by_one(scene: Scene) -> None:
    await due(scene, MANY - 1)
    messages = await scene.at("2026-11-19 10:30")
    assert sorted(message.payload["title"] for message in messages) == ["Task 01", "Task 02", "Task 03"]
    assert await deliveries(scene, "summary") == [("", MANY - 1)]


async def test_each_device_has_its_own_message(scene: Scene) -> None:
    await scene.signed_in("rep", "tablet")
    await due(scene, 5)
    phone, tablet = sorted(await scene.at("2026-11-19 10:30"))
    assert (phone.device, tablet.device) == ("phone", "tablet")
    assert phone.payload["id"] != tablet.payload["id"]
    await scene.said(tablet, "shown")
    assert await deliveries(scene, "state", "summary") == [
        ("sent", phone.payload["id"], 5), ("shown", tablet.payload["id"], 5),
    ]  # fmt: skip


async def test_a_message_that_was_perhaps_sent_comes_again_under_its_id_without_what_is_done(
    anywhere: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = anywhere

    async def killed(_results: object) -> None:
        """Nothing is written down: as where the process dies after the request."""

    with monkeypatch.context() as dying:
        dying.setattr(scene.reminding, "_settle", killed)
        first = await together(scene, 6)
    assert await deliveries(scene, "state") == [("sending", 6)]
    await scene.task(2, status="done")
    await scene.task(7, title="Late", remind_at=ms("2026-11-19 10:31"))
    again, late = await scene.pass_by(UNKNOWN_MS / 1_000 + 1)
    if again.payload["title"] == "Late":
        again, late = late, again
    assert (again.payload["id"], again.payload["title"]) == (first.payload["id"], "5 reminders")
    assert late.payload["title"] == "Late", "what falls due later is not drawn into it"
    phone = scene.service.browsers["phone"]
    assert sorted(phone.shown) == sorted({first.payload["id"], late.payload["id"]})
    await scene.said(again, "shown")
    assert await deliveries(scene, "state") == [("cancelled", 1), ("sent", 1), ("shown", 5)]


async def test_a_message_that_is_not_taken_now_is_tried_again_as_the_same(scene: Scene) -> None:
    scene.service.answers["phone"] = [(503, {})]
    await due(scene, 5)
    assert await scene.at("2026-11-19 10:30") == []
    [message] = await scene.pass_by(31)
    assert message.payload["title"] == "5 reminders"
    assert await deliveries(scene, "state", "attempts") == [("sent", 2, 5)]


async def test_a_dead_subscription_fails_for_each_of_them(scene: Scene) -> None:
    scene.service.answers["phone"] = [(410, {})]
    await due(scene, 5)
    assert await scene.at("2026-11-19 10:30") == []
    assert await deliveries(scene, "state", "problem") == [("failed", "gone", 5)]
    assert await scene.read("SELECT count(*) FROM push_subscription") == [(0,)]


async def test_it_can_be_opened_and_each_reminder_was(scene: Scene) -> None:
    message = await together(scene, 5)
    refused = await scene.said(message, "act", action="done")
    assert (refused.status_code, refused.json()["code"]) == (400, "wrong_type"), "nobody marks five tasks by one tap"
    assert (await scene.said(message, "act", action="open")).json() == {"action": "open", "remind_at": None}
    assert {entry["action"] for entry in await scene.journal()} == {"open"}
    assert await deliveries(scene, "state") == [("acted", 5)]


async def test_a_wrong_secret_is_told_nothing_of_many_either(scene: Scene) -> None:
    message = await together(scene, 5)
    body = {"token": "x" * 22}
    answer = await scene.house.client().post(f"/api/reminders/{message.payload['id']}/shown", json=body)
    assert answer.status_code == 404
    assert await deliveries(scene, "state") == [("sent", 5)]


async def test_deals_alone_open_the_deals_and_a_mixture_without_tasks_the_day(scene: Scene) -> None:
    for number in range(5):
        values = {"customer": BAKERY, "title": f"Ovens {number}", "stage": "proposal", "owner": MAREK}
        await scene.write("deal", make_id(600 + number), BAKERY, close_day="2026-11-19", **values)
    [message] = await scene.at("2026-11-20 09:00")
    assert message.payload["url"] == "/deals"
    await scene.write("contact", make_id(700), BAKERY, customer=BAKERY, name="Ewa", birthday="1980-11-21")
    for number in range(5):
        await scene.write("deal", make_id(600 + number), BAKERY, close_day="2026-11-20")
    [message] = await scene.at("2026-11-21 09:00")
    assert (message.payload["title"], message.payload["url"]) == ("6 reminders", "/today")


async def test_however_many_of_one_device_are_due_they_are_one_message(scene: Scene) -> None:
    at = ms("2026-11-19 10:30")
    values = {"title": "Many", "person": MAREK, "status": "open", "remind_at": at}
    await scene.house.application.store.edit([Values("task", task_id(n), MAREK, values) for n in range(700)])
    [message] = await scene.at_ms(at)
    assert message.payload["title"] == "700 reminders"
    await scene.said(message, "shown")
    assert await scene.read("SELECT state, count(*) FROM delivery GROUP BY state") == [("shown", 700)]

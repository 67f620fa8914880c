"""A device subscribes at each start of the app; keys are made once, shared, and told to nobody."""

import base64
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from routebook_server.reminders.keys import KeyRing
from server.reminders import Scene, ms, open_scene
from server.team import MAREK, open_house


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as opened:
        yield opened


async def test_a_device_subscribes_renews_and_unsubscribes(scene: Scene) -> None:
    endpoint = scene.service.browsers["phone"].endpoint
    first = (await scene.phone.get("/api/push/subscription")).json()
    assert first == {"endpoint": endpoint, "renewed": scene.house.clock.now_ms}
    scene.house.clock.advance(days=1)
    moved = scene.service.browser("phone-again")
    answer = await scene.phone.put("/api/push/subscription", json=moved.subscription())
    assert answer.json() == {"endpoint": moved.endpoint, "renewed": scene.house.clock.now_ms}
    assert await scene.read("SELECT count(*) FROM push_subscription") == [(1,)], "one a device"
    await scene.task(1, remind_at=ms("2026-11-20 10:30"))
    assert [message.device for message in await scene.at("2026-11-20 10:30")] == ["phone-again"]
    for _ in range(2):
        assert (await scene.phone.delete("/api/push/subscription")).status_code == 204
    await scene.task(2, remind_at=ms("2026-11-20 10:40"))
    assert await scene.at("2026-11-20 10:40") == []
    assert (await scene.phone.get("/api/push/subscription")).json() == {"endpoint": "", "renewed": 0}


async def test_where_a_person_is_is_taken_from_his_first_device_unless_his_record_says_so(scene: Scene) -> None:
    async def zone() -> object:
        [(time_zone,)] = await scene.read("SELECT time_zone FROM due_person WHERE person = ?", MAREK)
        return time_zone

    async def subscribe(time_zone: str) -> None:
        body = {**scene.service.browsers["phone"].subscription(), "time_zone": time_zone}
        assert (await scene.phone.put("/api/push/subscription", json=body)).status_code == 200
        await scene.reminding.follower.catch_up()

    await subscribe("Asia/Tehran")
    assert await zone() == "Europe/Warsaw", "as his record has it"
    await scene.write("person", MAREK, "shared", time_zone=None)
    await subscribe("Nowhere/Else")
    assert await zone() == "UTC"
    await subscribe("Asia/Tehran")
    assert await zone() == "Asia/Tehran"
    await subscribe("America/New_York")
    assert await zone() == "Asia/Tehran", "he travels"


async def test_a_reminder_speaks_the_language_of_its_device_and_else_that_of_its_person(scene: Scene) -> None:
    await scene.signed_in("rep", "tablet")
    await scene.write("person", MAREK, "shared", locale="pl")

    async def subscribe(**more: str) -> int:
        body = {**scene.service.browsers["phone"].subscription(), **more}
        return (await scene.phone.put("/api/push/subscription", json=body)).status_code

    async def languages() -> dict[str, str]:
        await scene.task(1, title="Cheese", remind_at=scene.house.clock.now_ms + 10_000)
        messages = await scene.pass_by(10)
        return {message.device: message.payload["lang"] for message in messages}

    assert await languages() == {"phone": "pl", "tablet": "pl"}
    assert await subscribe(locale="fa") == 200
    assert await languages() == {"phone": "fa", "tablet": "pl"}
    # The service worker, which renews by itself, does not know what the app shows.
    assert await subscribe() == 200
    assert await languages() == {"phone": "fa", "tablet": "pl"}
    await scene.phone.post("/api/reminders/test", json={})
    [trial] = await scene.pass_by(0)
    assert (trial.payload["title"], trial.payload["dir"]) == ("یادآوری آزمایشی", "rtl")
    assert await subscribe(locale="tlh") == 200
    assert await languages() == {"phone": "pl", "tablet": "pl"}, "it speaks none that nobody has written"


GOOD = {"endpoint": "https://push.example.com/x", "p256dh": "", "auth": "AAAAAAAAAAAAAAAAAAAAAA"}
OFF_THE_CURVE = base64.urlsafe_b64encode(b"\x04" + b"\x01" * 64).decode().rstrip("=")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"endpoint": "http://push.example.com/x"}, "endpoint"),
        ({"endpoint": "https://169.254.169.254/latest"}, "endpoint"),
        ({"endpoint": "https://localhost/x"}, "endpoint"),
        ({"p256dh": "short"}, "p256dh"),
        ({"p256dh": OFF_THE_CURVE}, "p256dh"),
        ({"p256dh": "%%%"}, "p256dh"),
        ({"auth": "AAAA"}, "auth"),
        ({"more": 1}, "more"),
        ({"auth": None}, "auth"),
    ],
)
async def test_what_is_no_subscription_is_refused_by_its_field(
    tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    async with open_scene(tmp_path) as scene:
        good = {**GOOD, "p256dh": scene.service.browsers["phone"].subscription()["p256dh"]}
    async with open_house(tmp_path / "strict") as house:
        client = await house.signed_in("rep")
        assert (await client.put("/api/push/subscription", json=good)).status_code == 200
        answer = await client.put("/api/push/subscription", json={**good, **change})
        assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_the_keys_are_made_once_for_all_processes_and_starts(tmp_path: Path, address: str) -> None:
    async with open_scene(tmp_path, address) as scene:
        made = scene.service.key
        assert len(base64.urlsafe_b64decode(made + "=")) == 65
        application, clock = scene.house.application, scene.house.clock
        other = await KeyRing(application.database, lambda size: b"\1" * size, clock).keys()
        assert other.public == made
        mine = await KeyRing(application.database, lambda size: b"\2" * size, clock).keys()
        assert mine.token_of("x") == other.token_of("x")
        assert mine.token_of("x") != mine.token_of("y")
        assert await scene.read("SELECT name FROM server_secret ORDER BY name") == [("delivery",), ("vapid",)]


async def test_nothing_secret_reaches_a_log_or_an_error(
    scene: Scene, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, logger="httpx")  # the browser's side
    secrets = [value for (value,) in await scene.read("SELECT value FROM server_secret")]
    link = (await scene.phone.post("/api/calendar", json={})).json()["path"].partition("=")[2]
    subscription = scene.service.browsers["phone"].subscription()
    await scene.house.client().get("/api/calendar.ics", params={"key": link})
    await scene.house.client().get("/api/calendar.ics", params={"key": f"{link}x"})
    scene.service.answers["phone"] = [(503, {}), (400, {})]
    await scene.task(1, title="Bring the samples", remind_at=ms("2026-11-19 10:30"))
    await scene.at("2026-11-19 10:30")
    await scene.pass_by(60)
    await scene.task(2, title="Bring the samples", remind_at=ms("2026-11-19 10:40"))
    [message] = await scene.at("2026-11-19 10:40")
    await scene.said(message, "act", action="done")
    token = message.payload["token"]
    keys = await KeyRing(scene.house.application.database, bytes, scene.house.clock).keys()
    printed = capsys.readouterr()
    said = f"{caplog.text}{printed.out}{printed.err}{keys!r}{keys}"
    assert "status=400" in said or "'status': 400" in said, "what is not secret is there"
    for secret in (
        *secrets,
        link,
        token,
        subscription["auth"],
        subscription["p256dh"],
        subscription["endpoint"],
        "samples",
    ):
        assert secret not in said

"""Birthdays, calls, deals and silent devices remind by themselves, whoever they concern."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from server.reminders import BAKERY, Scene, ms, open_scene, task_id
from server.team import EWA, MAREK, make_id

ANN, OVENS = make_id(401), make_id(402)


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as opened:
        yield opened


def words(messages: list[Any]) -> list[tuple[str, str, str]]:
    return [(m.payload["rule"], m.payload["title"], m.payload["body"]) for m in messages]


async def test_a_birthday_rings_year_by_year_for_the_owner_of_the_customer(scene: Scene) -> None:
    await scene.write("contact", ANN, BAKERY, customer=BAKERY, name="Ann", birthday="1980-11-20")
    [message] = await scene.at("2026-11-20 09:00")
    assert words([message]) == [("birthday", "Ann has a birthday today", "Bakery")]
    assert message.payload["actions"] == []
    assert message.headers["urgency"] == "normal"
    assert await scene.at("2026-11-20 09:01") == []
    scene.house.clock.now_ms = ms("2026-11-28 12:00")
    await scene.reminding.look_around()
    # The session of the phone lasts ninety days from its last use.
    await scene.run_sql("UPDATE session SET expires = ?", ms("2028-01-01 00:00"))
    assert await scene.at("2027-11-20 08:59") == []
    assert words(await scene.at("2027-11-20 09:00")) == [("birthday", "Ann has a birthday today", "Bakery")]


@pytest.mark.parametrize(
    ("language", "shown", "days"),
    [
        ("en", {}, ["27"]),
        ("fa", {}, ["28"]),
        ("en", {"locale": "fa"}, ["28"]),
        ("en", {"calendar": "persian"}, ["28"]),
        ("fa", {"locale": "fa", "calendar": "gregory"}, ["27"]),
    ],
)
async def test_a_birthday_rings_by_the_calendar_that_its_reader_sees(
    scene: Scene, language: str, shown: dict[str, str], days: list[str]
) -> None:
    await scene.write("person", MAREK, "shared", locale=language)
    # 7 Azar 1375; in 1405 that is a day later.
    await scene.write("contact", ANN, BAKERY, customer=BAKERY, name="Ann", birthday="1996-11-27")
    await scene.reminding.follower.catch_up()
    body = {**scene.service.browsers["phone"].subscription(), **shown}
    assert (await scene.phone.put("/api/push/subscription", json=body)).status_code == 200
    rung = [day for day in ("26", "27", "28", "29") if await scene.at(f"2026-11-{day} 09:00")]
    assert rung == days


async def test_a_customer_that_changes_hands_takes_birthdays_and_deals_along(scene: Scene) -> None:
    await scene.write("contact", ANN, BAKERY, customer=BAKERY, name="Ann", birthday="1980-11-20")
    await scene.write("deal", OVENS, BAKERY, customer=BAKERY, title="Ovens", stage="new", close_day="2026-11-19")
    await scene.reminding.follower.catch_up()
    await scene.write("customer", BAKERY, BAKERY, owner=EWA)
    assert await scene.at("2026-11-20 09:00") == [], "hers now, and she may not even see it"
    await scene.write("customer", BAKERY, BAKERY, owner=MAREK)
    assert [word[0] for word in words(await scene.at("2026-11-20 09:30"))] == ["birthday", "slipping"]


async def test_a_call_rings_when_it_was_promised_and_again_when_it_was_not_made(scene: Scene) -> None:
    at = ms("2026-11-19 14:00")
    await scene.task(1, type="call", title="Prices", due_day="2026-11-19", remind_at=at)
    assert words(await scene.at("2026-11-19 14:00")) == [("promised_call", "Call Bakery", "Promised for 14:00: Prices")]
    assert await scene.at("2026-11-20 08:59") == []
    late = ("overdue_call", "Overdue: call Bakery", "Prices · 1 day late")
    assert words(await scene.at("2026-11-20 09:00")) == [late]
    assert await scene.at("2026-11-21 09:00") == [], "once is enough"


async def test_a_call_that_was_made_is_not_overdue(scene: Scene) -> None:
    await scene.task(1, type="call", due_day="2026-11-19", remind_at=ms("2026-11-19 14:00"))
    await scene.at("2026-11-19 14:00")
    await scene.task(1, status="done", done_at=ms("2026-11-19 14:05"))
    assert await scene.at("2026-11-20 09:00") == []


async def test_a_deal_rings_when_it_begins_to_slip_and_again_only_from_another_day(scene: Scene) -> None:
    await scene.write("deal", OVENS, BAKERY, customer=BAKERY, title="Ovens", stage="proposal", owner=MAREK,
                      stage_since=ms("2026-11-15 10:00"), close_day="2026-11-19")  # fmt: skip
    assert await scene.at("2026-11-19 09:00") == []
    slips = ("slipping", "Slipping: Ovens", "The day of closing has passed · Bakery")
    assert words(await scene.at("2026-11-20 09:00")) == [slips]
    await scene.write("deal", OVENS, BAKERY, close_day="2026-12-24")
    assert await scene.at("2026-11-21 09:00") == []
    # Fourteen days of patience from the fifteenth on.
    stands = ("slipping", "Slipping: Ovens", "In its stage for 15 days · Bakery")
    assert words(await scene.at("2026-11-30 09:00")) == [stands]
    await scene.write("deal", OVENS, BAKERY, stage="won")
    assert await scene.at("2026-12-25 09:00") == []


async def test_in_tehran_each_rule_rings_by_the_clock_of_tehran(scene: Scene) -> None:
    def there(text: str) -> int:
        return ms(text, ZoneInfo("Asia/Tehran"))

    await scene.write("person", MAREK, "shared", time_zone="Asia/Tehran")
    await scene.write("contact", ANN, BAKERY, customer=BAKERY, name="Ann", birthday="1980-11-20")
    await scene.write("deal", OVENS, BAKERY, customer=BAKERY, title="Ovens", stage="new", close_day="2026-11-20")
    await scene.task(1, type="call", title="Prices", due_day="2026-11-20", remind_at=there("2026-11-20 20:45"))
    rung = []
    for text in ("20 08:59", "20 09:00", "20 20:44", "20 20:45", "21 08:59", "21 09:00"):
        came = await scene.at_ms(there(f"2026-11-{text}"))
        rung.append(sorted(message.payload["rule"] for message in came))
    assert rung == [[], ["birthday"], [], ["promised_call"], [], ["overdue_call", "slipping"]]


@pytest.mark.parametrize("locale", ["fa", "pl", "ru", "zh"])
async def test_a_person_is_reminded_in_his_language(scene: Scene, locale: str) -> None:
    await scene.write("person", MAREK, "shared", locale=locale)
    await scene.task(1, title="Samples", remind_at=ms("2026-11-19 10:30"))
    [message] = await scene.at("2026-11-19 10:30")
    assert (message.payload["lang"], message.payload["dir"]) == (locale, "rtl" if locale == "fa" else "ltr")
    done = {"fa": "انجام شد", "pl": "Zrobione", "ru": "Готово", "zh": "完成"}
    assert message.payload["actions"][0] == {"action": "done", "title": done[locale]}


async def test_a_task_of_ones_own_rings_with_no_customer(scene: Scene) -> None:
    values = {"title": "File the expenses", "person": MAREK, "status": "open", "remind_at": ms("2026-11-19 10:30")}
    await scene.write("task", task_id(1), MAREK, **values)
    [message] = await scene.at("2026-11-19 10:30")
    assert words([message]) == [("task", "File the expenses", "On your list")]
    assert message.payload["url"] == "/tasks"


async def report(scene: Scene, waiting: int, files: int = 0) -> None:
    """Let the phone be in contact, with so many edits, and files, left to send."""
    device = (await scene.phone.get("/api/session")).json()["device"]
    now_ms = scene.house.clock.now_ms
    request = {
        "protocol": 2,
        "schema": "",
        "device": device,
        "now": now_ms,
        "report": {"waiting": waiting, "files": files},
    }
    assert (await scene.phone.post("/sync", json=request)).status_code == 200
    await scene.house.application.presence.write()


async def look(scene: Scene, text: str) -> list[Any]:
    scene.house.clock.now_ms = ms(text)
    await scene.reminding.look_around()
    return await scene.pass_by(0)


async def test_a_device_that_went_silent_with_unsent_work_is_reminded_gently_and_once(scene: Scene) -> None:
    await scene.signed_in("rep", "tablet")
    scene.house.clock.now_ms = ms("2026-11-19 10:00")
    await report(scene, 3)
    assert await look(scene, "2026-11-20 09:59") == []
    [message] = await look(scene, "2026-11-20 10:00")
    assert message.device == "phone", "on the device that has it"
    assert words([message])[0][:2] == ("unsent", "3 changes wait on this device")
    assert (message.payload["url"], message.payload["actions"]) == ("/sync", [])
    assert await look(scene, "2026-11-20 12:00") == []
    scene.house.clock.now_ms = ms("2026-11-21 12:00")
    await report(scene, 1)
    assert [m.payload["title"] for m in await look(scene, "2026-11-22 12:00")] == ["1 change waits on this device"]


async def test_a_device_that_went_silent_with_files_alone_is_told_to_open_the_app_on_wifi(scene: Scene) -> None:
    scene.house.clock.now_ms = ms("2026-11-19 10:00")
    await report(scene, 0, files=2)
    [message] = await look(scene, "2026-11-20 10:00")
    assert words([message])[0] == (
        "unsent",
        "2 files wait on this device",
        "Open Routebook on Wi-Fi, or choose “Send now” under Sync.",
    )
    scene.house.clock.now_ms = ms("2026-11-21 12:00")
    await report(scene, 1, files=2)
    assert [m.payload["title"] for m in await look(scene, "2026-11-22 12:00")] == ["3 changes wait on this device"]
    scene.house.clock.now_ms = ms("2026-11-23 12:00")
    await report(scene, 0)
    assert await look(scene, "2026-11-24 12:00") == []


async def test_a_device_that_sent_everything_or_is_away_for_good_is_left_in_peace(scene: Scene) -> None:
    scene.house.clock.now_ms = ms("2026-11-19 10:00")
    await report(scene, 3)
    scene.house.clock.advance(seconds=61)
    await report(scene, 0)
    assert await look(scene, "2026-11-20 12:00") == []
    await report(scene, 2)
    assert await look(scene, "2026-12-20 12:00") == []


async def test_a_silent_device_is_not_reminded_at_night_and_not_after_it_came_back(scene: Scene) -> None:
    scene.house.clock.now_ms = ms("2026-11-19 22:00")
    await report(scene, 3)
    assert await look(scene, "2026-11-20 22:30") == []
    assert len(await look(scene, "2026-11-21 07:00")) == 1
    scene.house.clock.now_ms = ms("2026-11-21 08:00")
    await report(scene, 3)
    scene.service.answers["phone"] = [(503, {})]
    assert await look(scene, "2026-11-22 08:00") == []
    await report(scene, 0)
    assert await scene.pass_by(300) == []

"""The server makes the same next task of a series as a device; the cases are the app's too (repeating.test.ts)."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from routebook_server.reminders.calendars import Calendar, add_months, day_from_persian, persian_from
from routebook_server.reminders.hours import Hours
from routebook_server.reminders.series import next_id, next_values

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "series.json").read_text(encoding="utf-8"))


def ms(text: str | None) -> int | None:
    return None if text is None else round(datetime.fromisoformat(text).timestamp()) * 1_000


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_the_next_one_comes_when_the_app_lets_it_come(case: dict[str, Any]) -> None:
    times = {name: ms(case[name]) for name in ("remind_at", "repeat_from")}
    task = {"title": "Report", "person": "p", "due_day": case["due_day"], "repeat": case["repeat"], **times}
    now_ms = ms(case["now"])
    assert now_ms is not None
    made = next_values(task, Hours(case["time_zone"]), Calendar(case["calendar"]), now_ms)
    assert made is not None
    assert made["due_day"] == case["next"]["due_day"]
    if case["remind_at"] is None:
        assert "remind_at" not in made, "a task of a day stays one"
        return
    rings_at = datetime.fromtimestamp(made["remind_at"] / 1_000, UTC)
    assert rings_at.strftime("%Y-%m-%dT%H:%M:%SZ") == case["next"]["rings_at"]


def test_the_31st_stays_the_31st_where_nobody_wrote_down_the_beginning() -> None:
    task: dict[str, Any] = {"title": "Report", "person": "p", "due_day": "2027-01-31", "repeat": "month"}
    days: list[str] = []
    while len(days) < 4:
        made = next_values(task, Hours("Europe/Warsaw"), Calendar.GREGORY, ms(f"{task['due_day']}T10:00:00Z") or 0)
        assert made is not None
        days.append(made["due_day"])
        task = made
    assert days == ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]


def test_it_has_the_id_that_every_device_gives_it() -> None:
    for task, following in CASES["ids"]:
        assert next_id(task) == following


def test_it_is_what_was_said_of_the_one_before() -> None:
    task = {
        "title": "Report", "type": "call", "person": "marek", "customer": "c", "description": "By e-mail",
        "status": "done", "due_day": "2026-11-18", "repeat": "week", "done_at": 5, "snoozes": {"0000": [1, 0]},
        "visit": "v",
    }  # fmt: skip
    assert next_values(task, Hours("Europe/Warsaw"), Calendar.GREGORY, ms("2026-11-18T10:00:00Z") or 0) == {
        "title": "Report", "type": "call", "person": "marek", "customer": "c", "description": "By e-mail",
        "status": "open", "due_day": "2026-11-25", "repeat": "week", "repeat_from": ms("2026-11-18T08:00:00Z"),
        "deleted": None,
    }  # fmt: skip


@pytest.mark.parametrize("change", [{"repeat": None}, {"repeat": "fortnight"}, {"next_task": "there is one"}])
def test_there_is_none_where_nothing_repeats_or_it_was_made(change: dict[str, Any]) -> None:
    task = {"title": "Report", "person": "p", "due_day": "2026-11-18", "repeat": "week", **change}
    assert next_values(task, Hours(), Calendar.GREGORY, 0) is None


def test_the_persian_years_begin_as_they_are_published() -> None:
    nowruz = json.loads((Path(__file__).parent / "nowruz.json").read_text(encoding="utf-8"))
    for year, day in enumerate(nowruz["starts"], nowruz["first_year"]):
        assert persian_from(date.fromisoformat(day)) == (year, 1, 1)
        eve = persian_from(date.fromisoformat(day) - timedelta(days=1))
        if year > nowruz["first_year"]:
            assert eve == (year - 1, 12, 30 if year - 1 in nowruz["leap_years"] else 29)


@pytest.mark.parametrize("calendar", Calendar)
def test_months_from_the_31st_end_in_the_month_they_belong_to(calendar: Calendar) -> None:
    first = date(2020, 1, 31) if calendar is Calendar.GREGORY else day_from_persian(1399, 1, 31)
    for count in range(1, 400):
        day = add_months(first, count, calendar)
        tomorrow = day + timedelta(days=1)
        parts = [
            (one.year, one.month, one.day) if calendar is Calendar.GREGORY else persian_from(one)
            for one in (day, tomorrow)
        ]
        assert parts[0][1] == count % 12 + 1
        assert parts[0][2] == 31 or parts[1][2] == 1


def test_a_day_and_back_by_the_persian_calendar_is_the_same_day() -> None:
    assert persian_from(date(2026, 3, 21)) == (1405, 1, 1)
    assert persian_from(date(2025, 3, 20)) == (1403, 12, 30)
    day = date(1990, 1, 1)
    for _ in range(30_000):
        assert day_from_persian(*persian_from(day)) == day
        day += timedelta(days=1)

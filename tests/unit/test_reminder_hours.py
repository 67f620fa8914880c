"""Hours: mornings and quiet hours are those of the person's own wall, also where the clocks change."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from routebook_server.reminders.hours import Hours, day_from, hours_from, instant_from, is_zone

WARSAW = Hours("Europe/Warsaw")
TEHRAN = Hours("Asia/Tehran")
NEW_YORK = Hours("America/New_York")
QUIET = Hours("Europe/Warsaw", 9, 60, 165)
"""Quiet from one to a quarter to three: around the hour that comes twice, or not at all."""


def utc(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+00:00").timestamp()) * 1_000


def wall(hours: Hours, at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).astimezone(ZoneInfo(hours.time_zone)).strftime("%m-%d %H:%M%z")


@pytest.mark.parametrize(
    ("hours", "day", "expected"),
    [
        (WARSAW, date(2026, 3, 28), "2026-03-28T08:00"),
        (WARSAW, date(2026, 3, 29), "2026-03-29T07:00"),  # summer time has begun
        (WARSAW, date(2026, 10, 24), "2026-10-24T07:00"),
        (WARSAW, date(2026, 10, 25), "2026-10-25T08:00"),  # and has ended
        (TEHRAN, date(2026, 6, 1), "2026-06-01T05:30"),
        (NEW_YORK, date(2026, 11, 19), "2026-11-19T14:00"),
    ],
)
def test_a_morning_is_nine_on_the_wall(hours: Hours, day: date, expected: str) -> None:
    assert hours.morning_of(day) == utc(expected)


def test_an_hour_that_the_clocks_skip_is_the_one_after_it_and_of_two_it_is_the_first() -> None:
    assert WARSAW.instant_at(date(2026, 3, 29), 150) == utc("2026-03-29T01:30"), (
        "half past three, there is no half past two"
    )
    assert WARSAW.instant_at(date(2026, 10, 25), 150) == utc("2026-10-25T00:30"), "the first half past two"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-19T19:59", "2026-11-19T19:59"),  # 20:59
        ("2026-11-19T20:00", "2026-11-20T06:00"),  # 21:00
        ("2026-11-19T23:30", "2026-11-20T06:00"),  # after midnight
        ("2026-11-20T05:59", "2026-11-20T06:00"),
        ("2026-11-20T06:00", "2026-11-20T06:00"),
        ("2026-03-28T22:00", "2026-03-29T05:00"),  # a night that is an hour shorter
        ("2026-10-24T21:00", "2026-10-25T06:00"),  # and one that is an hour longer
    ],
)
def test_quiet_hours_end_at_seven_on_the_wall(at: str, expected: str) -> None:
    assert WARSAW.after_quiet(utc(at)) == utc(expected)


def test_quiet_hours_may_lie_within_a_day_or_not_be_there() -> None:
    noon = Hours("UTC", 9, 12 * 60, 13 * 60)
    assert [noon.after_quiet(utc(f"2026-11-19T{at}")) for at in ("11:59", "12:00", "12:59", "13:00")] == [
        utc(f"2026-11-19T{at}") for at in ("11:59", "13:00", "13:00", "13:00")
    ]
    never = Hours("UTC", 9, 600, 600)
    assert never.after_quiet(utc("2026-11-19T10:00")) == utc("2026-11-19T10:00")


def test_nothing_is_moved_back_in_time_where_the_end_comes_twice() -> None:
    for minute in range(0, 180, 5):
        at = utc("2026-10-24T23:00") + minute * 60_000
        assert QUIET.after_quiet(at) >= at, wall(QUIET, at)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"quiet_hours": None, "morning_hour": None},
        {"quiet_hours": "night", "morning_hour": "early"},
        {"quiet_hours": {"from": "24:00", "to": "07:00"}, "morning_hour": 24},
        {"quiet_hours": {"from": "21:00"}, "morning_hour": True},
        {"quiet_hours": ["21:00", "07:00"], "morning_hour": -1},
        {"quiet_hours": {"from": 21, "to": 7}, "morning_hour": [9]},
    ],
)
def test_choices_that_make_no_sense_count_not(settings: dict[str, object]) -> None:
    assert hours_from("Europe/Warsaw", settings, "UTC") == WARSAW


def test_choices_that_make_sense_count() -> None:
    chosen = {"quiet_hours": {"from": "22:30", "to": "06:15"}, "morning_hour": 8}
    assert hours_from("Asia/Tehran", chosen, "UTC") == Hours("Asia/Tehran", 8, 22 * 60 + 30, 6 * 60 + 15)


@pytest.mark.parametrize("name", [None, "", "Nowhere/Else", "../etc/passwd", "/etc/localtime", 3, "Europe", "\0"])
def test_who_is_in_no_time_zone_is_in_that_of_the_organisation(name: object) -> None:
    assert not is_zone(name)
    assert hours_from(name, {}, "Europe/Warsaw") == WARSAW


def test_a_day_or_an_instant_that_no_calendar_has_is_none() -> None:
    assert day_from("2028-02-29") == date(2028, 2, 29)
    assert [day_from(value) for value in ("2026-02-29", "2026-13-01", "0000-01-01", "9999-12-31", 5, None)] == [
        None
    ] * 6
    assert [instant_from(value) for value in (0, (1 << 48) - 1, None, "1")] == [0, None, None, None]

"""Rules: what falls due of a task, a contact and a deal; what the app says of them is said here too."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from routebook_server.reminders.calendars import Calendar
from routebook_server.reminders.cycles import CALL_CYCLES, MAX_DAYS, UNCLASSED_DAYS, USUAL_DAYS
from routebook_server.reminders.hours import MORNING, QUIET_FROM, QUIET_TO, Hours
from routebook_server.reminders.rules import (
    PATIENCE_DAYS,
    CallCycle,
    Rule,
    Subject,
    delivery_id,
    occurrences,
    reminder_id,
    slips_on,
)
from routebook_sync.identifier import is_id

DOMAIN = Path(__file__).resolve().parents[2] / "pwa" / "src" / "lib" / "domain"
HOURS = Hours("Europe/Warsaw")
NOW = 1_795_000_000_000
"""18 November 2026, 13:26 in Warsaw."""
BIRTHDAYS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "birthdays.json").read_text(encoding="utf-8"))
"""The app's too (birthday.test.ts)."""


def ms(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+00:00").timestamp()) * 1_000


def found(kind: str, /, customer: dict[str, Any] | None = None, **values: Any) -> list[tuple[str, str, str]]:
    """Return what falls due, as rule, UTC and mark."""
    subject = Subject("x", kind, "y", "t:z", values, customer or {})
    return [
        (one.rule.value, datetime.fromtimestamp(one.at / 1_000, UTC).strftime("%Y-%m-%d %H:%M"), one.mark)
        for one in occurrences(subject, HOURS, Calendar.GREGORY, NOW)
    ]


def test_a_task_rings_when_it_says_so_and_else_on_the_morning_of_its_day() -> None:
    at = ms("2026-11-20T10:15")
    assert found("task", status="open", remind_at=at, due_day="2026-11-21") == [("task", "2026-11-20 10:15", str(at))]
    assert found("task", status="open", due_day="2026-11-21") == [("task", "2026-11-21 08:00", "2026-11-21")]
    assert found("task", status="open") == []
    assert found("task", status="done", due_day="2026-11-21") == []


def test_a_call_is_promised_for_its_time_and_overdue_on_the_morning_after_its_day() -> None:
    at = ms("2026-11-20T10:15")
    promised = ("promised_call", "2026-11-20 10:15", str(at))
    late = ("overdue_call", "2026-11-21 08:00", "2026-11-20")
    assert found("task", type="call", status="open", remind_at=at, due_day="2026-11-20") == [promised, late]
    assert found("task", type="call", status="open", due_day="2026-11-20") == [
        ("task", "2026-11-20 08:00", "2026-11-20"),
        late,
    ]
    # Promised for a later day than it was due on: it is late after that.
    assert found("task", type="call", status="open", remind_at=at, due_day="2026-11-18") == [promised, late]
    assert found("task", type="call", status="open", remind_at=at) == [promised]


def test_a_birthday_rings_on_its_morning_and_a_week_after_it_is_that_of_the_next_year() -> None:
    owned = {"owner": "o"}
    assert found("contact", owned, birthday="1980-11-19") == [("birthday", "2026-11-19 08:00", "2026-11-19")]
    assert found("contact", owned, birthday="1980-11-18") == [("birthday", "2026-11-18 08:00", "2026-11-18")], "today"
    assert found("contact", owned, birthday="1980-11-12") == [("birthday", "2026-11-12 08:00", "2026-11-12")], "late"
    assert found("contact", owned, birthday="1980-11-11") == [("birthday", "2027-11-11 08:00", "2027-11-11")]
    assert found("contact", owned, birthday="0000-02-31") == []
    assert found("contact", owned) == []


@pytest.mark.parametrize("case", BIRTHDAYS, ids=lambda case: case["name"])
def test_a_birthday_returns_by_the_calendar_of_who_is_reminded(case: dict[str, Any]) -> None:
    contact = Subject("x", "contact", "y", "t:z", {"birthday": case["born"]}, {"owner": "o"})

    def rings(noon: date) -> list[str]:
        now_ms = ms(f"{noon.isoformat()}T11:00")
        return [one.mark for one in occurrences(contact, HOURS, Calendar(case["calendar"]), now_ms)]

    days = [date.fromisoformat(day) for day in case["returns"]]
    for day, following in pairwise(days):
        assert rings(day - timedelta(days=1)) == [day.isoformat()]
        assert rings(day) == [day.isoformat()], "until it has passed"
        assert rings(day + timedelta(days=6)) == [day.isoformat()], "and as long as it may be told of late"
        assert rings(day + timedelta(days=8)) == [following.isoformat()]


def test_a_deal_slips_past_its_day_of_closing_or_after_too_long_in_its_stage() -> None:
    assert found("deal", stage="proposal", close_day="2026-11-20") == [("slipping", "2026-11-21 08:00", "2026-11-21")]
    since = ms("2026-11-01T12:00")
    assert found("deal", stage="proposal", stage_since=since) == [("slipping", "2026-11-16 08:00", "2026-11-16")]
    assert found("deal", stage="new", stage_since=since, close_day="2026-11-20")[0][1] == "2026-11-21 08:00", (
        "the first"
    )
    assert found("deal", stage="won", close_day="2026-11-20") == []
    assert found("deal", stage="proposal") == []


def cycle_rings(cycle: CallCycle | None, **values: Any) -> list[tuple[str, str]]:
    """Return when a customer's cycle rings, in UTC, and its mark."""
    subject = Subject("y", "customer", "y", "t:z", values, values, cycle)
    return [
        (datetime.fromtimestamp(one.at / 1_000, UTC).strftime("%Y-%m-%d %H:%M"), one.mark)
        for one in occurrences(subject, HOURS, Calendar.GREGORY, NOW)
    ]


def test_a_call_cycle_is_over_after_its_days_or_after_what_was_planned_and_has_one_mark() -> None:
    # Half past midnight of the 1st in Warsaw.
    seen = ms("2026-10-31T23:30")
    assert cycle_rings(CallCycle(seen, 14)) == [("2026-11-15 08:00", "2026-10-31")]
    assert cycle_rings(CallCycle(seen, 21)) == [("2026-11-22 08:00", "2026-10-31")]
    assert cycle_rings(CallCycle(seen, 14, "2026-11-10")) == [("2026-11-15 08:00", "2026-10-31")]
    assert cycle_rings(CallCycle(seen, 14, "2026-11-20")) == [("2026-11-21 08:00", "2026-10-31")]
    assert cycle_rings(None) == []
    assert cycle_rings(CallCycle(seen, 14), deleted=True) == []


def test_call_cycles_are_those_of_the_app() -> None:
    text = (DOMAIN / "call-cycle.ts").read_text(encoding="utf-8")
    usual = re.search(r"USUAL_CALL_CYCLES: CallCycles = \{([^}]*)\}", text)
    assert usual is not None
    assert {name: int(days) for name, days in re.findall(r"(\w+): (\d+)", usual[1])} == USUAL_DAYS
    assert re.findall(r"(?:UNCLASSED|MAX_CYCLE)_DAYS = (\d+);", text) == [str(UNCLASSED_DAYS), str(MAX_DAYS)]
    assert f'CALL_CYCLES_SETTING = "{CALL_CYCLES}"' in text


def test_nothing_falls_due_of_what_is_deleted_or_below_a_deleted_customer() -> None:
    assert found("task", status="open", due_day="2026-11-21", deleted=True) == []
    assert found("task", {"deleted": True}, status="open", due_day="2026-11-21") == []
    assert found("visit", status="open") == []


def test_whom_it_concerns_is_the_tasks_person_the_deals_owner_and_else_the_customers() -> None:
    def person(kind: str, values: dict[str, Any], customer: dict[str, Any]) -> str:
        return Subject("x", kind, "y", "t:z", values, customer).person

    assert person("task", {"person": "p"}, {"owner": "o"}) == "p"
    assert person("deal", {"owner": "p"}, {"owner": "o"}) == "p"
    assert person("deal", {"owner": None}, {"owner": "o"}) == "o"
    assert person("contact", {}, {"owner": "o"}) == "o"
    assert person("customer", {"owner": "o"}, {"owner": "o"}) == "o"
    assert person("contact", {}, {}) == ""


def test_patience_morning_and_quiet_hours_are_those_of_the_app() -> None:
    deal, hours = ((DOMAIN / name).read_text(encoding="utf-8") for name in ("../store/slipping.ts", "hours.ts"))
    block = re.search(r"PATIENCE_DAYS_BY_STAGE[^{]*\{([^}]*)\}", deal)
    assert block is not None
    assert {stage: int(days) for stage, days in re.findall(r"(\w+): (\d+)", block[1])} == PATIENCE_DAYS
    assert re.findall(r"const USUAL_MORNING_HOUR = (\d+);", hours) == [str(MORNING)]
    quiet = re.findall(r"USUAL_QUIET_HOURS: QuietHours = \{ from: (\d+) \* 60, to: (\d+) \* 60 \};", hours)
    assert [(int(start) * 60, int(end) * 60) for start, end in quiet] == [(QUIET_FROM, QUIET_TO)]


@pytest.mark.parametrize("stage", sorted(PATIENCE_DAYS))
def test_a_deal_begins_to_slip_on_the_first_day_on_which_the_app_says_so(stage: str) -> None:
    """The app: ``close_day < today``, or more days in the stage than the patience for it."""
    for since_hour in range(0, 72, 5):
        since = ms("2026-10-24T00:00") + since_hour * 3_600_000
        for closing in (None, "2026-11-02", "2026-12-24"):
            day = slips_on({"stage": stage, "stage_since": since, "close_day": closing}, HOURS)
            assert day is not None
            for today, expected in ((day - timedelta(days=1), False), (day, True)):
                stood = max(0, (today - HOURS.day_of(since)).days)
                is_past = closing is not None and closing < today.isoformat()
                assert (is_past or stood > PATIENCE_DAYS[stage]) is expected


def test_ids_are_the_same_whoever_works_them_out_and_differ_by_whatever_matters() -> None:
    one = reminder_id(Rule.TASK, "r", "p", "1")
    assert one == reminder_id(Rule.TASK, "r", "p", "1")
    others = {
        reminder_id(*parts)
        for parts in (
            (Rule.SLIPPING, "r", "p", "1"),
            (Rule.TASK, "s", "p", "1"),
            (Rule.TASK, "r", "q", "1"),
            (Rule.TASK, "r", "p", "2"),
        )
    }
    assert len(others | {one}) == 5
    assert delivery_id(one, 1) != delivery_id(one, 2)
    assert is_id(one), "it goes where ids go"


ZONES = ["Pacific/Auckland", "Asia/Tehran", "Europe/Warsaw", "America/Los_Angeles"]
"""From the day that begins first to one of those that begin last; all but Tehran change their clocks."""


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", ["2026-11-20", "2027-03-14", "2027-03-28", "2027-04-04", "2026-12-31"])
def test_each_rule_keeps_the_days_and_mornings_of_its_persons_own_place(zone: str, day: str) -> None:
    there, hours = ZoneInfo(zone), Hours(zone)
    today = date.fromisoformat(day)
    tomorrow, now = today + timedelta(days=1), local(day, "00:30", there)

    def rings(kind: str, **values: Any) -> list[tuple[str, str]]:
        subject = Subject("x", kind, "y", "t:z", values, {})
        return [(one.rule.value, wall(one.at, there)) for one in occurrences(subject, hours, Calendar.GREGORY, now)]

    # An hour before midnight and one after it are two days here, whatever day it is elsewhere.
    for clock in ("00:30", "23:30"):
        promised = local(day, clock, there)
        assert rings("task", type="call", status="open", remind_at=promised, due_day=day) == [
            ("promised_call", f"{day} {clock}"),
            ("overdue_call", f"{tomorrow} 09:00"),
        ]
        since = local((today - timedelta(days=14)).isoformat(), clock, there)
        assert rings("deal", stage="proposal", stage_since=since) == [("slipping", f"{tomorrow} 09:00")]
    assert rings("task", status="open", due_day=day) == [("task", f"{day} 09:00")]
    assert rings("contact", birthday=f"1980{day[4:]}") == [("birthday", f"{day} 09:00")]
    assert rings("deal", stage="new", close_day=day) == [("slipping", f"{tomorrow} 09:00")]


def local(day: str, clock: str, zone: ZoneInfo) -> int:
    return round(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone).timestamp()) * 1_000


def wall(at_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, zone).strftime("%Y-%m-%d %H:%M")

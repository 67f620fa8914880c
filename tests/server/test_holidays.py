"""Holidays: those of the organisation's countries come by themselves, and stay as a manager leaves them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
import pytest
import pytest_asyncio

from routebook_server.holidays.keeping import HolidayKeeper
from routebook_server.holidays.known import known_holidays, years_around
from routebook_server.records.store import Values
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.identifier import is_id
from server.devices import ANNA, MIRA, NORTH, Team, open_team

COUNTRIES = ("CN", "DE", "GB", "IR", "PL", "RU", "US")
NOW = round(datetime(2026, 11, 26, tzinfo=UTC).timestamp() * 1000)


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        await opened.store.edit([Values("territory", NORTH, SHARED_ROOT, {"country": "PL"})])
        yield opened


def keeper(team: Team, now_ms: int = NOW) -> HolidayKeeper:
    return HolidayKeeper(team.store.database, team.store, lambda: now_ms)


def names(country: str, day: str) -> set[str]:
    found = known_holidays([country], range(2025, 2037))
    return {str(known.values["name"]) for known in found if known.values["day"] == day}


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("PL", "2027-03-29", "Poniedziałek Wielkanocny"),
        ("GB", "2027-03-29", "Easter Monday"),
        ("RU", "2027-05-09", "День Победы"),
        ("CN", "2027-02-06", "春节"),
        ("US", "2026-11-26", "Thanksgiving Day"),
    ],
)
def test_movable_days_are_known(country: str, day: str, name: str) -> None:
    assert names(country, day) == {name}


def test_nowruz_is_on_the_first_of_farvardin_in_a_leap_year_too() -> None:
    # 1403 is a leap year: its last day is 20 March 2025, and 1404 begins on the next.
    assert any("نوروز" in name for name in names("IR", "2025-03-21"))
    assert any("نوروز" in name for name in names("IR", "2026-03-21"))


def test_every_known_day_is_a_record_with_an_id_of_its_own() -> None:
    found = list(known_holidays(COUNTRIES, range(2025, 2037)))
    assert len({known.id for known in found}) == len(found)
    for known in found:
        assert is_id(known.id)
        msgspec.convert(known.values, ENTITY_TYPES["holiday"].patch)
        assert known.values["name"] in known.values["name_in"].values(), "by this a calendar's day is told from others"
    for country in COUNTRIES:
        for year in range(2025, 2037):
            assert any(known_holidays([country], range(year, year + 1))), (country, year)


async def test_the_holidays_of_a_territorys_country_reach_every_device_once(team: Team) -> None:
    expected = list(known_holidays(["PL"], years_around(NOW)))
    assert await keeper(team).fill() == len(expected)
    assert await keeper(team).fill() == 0
    phone = team.device(1, ANNA)
    await phone.sync()
    assert {known.id: known.values for known in expected} == {
        known.id: phone.confirmed[known.id].v for known in expected
    }


async def test_what_a_manager_says_of_a_day_stays_and_a_rep_says_nothing(team: Team) -> None:
    await keeper(team).fill()
    [christmas] = [known for known in known_holidays(["PL"], range(2026, 2027)) if known.values["day"] == "2026-12-26"]
    desk, phone = team.device(1, MIRA), team.device(2, ANNA)
    await desk.sync()
    desk.edit("holiday", christmas.id, SHARED_ROOT, {"working": True})
    await desk.sync()
    assert await keeper(team).fill() == 0
    await phone.sync()
    assert phone.confirmed[christmas.id].v["working"] is True
    phone.edit("holiday", christmas.id, SHARED_ROOT, {"working": False})
    [verdict] = (await phone.sync()).verdicts
    assert verdict.code == "forbidden"


async def test_the_next_year_comes_with_the_new_year(team: Team) -> None:
    await keeper(team).fill()
    new_year = round(datetime(2027, 1, 1, tzinfo=UTC).timestamp() * 1000)
    added = await keeper(team, new_year).fill()
    assert added == len(list(known_holidays(["PL"], range(2029, 2030))))

"""Whatever a device names in its cursors, its edits make nobody wait: what they tell is asked once for each push."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from sqlalchemy import Connection

from routebook_server.database import Driver, driver_of
from routebook_server.records.reader import Reader
from server.custody import told
from server.devices import ANNA, CHEMIST, NORTH, Team, make_id, open_team

NAMED = {f"t:{make_id(5_000_000 + number)}": [1, 7] for number in range(9_000)}


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


class Counting:
    """A driver that counts the values that it is asked about."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.values = 0

    def fetch(self, sql: str, *values: Any) -> Any:
        self.values += sum(len(value) if isinstance(value, list) else 1 for value in values)
        return self._driver.fetch(sql, *values)

    def fetch_one(self, sql: str, *values: Any) -> Any:
        self.values += sum(len(value) if isinstance(value, list) else 1 for value in values)
        return self._driver.fetch_one(sql, *values)


async def test_what_a_root_may_have_left_is_asked_of_the_buckets_that_there_are_and_of_all_once(team: Team) -> None:
    cursors = {**NAMED, f"t:{NORTH}": [1, 0]}

    def count(connection: Connection) -> int:
        driver = Counting(driver_of(connection))
        reader = Reader(driver)  # type: ignore[arg-type]
        for number in range(100):
            assert not reader.may_have_left(make_id(number % 50), cursors)
        return driver.values

    assert await team.database.read(count) == len(cursors) + 50, "and of each root once, of the one bucket"


async def test_edits_of_a_foreign_customer_are_refused_however_many_buckets_a_device_names(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    for city in ("Hel", "Pila"):
        phone.edit("customer", CHEMIST, CHEMIST, {"city": city})
    reply = await phone.sync(cursors={**NAMED, **phone.cursors})
    assert told(reply.verdicts) == [(1, "rejected", "forbidden"), (2, "rejected", "forbidden")]

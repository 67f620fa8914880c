"""The first page of a large territory has what its reader needs today (SPEC R56)."""

from collections.abc import AsyncIterator, Iterable

import pytest_asyncio

from routebook_server.records.buckets import territory_bucket
from routebook_sync.messages import FIRST_BUDGET, MAX_BUDGET, MIN_BUDGET, Row
from server.devices import ANNA, BEN, NORTH, SOUTH, Device, Team, make_id, open_team

IN_NORTH = territory_bucket(NORTH)
TODAY, NEXT_WEEK = "2027-01-15", "2027-01-22"
STAMP = "1" * 18
MANY = 2_000
TASK, VISIT, CONTACT = make_id(1), make_id(2), make_id(3)


def customer_id(number: int) -> str:
    return make_id(0x10_0000 + number)


def large_territory() -> Iterable[tuple[str, Row]]:
    for number in range(MANY):
        key = customer_id(number)
        values = {"name": f"Customer {number}", "territory": NORTH, "description": "x" * 100}
        yield IN_NORTH, Row("customer", key, key, 0, values, {STAMP: []})


def at_end(kind: str, record_id: str, customer: int, **values: object) -> tuple[str, Row]:
    root = customer_id(customer)
    return IN_NORTH, Row(kind, record_id, root, 0, {"customer": root, **values}, {STAMP: []})


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        await opened.store.load(large_territory())
        await opened.store.load(
            [
                at_end("task", TASK, MANY - 1, title="Call", person=ANNA, status="open"),
                at_end("task", make_id(4), MANY - 2, title="Done", person=ANNA, status="done"),
                at_end("task", make_id(5), MANY - 3, title="Of Ben", person=BEN, status="open"),
                at_end("visit", VISIT, MANY - 4, person=ANNA, status="planned", planned_day=TODAY),
                at_end("visit", make_id(6), MANY - 5, person=ANNA, status="planned", planned_day=NEXT_WEEK),
                at_end("contact", CONTACT, MANY - 4, name="Łucja"),
            ]
        )
        await opened.projector.catch_up()
        yield opened


async def read_to_the_end(device: Device, budget: int = MAX_BUDGET) -> None:
    while (await device.sync(budget=budget)).more:
        pass


async def test_own_tasks_and_the_customers_of_today_are_there_after_the_first_reply(team: Team) -> None:
    phone = team.device(1, ANNA)
    reply = await phone.sync(budget=FIRST_BUDGET)

    assert reply.more
    assert IN_NORTH not in reply.complete
    assert {TASK, VISIT, CONTACT, customer_id(MANY - 1), customer_id(MANY - 4)} <= phone.confirmed.keys()
    assert not {make_id(4), make_id(5), make_id(6), customer_id(MANY - 2)} & phone.confirmed.keys()
    assert [row.i for row in reply.rows[IN_NORTH]].index(TASK) < 5


async def test_they_move_no_cursor_and_come_once(team: Team) -> None:
    phone = team.device(1, ANNA)
    first = await phone.sync(budget=MIN_BUDGET)
    second = await phone.sync(budget=MIN_BUDGET)

    assert first.cursors[IN_NORTH][1] < MANY // 2
    assert TASK not in {row.i for row in second.rows[IN_NORTH]}
    await read_to_the_end(phone)
    [stored] = await team.read("SELECT rows FROM bucket WHERE bucket = ?", IN_NORTH)
    assert len([row for row in phone.confirmed.values() if row.r != "shared"]) == stored[0]


async def test_a_bucket_that_fits_has_every_row_once(team: Team) -> None:
    reply = await team.device(1, ANNA).sync(budget=MAX_BUDGET)
    ids = [row.i for row in reply.rows[IN_NORTH]]

    assert IN_NORTH in reply.complete
    assert len(ids) == len(set(ids))


async def test_nothing_comes_ahead_of_what_is_not_granted(team: Team) -> None:
    team.territories[ANNA] = [SOUTH]
    phone = team.device(1, ANNA)
    await phone.sync(budget=MIN_BUDGET)

    assert TASK not in phone.confirmed

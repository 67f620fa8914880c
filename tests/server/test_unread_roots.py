"""What a device makes below a customer of whom it has yet to hear comes back to it: it cannot tell where that lives."""

from collections.abc import AsyncIterator

import pytest_asyncio

from routebook_server.records.buckets import territory_bucket
from server.devices import ANNA, BAKERY, MIRA, NORTH, Team, make_id, open_team

NOTE, SHOP, LATER = make_id(1), make_id(2), make_id(3)


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


async def test_a_record_below_a_customer_that_comes_in_the_same_reply_comes_with_him(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    await desk.sync()
    desk.edit("customer", SHOP, SHOP, {"name": "Shop", "territory": NORTH})
    await desk.sync()
    # As after a restore: the customer had been on this phone, and comes again only now.
    phone.edit("note", NOTE, SHOP, {"customer": SHOP, "person": ANNA, "written_at": team.clock.now_ms})
    reply = await phone.sync()

    assert {row.i for row in reply.rows[territory_bucket(NORTH)]} == {SHOP, NOTE}
    assert reply.verdicts == []


async def test_a_record_below_a_customer_who_has_been_read_does_not_come_back(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("note", NOTE, BAKERY, {"customer": BAKERY, "person": ANNA, "written_at": team.clock.now_ms})
    phone.edit("customer", SHOP, SHOP, {"name": "Shop", "territory": NORTH})
    phone.edit("note", LATER, SHOP, {"customer": SHOP, "person": ANNA, "written_at": team.clock.now_ms})

    assert (await phone.sync()).rows == {}

"""What an applied held edit overwrites unseen is told to whoever decides, and stands in the history (SPEC R43, R49)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from routebook_server.records.store import Values
from server.custody import custody, decide, held_edits
from server.devices import ANNA, BAKERY, BEN, CHEMIST, MIRA, NORTH, Team, make_id, open_team


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


@pytest.mark.parametrize("decider", [ANNA, MIRA])
async def test_a_later_value_that_gives_way_to_a_held_one_is_told_to_whoever_decides(team: Team, decider: str) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Old"})
    await phone.sync()
    await desk.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Held", "phone": "1"})
    await phone.sync(hold=[2])
    team.clock.now_ms += 1_000
    desk.edit("customer", BAKERY, BAKERY, {"city": "Later"})
    await desk.sync()
    (offer,) = [row for row in held_edits(phone) if row.r == BAKERY]
    device = phone if decider == ANNA else desk
    decide(device, offer, "applied")
    (verdict,) = (await device.sync()).verdicts

    assert (verdict.verdict.value, verdict.field) == ("conflict", "city")
    assert [(loser.field, loser.value, loser.person) for loser in verdict.losers] == [("city", "Later", MIRA)]
    row = await team.row(BAKERY)
    assert row is not None
    assert row["v"]["city"] == "Held"
    assert await custody(team) == []
    entries = await team.store.history(BAKERY, [f"t:{NORTH}"], 1)
    assert entries is not None
    (city, _phone) = sorted(entries[0].changes, key=lambda change: change.field)
    assert (city.old, city.concurrent, entries[0].person, entries[0].decided_by) == ("Later", True, ANNA, decider)


async def test_a_held_value_over_what_its_author_had_seen_is_no_conflict(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Old"})
    await phone.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Held"})
    await phone.sync(hold=[2])
    (offer,) = [row for row in held_edits(phone) if row.r == BAKERY]
    decide(phone, offer, "applied")

    assert [verdict.verdict.value for verdict in (await phone.sync()).verdicts] == ["merged"]


async def test_a_decision_that_is_told_again_tells_no_value_of_a_customer_that_was_lost_since(team: Team) -> None:
    flour = make_id(0xE1)
    await team.store.edit([Values("product", flour, "shared", {"name": "Flour"})])
    desk, ben = team.device(1, MIRA), team.device(2, BEN)
    await desk.sync()
    await ben.sync()
    # A group with a field that a rep must not see is offered to its author alone, not below the customer.
    desk.edit("customer", CHEMIST, CHEMIST, {"city": "Gdynia"}, group="g")
    desk.edit("product", flour, "shared", {"cost": 5}, group="g")
    reply = await desk.sync(hold=[1, 2])
    [held] = [row for rows in reply.rows.values() for row in rows if row.k == "held_edit"]
    ben.edit("customer", CHEMIST, CHEMIST, {"city": "Sopot of Ben"})
    await ben.sync()
    desk.edit("held_edit", held.i, held.r, {"status": "applied"})
    assert "Sopot of Ben" in (await desk.send()).text

    team.territories[MIRA] = [NORTH]
    assert "Sopot of Ben" not in (await desk.send()).text

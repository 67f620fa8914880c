"""Verdicts go by a reply's budget: what has no room is told in the next ones, none lost and none twice (SPEC R56)."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest_asyncio

from routebook_sync.messages import MIN_BUDGET, SyncReply, VerdictKind
from server.devices import ANNA, BAKERY, MIRA, NOON, Device, Team, make_id, open_team

ORDERS = [make_id(0xD000 + number) for number in range(12)]
LINES: list[dict[str, Any]] = [{"product": make_id(number), "quantity": number, "price": 1} for number in range(80)]


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


async def met_by_much(team: Team) -> tuple[Device, Device]:
    """Return a phone whose edits of many orders meet long lists that the desk wrote unseen."""
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await desk.sync()
    for order in ORDERS:
        desk.edit("order", order, BAKERY, {"customer": BAKERY, "status": "placed", "ordered_at": NOON, "number": "a"})
    await desk.sync()
    await phone.sync()
    for order in ORDERS:
        desk.edit("order", order, BAKERY, {"lines": LINES})
    await desk.sync()
    team.clock.now_ms += 1_000
    for order in ORDERS:
        phone.edit("order", order, BAKERY, {"lines": []})
        phone.edit("note", order[:-1] + "z", BAKERY, {"pinned": True})
    return phone, desk


async def test_a_device_hears_of_all_its_edits_reply_by_reply(team: Team) -> None:
    phone, _desk = await met_by_much(team)
    sent = len(phone.outbox)
    told: dict[int, VerdictKind] = {}
    replies = 0
    while phone.outbox:
        response = await phone.send(budget=MIN_BUDGET)
        reply = msgspec.json.decode(response.content, type=SyncReply)
        before = reply.pushed
        numbers = [verdict.n for verdict in reply.verdicts]
        assert all(phone.ack < number <= before for number in numbers)
        assert not told.keys() & set(numbers)
        told.update({verdict.n: verdict.verdict for verdict in reply.verdicts})
        assert len(response.content) < 3 * MIN_BUDGET
        if before < sent:
            assert (reply.rows, reply.more) == ({}, True)
        phone.take_in(reply)
        replies += 1

    assert replies > 2
    assert len(told) == sent
    assert list(told.values()) == [VerdictKind.CONFLICT, VerdictKind.REJECTED] * len(ORDERS)
    while (await phone.sync(budget=MIN_BUDGET)).more:
        pass
    for order in ORDERS:
        row = await team.row(order)
        assert row is not None
        assert phone.confirmed[order].v == row["v"]
    assert await team.read("SELECT n FROM verdict WHERE device = 1") == []


async def test_one_verdict_comes_however_large_it_is_and_a_lost_reply_is_harmless(team: Team) -> None:
    phone, _desk = await met_by_much(team)
    first = msgspec.json.decode((await phone.send(budget=1)).content, type=SyncReply)
    again = msgspec.json.decode((await phone.send(budget=1)).content, type=SyncReply)

    assert (first.pushed, first.verdicts) == (again.pushed, again.verdicts)
    assert len(first.verdicts) >= 1


async def test_a_group_that_was_refused_comes_whole_however_little_room_there_is(team: Team) -> None:
    phone, _desk = await met_by_much(team)
    for number in range(200):
        group = make_id(0xE000)
        phone.edit("customer", make_id(0xF000 + number), make_id(0xF000 + number), {"name": "Line"}, group=group)
    numbers = {edit.n for edit in phone.outbox if edit.group}
    replies: list[set[int]] = []
    while phone.outbox:
        response = await phone.send(budget=MIN_BUDGET)
        reply = msgspec.json.decode(response.content, type=SyncReply)
        replies.append({verdict.n for verdict in reply.verdicts})
        phone.take_in(reply)

    assert len(replies) > 2
    assert [told & numbers for told in replies if told & numbers] == [numbers]

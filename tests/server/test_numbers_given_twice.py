"""A number that a device gives to two edits, having heard no answer: neither is lost, nor decided on twice (R40)."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from httpx import AsyncClient

from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.messages import Edit
from server.team import NORTH, SOUTH, House, make_id
from server.test_lost_answers import A, B, Phone, trades, with_two_customers


def request(house: House, device: int, n: int, record: str, values: dict[str, Any], *, kind: str = "customer") -> Any:
    """Return a request with one edit of a record that is its own root."""
    house.clock.advance(seconds=1)
    root = record if kind == "customer" else B
    edit = Edit(n, kind, record, root, values, stamp_from_clock(Clock(house.clock.now_ms, 0, device)))
    about = {"protocol": 2, "schema": "", "device": device, "now": house.clock.now_ms}
    return {**about, "edits": [msgspec.to_builtins(edit)]}


async def offers(house: House, manager: AsyncClient) -> list[Any]:
    ask = {"protocol": 2, "schema": "", "device": 2, "now": house.clock.now_ms, "cursors": {}, "budget": 4_000_000}
    page = (await manager.post("/sync", json=ask)).json()
    rows = [row for rows in page["rows"].values() for row in rows if row["k"] == "held_edit"]
    return [row for row in rows if "offer" not in row["v"]]


async def with_one_in_custody(house: House) -> tuple[Phone, AsyncClient, Any]:
    """Return a phone that has not heard what went into custody, a manager's device, and the offer."""
    phone, manager = await with_two_customers(house)
    await manager.post("/sync", json=request(house, 2, 1, B, {"territory": SOUTH}))
    phone.save(A, trade="Z")
    phone.save(B, trade="X")
    await phone.trip(loses="Z")
    (offer,) = await offers(house, manager)
    return phone, manager, offer


async def send_it_again(phone: Phone) -> None:
    """Let answers be lost until it comes under another number, and then no more."""
    while phone.trades_waiting != ["Z"]:
        await phone.trip(loses="Z")
    for _ in range(12):
        await phone.trip()


async def test_two_requests_that_wait_for_one_commit_do_not_share_a_number(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rep, manager = await house.signed_in("rep"), await house.signed_in("manager")
    database = house.application.store.database
    write, gate = database.write, asyncio.Event()

    async def stalled(work: Callable[..., Any], *, locking: bool = False) -> Any:
        await gate.wait()
        return await write(work, locking=locking)

    monkeypatch.setattr(database, "write", stalled)
    new = {"name": "New", "territory": NORTH}
    asks = [
        (manager, request(house, 2, 1, make_id(52), new)),
        (rep, request(house, 1, 1, A, new)),
        (rep, request(house, 1, 1, B, new)),
    ]
    waiting = [asyncio.create_task(who.post("/sync", json=ask)) for who, ask in asks]
    while len(house.application.store._waiting) < 2:  # noqa: ASYNC110
        await asyncio.sleep(0)
    gate.set()
    answers = [(answer.status_code, answer.json()) for answer in await asyncio.gather(*waiting)]

    assert [status for status, _said in answers] == [200, 200, 409]
    assert (answers[2][1]["code"], answers[2][1]["expected"]) == ("gap", 2)
    assert (await manager.get(f"/api/history/{A}")).status_code == 200


@pytest.mark.parametrize("decision", ["", "discarded", "applied"])
async def test_what_is_or_was_in_custody_is_not_offered_again_under_another_number(house: House, decision: str) -> None:
    phone, manager, offer = await with_one_in_custody(house)
    if decision:
        await manager.post("/sync", json=request(house, 2, 2, offer["i"], {"status": decision}, kind="held_edit"))
    await send_it_again(phone)

    assert phone.replica.waiting == 0
    (last,) = await offers(house, manager)
    assert (last["i"], last["v"]["status"]) == (offer["i"], decision or "waiting")
    assert await trades(manager, B) == (["X"] if decision == "applied" else [])


async def test_a_decision_to_discard_is_not_undone_once_its_author_may_write_again(house: House) -> None:
    phone, manager, offer = await with_one_in_custody(house)
    await manager.post("/sync", json=request(house, 2, 2, offer["i"], {"status": "discarded"}, kind="held_edit"))
    await manager.post("/sync", json=request(house, 2, 3, B, {"territory": NORTH}))
    await send_it_again(phone)

    assert phone.replica.waiting == 0
    assert await trades(manager, B) == []
    row = phone.replica.tables.row.get(B)
    assert row is not None
    assert "trade" not in row.doc.v


async def test_what_a_clock_ahead_writes_later_is_not_taken_for_what_was_decided_on(house: House) -> None:
    """Of all that such a clock writes a held edit says no more than when it was received."""
    phone, manager = await with_two_customers(house)
    phone.put_its_clock_ahead()
    await manager.post("/sync", json=request(house, 2, 1, B, {"territory": SOUTH}))
    phone.save(B, trade="X")
    await phone.trip()
    (offer,) = await offers(house, manager)
    await manager.post("/sync", json=request(house, 2, 2, offer["i"], {"status": "discarded"}, kind="held_edit"))
    await manager.post("/sync", json=request(house, 2, 3, B, {"territory": NORTH}))
    for _ in range(4):
        await phone.trip()
    phone.save(B, trade="Y")
    for _ in range(4):
        await phone.trip()

    assert phone.replica.waiting == 0
    assert await trades(manager, B) == ["Y"]

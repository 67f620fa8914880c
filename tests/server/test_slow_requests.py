"""Whoever he was when his request began to arrive: what counts is what he may when it is taken, and answered (G5)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx
import msgspec
import pytest

from routebook_server.gateway.direct import SYNC, make_direct
from routebook_server.gateway.gateway import Gateway
from routebook_server.records.store import Store, Values
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.messages import PROTOCOL, ProblemCode, SyncReply
from server.slowly import Slowly
from server.team import NORTH, House, make_id
from server.test_live_rights import deactivate, revoke, revoke_in_another_process, sign_out, take_cover, wipe

SHOP, LATER = make_id(500), make_id(501)
Change = Callable[[House, httpx.AsyncClient], Awaitable[None]]
CHANGES: Final[list[Change]] = [revoke, wipe, deactivate, sign_out, take_cover, revoke_in_another_process]


def request(house: House, **changed: Any) -> dict[str, Any]:
    asked = {
        "protocol": PROTOCOL,
        "schema": "x",
        "device": 1,
        "now": house.clock(),
        "edits": [],
        "cursors": {},
        "ack": 0,
    }
    return {**asked, **changed}


def to_sync(client: httpx.AsyncClient, asked: dict[str, Any]) -> Slowly:
    return Slowly(client, SYNC, msgspec.json.encode(asked))


def vandal(house: House) -> dict[str, Any]:
    stamp = stamp_from_clock(Clock(house.clock(), 0, 1))
    return {"n": 1, "kind": "customer", "id": SHOP, "root": SHOP, "v": {"name": "VANDAL"}, "at": stamp}


async def write_customer(house: House, customer: str, name: str) -> None:
    await house.application.store.edit([Values("customer", customer, customer, {"name": name, "territory": NORTH})])


async def name_of(house: House) -> str:
    [(doc,)] = await house.application.database.fetch("SELECT doc FROM record WHERE id = ?", SHOP)
    return str(msgspec.json.decode(doc)["v"]["name"])


@pytest.mark.parametrize("change", CHANGES)
async def test_a_reply_goes_by_the_rights_of_its_own_moment(house: House, change: Change) -> None:
    client = await house.signed_in("rep")
    slowly = to_sync(client, request(house))
    answering = asyncio.create_task(slowly.run(house.application))
    await slowly.began.wait()
    await change(house, client)
    await write_customer(house, LATER, "WRITTEN AFTERWARDS")
    slowly.let_through.set()
    await answering

    assert b"WRITTEN AFTERWARDS" not in slowly.body


@pytest.mark.parametrize("change", CHANGES)
async def test_edits_are_applied_by_the_rights_of_that_moment(house: House, change: Change) -> None:
    client = await house.signed_in("rep")
    await write_customer(house, SHOP, "Bakery")
    slowly = to_sync(client, request(house, edits=[vandal(house)]))
    answering = asyncio.create_task(slowly.run(house.application))
    await slowly.began.wait()
    await change(house, client)
    slowly.let_through.set()
    await answering

    assert (await name_of(house) == "VANDAL") is (change is wipe)  # What a wiped device hands over is taken (R58).


@pytest.mark.parametrize("change", [change for change in CHANGES if change is not deactivate])  # That waits as well.
async def test_edits_that_wait_for_the_writer_go_by_the_rights_of_when_it_takes_them(
    house: House, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await house.signed_in("rep")
    await write_customer(house, SHOP, "Bakery")
    write = Store._write_pushes

    async def write_late(self: Store, pushes: Any, wanted: Any) -> Any:
        if any(push.author.device == 1 for push in pushes):
            monkeypatch.setattr(Store, "_write_pushes", write)
            await change(house, client)
        return await write(self, pushes, wanted)

    monkeypatch.setattr(Store, "_write_pushes", write_late)
    response = await client.post(SYNC, json=request(house, edits=[vandal(house)]))

    assert (await name_of(house) == "VANDAL") is (change is wipe)
    if change in {take_cover, wipe}:
        assert response.status_code == 200
        assert f"t:{NORTH}" not in msgspec.json.decode(response.content, type=SyncReply).grants
    else:
        assert response.status_code in {401, 403}


async def test_a_body_that_never_comes_ends(house: House) -> None:
    app = house.application
    client = await house.signed_in("rep")
    slowly = to_sync(client, request(house))
    gateway = Gateway(app.store, house.clock, "x")
    direct = make_direct(gateway, app.live, app.door.actor_of, app.door.device_of, body_s=0.01)

    await direct[SYNC](slowly.scope, slowly.receive, slowly.send)

    assert (slowly.status, slowly.code) == (503, ProblemCode.UNAVAILABLE)

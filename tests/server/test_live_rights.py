"""A live stream outlives the rights of its device by no more than a look, whoever changes them and in which process."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import httpx
import pytest

from routebook_server.gateway.actor import Actor
from routebook_server.gateway.live import Live
from routebook_server.identity.door import COOKIE, Door
from routebook_server.records.store import Values
from routebook_server.settings import DATABASE_NAME
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.messages import Problem
from server.listener import Listener
from server.team import COAST, EWA, MAREK, NORTH, PASSWORD, REGION, House

NEVER = 3_600


def scope_of(client: httpx.AsyncClient) -> Any:
    """Return what a request of this client is known by."""
    return {"type": "http", "headers": [(b"cookie", f"{COOKIE}={client.cookies[COOKIE]}".encode())]}


@contextlib.asynccontextmanager
async def stream(house: House, client: httpx.AsyncClient) -> AsyncIterator[Listener]:
    """Yield a listener of whoever signed in with this client; rights are looked at often, heartbeats never come."""
    application = house.application
    live = Live(
        application.heads, application.store.read_heads, application.door, b"\x01", heartbeat_s=NEVER, look_s=0.01
    )
    running = asyncio.create_task(live.run())
    actor = await application.door.actor_of(scope_of(client))
    assert isinstance(actor, Actor)
    try:
        async with Listener(live, actor) as listener:
            await listener.heads()
            yield listener
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def edit_territory(house: House, territory: str, **values: str) -> None:
    await house.application.store.edit([Values("territory", territory, SHARED_ROOT, values)])


async def revoke(house: House, client: httpx.AsyncClient) -> None:
    assert (await client.delete("/api/devices/1")).status_code == 204


async def sign_out(house: House, client: httpx.AsyncClient) -> None:
    assert (await client.delete("/api/session")).status_code == 204


async def change_password_elsewhere(house: House, client: httpx.AsyncClient) -> None:
    other = await house.signed_in("rep")
    change = {"old": PASSWORD, "new": "a better one"}
    assert (await other.post("/api/password", json=change)).status_code == 204


async def wipe(house: House, client: httpx.AsyncClient) -> None:
    administrator = await house.signed_in("administrator")
    assert (await administrator.post("/api/devices/1/wipe", json={})).status_code == 204


async def deactivate(house: House, client: httpx.AsyncClient) -> None:
    administrator = await house.signed_in("administrator")
    assert (await administrator.patch(f"/api/people/{MAREK}", json={"active": False})).status_code == 200


async def promote(house: House, client: httpx.AsyncClient) -> None:
    administrator = await house.signed_in("administrator")
    assert (await administrator.patch(f"/api/people/{MAREK}", json={"role": "manager"})).status_code == 200


async def take_cover(house: House, client: httpx.AsyncClient) -> None:
    administrator = await house.signed_in("administrator")
    cover = {"cover": [{"person": EWA}]}
    assert (await administrator.put(f"/api/territories/{NORTH}/cover", json=cover)).status_code == 200


async def revoke_in_another_process(house: House, client: httpx.AsyncClient) -> None:
    with contextlib.closing(sqlite3.connect(house.application.settings.data / DATABASE_NAME, timeout=20)) as database:
        database.execute("UPDATE device SET revoked_at = 1 WHERE number = 1")
        database.execute("UPDATE organisation SET revision = revision + 1")
        database.commit()


CHANGES: Final = [
    revoke,
    sign_out,
    change_password_elsewhere,
    wipe,
    deactivate,
    promote,
    take_cover,
    revoke_in_another_process,
]


@pytest.mark.parametrize("change", CHANGES)
async def test_a_stream_ends_with_the_rights_it_began_with(
    house: House, change: Callable[[House, httpx.AsyncClient], Awaitable[None]]
) -> None:
    client = await house.signed_in("rep")
    async with stream(house, client) as listener:
        await change(house, client)
        while await listener.part():
            pass
        await listener.ended()


async def test_a_managers_stream_ends_when_a_territory_comes_below_his(house: House) -> None:
    client = await house.signed_in("manager")
    async with stream(house, client) as listener:
        await edit_territory(house, COAST, parent=REGION)
        while await listener.part():  # told of the territory, or ended before that
            pass
        await listener.ended()


async def test_a_stream_ends_when_a_cover_ends_by_itself(house: House) -> None:
    administrator = await house.signed_in("administrator")
    until = house.clock.now_ms + 60_000
    cover = {"cover": [{"person": MAREK, "valid_to": until}]}
    await administrator.put(f"/api/territories/{NORTH}/cover", json=cover)
    client = await house.signed_in("rep")
    async with stream(house, client) as listener:
        house.clock.advance(seconds=59)
        assert await house.application.door.version() == await house.application.door.version()
        assert listener.is_silent()
        house.clock.advance(seconds=1)
        assert await listener.part() == b""
        await listener.ended()


async def test_a_stream_goes_on_while_others_sign_in_and_shared_records_change(house: House) -> None:
    client = await house.signed_in("rep")
    async with stream(house, client) as listener:
        before = await house.application.door.version()
        await house.signed_in("administrator")
        await edit_territory(house, COAST, name="The coast")
        assert set(await listener.heads()) == {"shared"}
        assert await house.application.door.version() > before
        await house.application.door.actors()
        assert listener.is_silent()
        assert not listener.task.done()


async def test_a_door_that_remembers_tells_the_same_as_one_that_has_just_been_opened(house: House) -> None:
    client = await house.signed_in("manager")
    scope = scope_of(client)
    kept = house.application.door
    assert not isinstance(await kept.actor_of(scope), Problem)
    await edit_territory(house, COAST, parent=REGION)
    found = await kept.actor_of(scope)
    fresh = Door(house.application.database, house.clock, house.application.presence)
    assert found == await fresh.actor_of(scope)
    assert isinstance(found, Actor)
    assert f"t:{COAST}" in found.buckets
    assert await kept.actors() == await fresh.actors()

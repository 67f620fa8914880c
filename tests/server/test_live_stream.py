"""The live stream tells a device which of its buckets moved, at once, and nothing of any other."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

import msgspec
import pytest_asyncio

from routebook_server.gateway.live import LiveStream
from routebook_server.records.buckets import SHARED, Head, person_bucket, territory_bucket
from server.devices import ANNA, BAKERY, BEN, CHEMIST, MIRA, NORTH, SOUTH, Device, Team, make_id, open_team

IN_NORTH, IN_SOUTH = territory_bucket(NORTH), territory_bucket(SOUTH)


class Listener:
    """A client on a stream, as the server sees it: what it was sent, and a way to leave."""

    def __init__(self, team: Team, device: int, heartbeat_s: float) -> None:
        self._team = team
        self._device = device
        self._heartbeat_s = heartbeat_s
        self._left = asyncio.Event()
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.may_send = asyncio.Event()
        self.may_send.set()

    async def __aenter__(self) -> Self:
        actor = self._team.actor(self._device)

        async def actor_now() -> Any:
            return self._team.actor(self._device)

        stream = LiveStream(self._team.store, actor, self._heartbeat_s)
        self.task = asyncio.create_task(stream.run(self._receive, self._send, actor_now))
        start = await self._sent.get()
        assert (start["type"], start["status"]) == ("http.response.start", 200)
        assert (b"content-type", b"text/event-stream; charset=utf-8") in start["headers"]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._left.set()
        self.may_send.set()
        async with asyncio.timeout(5):
            await self.task

    async def _receive(self) -> Any:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.may_send.wait()
        await self._sent.put(message)

    async def part(self) -> bytes:
        """Return what comes next."""
        async with asyncio.timeout(5):
            body: bytes = (await self._sent.get())["body"]
        return body

    async def heads(self) -> dict[str, list[int]]:
        """Return the heads in the next event."""
        event, data, end = (await self.part()).split(b"\n", 2)
        assert (event, data[:6], end) == (b"event: heads", b"data: ", b"\n")
        heads: dict[str, list[int]] = msgspec.json.decode(data[6:])
        return heads

    def is_silent(self) -> bool:
        """Tell whether nothing more has come."""
        return self._sent.empty()


@pytest_asyncio.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    async with open_team(tmp_path) as opened:
        yield opened


def write_visit(device: Device, number: int, customer: str, person: str) -> None:
    device.edit("visit", make_id(number), customer, {"customer": customer, "person": person, "status": "open"})


async def test_a_stream_begins_with_the_heads_of_the_granted_buckets(team: Team) -> None:
    team.device(1, ANNA)
    async with Listener(team, 1, 20) as listener:
        assert await listener.heads() == {person_bucket(ANNA): [1, 0], SHARED: [1, 5], IN_NORTH: [1, 1]}


async def test_a_commit_is_told_to_those_who_hold_its_bucket_and_to_nobody_else(team: Team) -> None:
    anna, ben = team.device(1, ANNA), team.device(2, BEN)
    team.device(3, MIRA)
    async with Listener(team, 1, 20) as north, Listener(team, 2, 20) as south, Listener(team, 3, 20) as both:
        for listener in (north, south, both):
            await listener.heads()
        write_visit(anna, 1, BAKERY, ANNA)
        await anna.sync()
        assert await north.heads() == await both.heads() == {IN_NORTH: [1, 2]}
        assert south.is_silent()
        write_visit(ben, 2, CHEMIST, BEN)
        await ben.sync()
        assert await south.heads() == await both.heads() == {IN_SOUTH: [1, 2]}
        assert north.is_silent()


async def test_a_slow_listener_is_told_only_the_last_head_of_each_bucket(team: Team) -> None:
    anna = team.device(1, ANNA)
    async with Listener(team, 1, 20) as listener:
        await listener.heads()
        listener.may_send.clear()
        for number in range(1, 21):
            write_visit(anna, number, BAKERY, ANNA)
            await anna.sync()
        listener.may_send.set()
        told = [await listener.heads()]
        while told[-1][IN_NORTH] != [1, 21]:
            told.append(await listener.heads())
        assert len(told) <= 2


async def test_silence_is_filled_with_heartbeats(team: Team) -> None:
    team.device(1, ANNA)
    async with Listener(team, 1, 0.01) as listener:
        await listener.heads()
        assert await listener.part() == b": \n\n"
        assert await listener.part() == b": \n\n"


async def test_a_stream_ends_when_the_grants_change(team: Team) -> None:
    team.device(1, ANNA)
    async with Listener(team, 1, 0.01) as listener:
        await listener.heads()
        team.territories[ANNA] = []
        while await listener.part():
            pass
        await asyncio.wait_for(listener.task, 5)


async def test_a_stream_with_news_all_the_time_ends_when_the_grants_change_too(team: Team) -> None:
    team.device(1, ANNA)
    async with Listener(team, 1, 0.05) as listener:
        await listener.heads()
        team.territories[ANNA] = []
        async with asyncio.timeout(5):
            seq = 2
            while not listener.task.done():
                team.heads.publish({IN_NORTH: Head(1, seq)})
                seq += 1
                await asyncio.sleep(0)


async def test_a_stream_ends_when_the_server_closes_and_leaves_no_subscriber(team: Team) -> None:
    team.device(1, ANNA)
    async with Listener(team, 1, 20) as listener:
        await listener.heads()
        team.heads.close()
        assert await listener.part() == b""
    assert team.heads.subscribers == 0


async def test_whoever_leaves_is_forgotten(team: Team) -> None:
    team.device(1, ANNA)
    async with Listener(team, 1, 20) as listener:
        await listener.heads()
        assert team.heads.subscribers == 1
    assert team.heads.subscribers == 0
    team.heads.publish({IN_NORTH: Head(1, 9)})

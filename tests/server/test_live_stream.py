"""The live stream tells a device which of its buckets moved, at once, and nothing of any other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from routebook_server.gateway.live import RETRY_MS, Live
from routebook_server.records.buckets import SHARED, Head, person_bucket, territory_bucket
from server.devices import ANNA, BAKERY, BEN, CHEMIST, MIRA, NORTH, SOUTH, Device, Team, make_id, open_team
from server.listener import PATIENCE_S, Listener

NEVER = 3_600
HEARTBEAT = b"event: heartbeat\ndata: 3600000\n\n"
"""That of a stream whose next one comes never."""
IN_NORTH, IN_SOUTH = territory_bucket(NORTH), territory_bucket(SOUTH)


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


@contextlib.asynccontextmanager
async def lively(team: Team, *, heartbeat_s: float = NEVER, look_s: float = NEVER) -> AsyncIterator[Live]:
    """Yield the team's streams while they are served."""
    live = Live(team.heads, team.store.read_heads, team, b"\x01", heartbeat_s=heartbeat_s, look_s=look_s)
    running = asyncio.create_task(live.run())
    try:
        yield live
    finally:
        team.heads.close()
        async with asyncio.timeout(PATIENCE_S):
            await running


def write_visit(device: Device, number: int, customer: str, person: str) -> None:
    device.edit("visit", make_id(number), customer, {"customer": customer, "person": person, "status": "open"})


async def test_a_stream_begins_with_the_heads_of_the_granted_buckets(team: Team) -> None:
    team.device(1, ANNA)
    async with lively(team) as live, Listener(live, team.actor(1)) as listener:
        assert await listener.heads() == {person_bucket(ANNA): [1, 0], SHARED: [1, 5], IN_NORTH: [1, 1]}


async def test_a_commit_is_told_to_those_who_hold_its_bucket_and_to_nobody_else(team: Team) -> None:
    anna, ben = team.device(1, ANNA), team.device(2, BEN)
    team.device(3, MIRA)
    async with (
        lively(team) as live,
        Listener(live, team.actor(1)) as north,
        Listener(live, team.actor(2)) as south,
        Listener(live, team.actor(3)) as both,
    ):
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


async def test_a_commit_during_the_opening_of_a_stream_is_told_once_and_by_its_last_head(team: Team) -> None:
    team.device(1, ANNA)
    reading, read = asyncio.Event(), asyncio.Event()

    async def read_heads(buckets: Any) -> dict[str, Head]:
        reading.set()
        await read.wait()
        return {IN_NORTH: Head(1, 1)}

    live = Live(team.heads, read_heads, team, b"\x01", heartbeat_s=NEVER, look_s=NEVER)
    running = asyncio.create_task(live.run())
    listener = Listener(live, team.actor(1))
    opening = asyncio.create_task(listener.__aenter__())
    await reading.wait()
    team.heads.publish({IN_NORTH: Head(1, 2)})
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    read.set()
    await opening
    assert await listener.heads() == {IN_NORTH: [1, 2]}
    assert listener.is_silent()
    team.heads.close()
    await running
    await listener.ended()


async def test_a_slow_listener_is_told_only_the_last_head_of_each_bucket_and_delays_nobody(team: Team) -> None:
    anna = team.device(1, ANNA)
    team.device(3, MIRA)
    async with lively(team) as live, Listener(live, team.actor(1)) as slow, Listener(live, team.actor(3)) as quick:
        await slow.heads()
        await quick.heads()
        slow.may_send.clear()
        for number in range(1, 21):
            write_visit(anna, number, BAKERY, ANNA)
            await anna.sync()
            assert await quick.heads() == {IN_NORTH: [1, 1 + number]}
        slow.may_send.set()
        told = [await slow.heads()]
        while told[-1][IN_NORTH] != [1, 21]:
            told.append(await slow.heads())
        assert len(told) <= 2


async def test_a_slow_listener_whose_rights_end_hears_nothing_more(team: Team) -> None:
    anna = team.device(1, ANNA)
    async with lively(team, look_s=0.01) as live, Listener(live, team.actor(1)) as slow:
        await slow.heads()
        slow.may_send.clear()
        for number in range(1, 4):
            write_visit(anna, number, BAKERY, ANNA)
            await anna.sync()
        team.territories[ANNA] = []
        team.rights_version += 1
        team.rights_read.clear()
        await team.rights_read.wait()
        slow.may_send.set()
        assert await slow.heads() == {IN_NORTH: [1, 2]}, "what was on its way already"
        assert await slow.part() == b""
        await slow.ended()


async def test_silence_is_filled_with_heartbeats(team: Team) -> None:
    team.device(1, ANNA)
    async with lively(team, heartbeat_s=0.01) as live, Listener(live, team.actor(1)) as listener:
        await listener.heads()
        assert await listener.part() == b"event: heartbeat\ndata: 10\n\n"
        assert await listener.part() == b"event: heartbeat\ndata: 10\n\n"


async def test_a_stream_says_with_its_first_words_how_long_it_is_silent_at_most(team: Team) -> None:
    team.device(1, ANNA)
    async with lively(team) as live, Listener(live, team.actor(1)) as listener:
        first = await listener.part()
        assert first.startswith(HEARTBEAT + b"id: ")
        assert first.count(b"\n\n") == 2


async def test_the_heartbeat_is_written_once_for_all_streams(team: Team) -> None:
    team.device(1, ANNA)
    team.device(2, BEN)
    async with (
        lively(team, heartbeat_s=0.01) as live,
        Listener(live, team.actor(1)) as one,
        Listener(live, team.actor(2)) as other,
    ):
        await one.heads()
        await other.heads()
        assert await one.part() is await other.part()


async def test_each_device_comes_back_after_a_time_of_its_own(team: Team) -> None:
    team.device(1, ANNA)
    team.device(2, BEN)
    async with lively(team) as live, Listener(live, team.actor(1)) as one, Listener(live, team.actor(2)) as other:
        await one.heads()
        await other.heads()
        shortest, longest = RETRY_MS
        assert shortest <= one.retry_ms < longest
        assert shortest <= other.retry_ms < longest
        assert one.retry_ms != other.retry_ms


# Coming back


async def test_a_device_that_comes_back_is_told_what_moved_meanwhile_and_nothing_else(team: Team) -> None:
    anna, _mira = team.device(1, ANNA), team.device(3, MIRA)
    async with lively(team) as live:
        async with Listener(live, team.actor(3)) as listener:
            await listener.heads()
            write_visit(anna, 1, BAKERY, ANNA)
            await anna.sync()
            seen = await listener.event()
            assert seen.heads == {IN_NORTH: [1, 2]}
        async with Listener(live, team.actor(3), seen.id) as again:
            assert await again.part() == HEARTBEAT
        team.heads.publish({IN_SOUTH: Head(1, 7), SHARED: Head(1, 9)})
        write_visit(anna, 2, BAKERY, ANNA)
        await anna.sync()
        async with Listener(live, team.actor(3), seen.id) as again:
            told = await again.event()
            assert told.heads == {IN_SOUTH: [1, 7], SHARED: [1, 9], IN_NORTH: [1, 3]}
        async with Listener(live, team.actor(3), told.id) as again:
            assert await again.part() == HEARTBEAT


@pytest.mark.parametrize(
    "last_id", [b"x", b"02.00000000.1", b"01.", b"-1", b"9" * 400, b"01.%b.99", b"01.%b.", b"01.%b.-1"]
)
async def test_a_device_that_comes_back_with_what_is_not_known_here_is_told_all_heads(
    team: Team, last_id: bytes
) -> None:
    team.device(1, ANNA)
    async with lively(team) as live:
        async with Listener(live, team.actor(1)) as listener:
            first = await listener.event()
        mine = first.id.split(b".")[1]
        async with Listener(live, team.actor(1), last_id.replace(b"%b", mine)) as again:
            assert await again.heads() == first.heads


async def test_a_device_that_comes_back_with_other_buckets_is_told_all_heads(team: Team) -> None:
    team.device(1, ANNA)
    async with lively(team) as live:
        async with Listener(live, team.actor(1)) as listener:
            first = await listener.event()
        team.territories[ANNA] = [NORTH, SOUTH]
        async with Listener(live, team.actor(1), first.id) as again:
            assert (await again.heads()).keys() == {*first.heads, IN_SOUTH}


# The end


async def test_a_stream_ends_as_soon_as_rights_have_changed(team: Team) -> None:
    team.device(1, ANNA)
    team.device(2, BEN)
    async with (
        lively(team, look_s=0.01) as live,
        Listener(live, team.actor(1)) as anna,
        Listener(live, team.actor(2)) as ben,
    ):
        await anna.heads()
        await ben.heads()
        team.territories[ANNA] = []
        team.rights_version += 1
        assert await anna.part() == b""
        await anna.ended()
        assert ben.is_silent()
        assert not ben.task.done()


async def test_a_stream_ends_at_a_heartbeat_where_nothing_told_that_rights_had_changed(team: Team) -> None:
    team.device(1, ANNA)
    async with lively(team, heartbeat_s=0.01) as live, Listener(live, team.actor(1)) as listener:
        await listener.heads()
        del team.person_by_device[1]
        while await listener.part():
            pass
        await listener.ended()


async def test_a_stream_with_news_all_the_time_ends_when_the_grants_change_too(team: Team) -> None:
    team.device(1, ANNA)
    async with lively(team, heartbeat_s=0.05) as live, Listener(live, team.actor(1)) as listener:
        await listener.heads()
        team.territories[ANNA] = []
        async with asyncio.timeout(PATIENCE_S):
            seq = 2
            while not listener.task.done():
                team.heads.publish({IN_NORTH: Head(1, seq)})
                seq += 1
                await asyncio.sleep(0)


async def test_a_stream_outlives_a_database_that_cannot_tell_rights_now(team: Team) -> None:
    team.device(1, ANNA)
    asked: asyncio.Queue[None] = asyncio.Queue()

    class Failing:
        async def version(self) -> int:
            asked.put_nowait(None)
            raise OSError("the disk is gone")

        async def actors(self) -> dict[int, Any]:
            return {}

    live = Live(team.heads, team.store.read_heads, Failing(), b"\x01", heartbeat_s=NEVER, look_s=0.001)
    running = asyncio.create_task(live.run())
    async with Listener(live, team.actor(1)) as listener:
        await listener.heads()
        for _ in range(3):
            await asked.get()
        team.heads.publish({IN_NORTH: Head(1, 7)})
        assert await listener.heads() == {IN_NORTH: [1, 7]}
    team.heads.close()
    await running


async def test_a_devices_newest_stream_is_its_only_one(team: Team) -> None:
    team.device(1, ANNA)
    async with lively(team) as live, Listener(live, team.actor(1)) as older:
        await older.heads()
        async with Listener(live, team.actor(1)) as newer:
            assert await older.part() == b""
            await older.ended()
            await newer.heads()
            assert live.streams == 1
            team.heads.publish({IN_NORTH: Head(1, 7)})
            assert await newer.heads() == {IN_NORTH: [1, 7]}
        assert live.streams == 0


async def test_a_stream_ends_when_the_server_closes_and_leaves_no_subscriber(team: Team) -> None:
    team.device(1, ANNA)
    async with lively(team) as live, Listener(live, team.actor(1)) as listener:
        await listener.heads()
        team.heads.close()
        assert await listener.part() == b""
        await listener.ended()
        assert live.streams == 0
    assert team.heads.subscribers == 0


async def test_a_stream_asked_for_while_the_server_closes_ends_at_once(team: Team) -> None:
    team.device(1, ANNA)
    async with lively(team) as live:
        team.heads.close()
        async with Listener(live, team.actor(1)) as listener:
            await listener.heads()
            assert await listener.part() == b""
            await listener.ended()


async def test_whoever_leaves_is_forgotten(team: Team) -> None:
    team.device(1, ANNA)
    async with lively(team) as live:
        async with Listener(live, team.actor(1)) as listener:
            await listener.heads()
            assert live.streams == 1
        assert live.streams == 0
        team.heads.publish({IN_NORTH: Head(1, 9)})
        async with Listener(live, team.actor(1)) as again:
            await again.heads()

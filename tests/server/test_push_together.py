"""Many devices at once: no row is missed, none comes twice, numbers are contiguous and never go back."""

import asyncio

from routebook_server.records.buckets import territory_bucket
from routebook_sync.messages import MIN_BUDGET, Verdict, VerdictKind
from server.devices import ANNA, BAKERY, BEN, CHEMIST, MIRA, NORTH, SOUTH, Device, Team, make_id, open_team

PUSHERS, ROUNDS, EDITS = 8, 12, 5
IN_NORTH, IN_SOUTH = territory_bucket(NORTH), territory_bucket(SOUTH)


async def push_rounds(device: Device, customer: str) -> None:
    for turn in range(ROUNDS):
        for number in range(EDITS):
            record = make_id(device.number * 10_000 + turn * 100 + number)
            device.edit("visit", record, customer, {"customer": customer, "person": ANNA, "status": "open"})
        assert (await device.sync()).verdicts == []


async def read_until(team: Team, number: int, done: asyncio.Event) -> list[tuple[str, int]]:
    """Return bucket and sequence number of every row in the order in which a reader came by it."""
    reader = team.device(number, MIRA)
    seen: list[tuple[str, int]] = []
    while True:
        last = done.is_set()
        before = dict(reader.cursors)
        reply = await reader.sync(budget=MIN_BUDGET)
        await asyncio.sleep(0)  # over a network others have their turn here; where nothing is new, nothing else waits
        for bucket, rows in reply.rows.items():
            after, upto = before.get(bucket, [1, 0])[1], reply.cursors[bucket][1]
            places = await team.read(
                "SELECT seq FROM record WHERE bucket = ? AND seq > ? AND seq <= ? ORDER BY seq", bucket, after, upto
            )
            assert len(rows) == len(places), "a row was committed below a cursor that was already given out"
            seen += [(bucket, seq) for (seq,) in places]
        if last and not reply.more:
            return seen


async def test_readers_among_pushers_see_every_row_once_and_numbers_are_contiguous(address: str) -> None:
    async with open_team(address) as team:
        done = asyncio.Event()
        readers = [asyncio.create_task(read_until(team, 100 + number, done)) for number in range(3)]
        pushers = [
            push_rounds(team.device(number, ANNA if number % 2 else BEN), BAKERY if number % 2 else CHEMIST)
            for number in range(1, PUSHERS + 1)
        ]
        await asyncio.gather(*pushers)
        done.set()
        seen = [await reader for reader in readers]

        stored = await team.read("SELECT bucket, seq FROM record WHERE bucket IN (?, ?)", IN_NORTH, IN_SOUTH)
        each = PUSHERS // 2 * ROUNDS * EDITS + 1
        assert sorted(stored) == [(bucket, seq) for bucket in (IN_NORTH, IN_SOUTH) for seq in range(1, each + 1)]
        for read in seen:
            territories = [place for place in read if place[0] in {IN_NORTH, IN_SOUTH}]
            assert sorted(territories) == sorted(stored)


async def test_waiting_pushes_share_a_transaction(address: str) -> None:
    async with open_team(address) as team:
        commits = 0
        write = team.database.write

        async def counted(work: object, **how: object) -> object:
            nonlocal commits
            commits += 1
            return await write(work, **how)  # type: ignore[arg-type]

        team.database.write = counted  # type: ignore[assignment,method-assign]
        devices = [team.device(number, ANNA) for number in range(1, 21)]
        for device in devices:
            device.edit("visit", make_id(device.number), BAKERY, {"customer": BAKERY, "person": ANNA, "status": "open"})
        replies = await asyncio.gather(*(device.sync() for device in devices))

        assert all(reply.pushed == 1 for reply in replies)
        assert commits <= 4


async def test_the_same_request_twice_at_once_is_stored_once(address: str) -> None:
    async with open_team(address) as team:
        device = team.device(1, ANNA)
        for number in range(10):
            device.edit("visit", make_id(number), BAKERY, {"customer": BAKERY, "person": ANNA, "status": "open"})
        replies = await asyncio.gather(*(device.send() for _ in range(4)))

        assert [reply.json()["pushed"] for reply in replies] == [10] * 4
        assert await team.read("SELECT count(*) FROM history WHERE device = 1") == [(10,)]


async def test_two_devices_whose_edits_of_one_record_share_a_transaction_both_get_the_whole(address: str) -> None:
    async with open_team(address) as team:
        first, second, other = team.device(1, ANNA), team.device(2, MIRA), team.device(3, MIRA)
        for device in (first, second, other):
            await device.sync()
        before = (await team.store.read_heads([IN_NORTH]))[IN_NORTH].seq
        # The first push occupies the writer, so that the next two wait together.
        other.edit("customer", CHEMIST, CHEMIST, {"city": "Kraków"})
        first.edit("customer", BAKERY, BAKERY, {"city": "Łódź"})
        second.edit("customer", BAKERY, BAKERY, {"street": "Piotrkowska 1"})
        replies = await asyncio.gather(other.sync(), first.sync(), second.sync())
        assert (await team.store.read_heads([IN_NORTH]))[IN_NORTH].seq == before + 1, "they did not share one"
        assert [reply.verdicts for reply in replies] == [[], [], [Verdict(1, VerdictKind.MERGED)]]

        row = await team.row(BAKERY)
        assert row is not None
        assert row["v"] == {"name": "Bakery", "territory": NORTH, "city": "Łódź", "street": "Piotrkowska 1"}
        assert first.confirmed[BAKERY].v == second.confirmed[BAKERY].v == row["v"]


async def test_an_edit_that_shares_a_transaction_with_the_move_of_its_customer_is_held_not_refused(
    address: str,
) -> None:
    async with open_team(address) as team:
        phone, manager, other = team.device(1, ANNA), team.device(2, MIRA), team.device(3, MIRA)
        for device in (phone, manager, other):
            await device.sync()
        # The first push occupies the writer, so that the next two wait together.
        other.edit("customer", CHEMIST, CHEMIST, {"city": "Kraków"})
        manager.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
        phone.edit("customer", BAKERY, BAKERY, {"city": "Łódź"})
        replies = await asyncio.gather(other.sync(), manager.sync(), phone.sync())

        assert [verdict.verdict for verdict in replies[2].verdicts] == [VerdictKind.HELD]

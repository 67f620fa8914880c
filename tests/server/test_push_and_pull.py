"""What one device writes reaches another, exactly as it was written."""

from routebook_server.records.buckets import SHARED, person_bucket, territory_bucket
from routebook_sync.messages import Row
from server.devices import ANNA, BAKERY, MIRA, NORTH, make_id, open_team

VISIT = make_id(1)


async def test_a_visit_written_on_one_device_reaches_the_other(address: str) -> None:
    async with open_team(address) as team:
        rep, manager = team.device(1, ANNA), team.device(2, MIRA)
        values = {"customer": BAKERY, "person": ANNA, "status": "done", "outcome": "order"}
        edit = rep.edit("visit", VISIT, BAKERY, values)

        pushed = await rep.sync()
        pulled = await manager.sync()

        assert pushed.pushed == 1
        assert pushed.verdicts == []
        rows = {row.i: row for row in pulled.rows[territory_bucket(NORTH)]}
        assert rows[VISIT] == Row("visit", VISIT, BAKERY, 0, values, {edit.at: []})


async def test_a_first_sync_gives_exactly_the_granted_buckets_to_their_heads(address: str) -> None:
    async with open_team(address) as team:
        reply = await team.device(1, ANNA).sync()

        granted = [person_bucket(ANNA), SHARED, territory_bucket(NORTH)]
        assert reply.grants == granted
        assert reply.complete == granted
        assert not reply.more
        assert set(reply.rows) == {SHARED, territory_bucket(NORTH)}
        assert [row.i for row in reply.rows[territory_bucket(NORTH)]] == [BAKERY]

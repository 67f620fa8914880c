"""After the horizon: deleted records without bodies, markers that are gone, and the devices that come back later."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from routebook_server.records import purge
from routebook_server.records.buckets import SEQ_BITS, territory_bucket
from routebook_server.records.purge import Purged, Purger
from routebook_sync.messages import MOVED, ControlKind, Row, SyncReply, VerdictKind
from server.devices import ANNA, BAKERY, BEN, CHEMIST, MIRA, NOON, NORTH, SOUTH, Device, Team, make_id, open_team
from server.test_sums_kept import faults

DAY = 86_400_000
KEEP = 180 * DAY
NOTE, OTHER = make_id(1), make_id(2)
IN_NORTH = territory_bucket(NORTH)


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened
        assert await faults(opened) == []


async def purged(team: Team) -> Purged:
    """Purge what is older than the horizon."""
    return await Purger(team.database, team.clock, KEEP).purge()


def write_note(device: Device, note: str, customer: str = BAKERY) -> None:
    """Put a new note into the outbox."""
    values = {"customer": customer, "person": ANNA, "written_at": NOON, "body": "Closed on Mondays"}
    device.edit("note", note, customer, values)


def has_reset(told: SyncReply) -> bool:
    """Tell whether a reply resets the bucket of the north."""
    return any(asked.control == ControlKind.RESET and asked.bucket == IN_NORTH for asked in told.control)


async def test_a_deleted_record_keeps_its_body_until_the_horizon_and_its_id_for_ever(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, ANNA)
    write_note(phone, NOTE)
    await phone.sync()
    await tablet.sync()
    phone.edit("note", NOTE, BAKERY, {"deleted": True})
    await phone.sync()
    team.clock.now_ms += KEEP - 1_000
    assert await purged(team) == Purged(0, 0)
    team.clock.now_ms += 2_000
    number = await team.read("SELECT bucket, seq, sum, open_sum FROM record WHERE id = ?", NOTE)
    assert await purged(team) == Purged(1, 0)

    row = await team.row(NOTE)
    assert row is not None
    assert row["v"] == {"deleted": True}
    assert await team.read("SELECT bucket, seq, sum, open_sum FROM record WHERE id = ?", NOTE) == number
    assert await purged(team) == Purged(0, 0)


async def test_what_is_purged_leaves_the_typed_tables_too(team: Team) -> None:
    phone = team.device(1, ANNA)
    write_note(phone, NOTE)
    phone.edit("note", NOTE, BAKERY, {"deleted": True})
    await phone.sync()
    await team.projector.catch_up()
    [(body,)] = await team.read("SELECT body FROM projection_note WHERE id = ?", NOTE)
    assert body is not None
    team.clock.now_ms += KEEP + 2_000
    assert await purged(team) == Purged(1, 0)

    found = await team.read("SELECT * FROM projection_note")
    await team.projector.rebuild()
    assert found == await team.read("SELECT * FROM projection_note"), "as if built from what is left"
    assert await team.read("SELECT id, body, person, written_at FROM projection_note") == [(NOTE, None, None, None)]


async def test_a_change_that_comes_a_year_late_leaves_the_record_deleted(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, ANNA)
    write_note(phone, NOTE)
    await phone.sync()
    await tablet.sync()
    tablet.edit("note", NOTE, BAKERY, {"body": "Closed on Tuesdays", "pinned": True})
    phone.edit("note", NOTE, BAKERY, {"deleted": True})
    await phone.sync()
    team.clock.now_ms += 365 * DAY
    await purged(team)

    told = await tablet.sync()

    assert [verdict.verdict for verdict in told.verdicts] == [VerdictKind.MERGED]
    assert tablet.confirmed[NOTE].v == {"deleted": True, "body": "Closed on Tuesdays", "pinned": True}
    assert await purged(team) == Purged(1, 0)


async def test_a_record_without_its_body_comes_back_only_whole(team: Team) -> None:
    phone = team.device(1, ANNA)
    write_note(phone, NOTE)
    phone.edit("note", NOTE, BAKERY, {"deleted": True})
    await phone.sync()
    team.clock.now_ms += 365 * DAY
    await purged(team)
    phone.edit("note", NOTE, BAKERY, {"deleted": None})
    refused = await phone.sync()
    assert [(verdict.verdict, verdict.code) for verdict in refused.verdicts] == [("rejected", "missing_field")]
    values = {"deleted": None, "customer": BAKERY, "person": ANNA, "written_at": NOON, "body": "Again"}
    phone.edit("note", NOTE, BAKERY, values)
    await phone.sync()
    row = await team.row(NOTE)
    assert row is not None
    assert row["v"]["body"] == "Again"


async def test_a_note_that_only_speaks_of_deleting_keeps_its_body(team: Team) -> None:
    phone = team.device(1, ANNA)
    values = {"customer": BAKERY, "person": ANNA, "written_at": NOON, "body": 'he said "deleted":true'}
    phone.edit("note", NOTE, BAKERY, values)
    phone.edit("setting", OTHER, ANNA, {"name": "x", "value": {"deleted": True}})
    await phone.sync()
    team.clock.now_ms += 365 * DAY
    assert await purged(team) == Purged(0, 0)
    assert (await team.row(NOTE) or {})["v"] == values


async def test_a_device_that_may_have_missed_a_marker_reads_the_bucket_anew_and_keeps_its_outbox(team: Team) -> None:
    phone, tablet, desk = team.device(1, ANNA), team.device(2, ANNA), team.device(4, MIRA)
    write_note(phone, NOTE)
    for device in (phone, tablet, desk):
        await device.sync()
    desk.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    await desk.sync()
    team.clock.now_ms += DAY
    await tablet.sync()
    team.clock.now_ms += KEEP
    assert await purged(team) == Purged(0, 1)
    phone.edit("customer", BAKERY, BAKERY, {"city": "Hel"})

    late, regular = await phone.sync(), await tablet.sync()

    assert has_reset(late)
    assert late.pushed == 2
    # What left the bucket so long ago cannot be told any more; it may have been his, so that his change is kept.
    assert [(verdict.verdict, verdict.code) for verdict in late.verdicts] == [("held", "forbidden")]
    assert not has_reset(regular)
    assert not has_reset(await phone.sync())
    assert not has_reset(await tablet.sync())


async def test_a_device_that_reads_from_the_start_gets_past_the_horizon_page_by_page(team: Team) -> None:
    phone, desk, fresh = team.device(1, ANNA), team.device(4, MIRA), team.device(2, ANNA)
    for number in range(10, 20):
        values = {"customer": BAKERY, "person": ANNA, "written_at": NOON, "body": "x" * 9_000}
        phone.edit("note", make_id(number), BAKERY, values)
    await desk.sync()
    # What moves away and back leaves no marker in the north; what stays away does.
    desk.edit("customer", CHEMIST, CHEMIST, {"territory": NORTH})
    desk.edit("customer", CHEMIST, CHEMIST, {"territory": SOUTH})
    await desk.sync()
    await phone.sync()
    team.clock.now_ms += KEEP + DAY
    assert await purged(team) == Purged(0, 1)
    [(horizon, head)] = await team.read("SELECT horizon, seq FROM bucket WHERE bucket = ?", IN_NORTH)
    assert horizon >> SEQ_BITS == 1

    rounds = 0
    told = await fresh.sync(budget=16_384)
    while told.more:
        rounds += 1
        assert not has_reset(told)
        told = await fresh.sync(budget=16_384)
    assert rounds > 3
    assert len([row for row in fresh.confirmed.values() if row.k == "note"]) == 10
    assert fresh.cursors[IN_NORTH] == [1, (1 << SEQ_BITS) + head]


async def test_a_marker_of_the_first_version_counts_from_when_it_is_first_seen(team: Team) -> None:
    desk = team.device(4, MIRA)
    await desk.sync()
    desk.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    await desk.sync()
    bare = msgspec.json.encode(Row(MOVED, BAKERY, BAKERY, 1)).decode()
    await team.write("UPDATE record SET doc = ? WHERE kind = ?", bare, MOVED)
    team.clock.now_ms += KEEP + DAY
    assert await purged(team) == Purged(0, 0)
    team.clock.now_ms += KEEP + DAY
    assert await purged(team) == Purged(0, 1)


async def test_a_marker_that_came_back_meanwhile_stays(team: Team) -> None:
    desk, van = team.device(4, MIRA), team.device(3, BEN)
    await desk.sync()
    for territory in (SOUTH, NORTH):
        desk.edit("customer", BAKERY, BAKERY, {"territory": territory})
        await desk.sync()
        team.clock.now_ms += KEEP + DAY
    desk.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    await desk.sync()
    assert await purged(team) == Purged(0, 0)
    await van.sync()
    assert van.confirmed[BAKERY].h == 3


async def test_purging_goes_in_small_steps(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge, "_STEP", 3)
    monkeypatch.setattr(purge, "_BATCH", 2)
    phone = team.device(1, ANNA)
    for number in range(10, 20):
        write_note(phone, make_id(number))
        phone.edit("note", make_id(number), BAKERY, {"deleted": True})
    await phone.sync()
    team.clock.now_ms += KEEP + DAY
    assert await purged(team) == Purged(10, 0)

"""What is done and old leaves the devices for the archive, keeps everything, and comes back with an edit."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from compat import client_1
from routebook_server.records import archiving, draft
from routebook_server.records.archiving import Archiver
from routebook_server.records.buckets import archive_of, territory_bucket
from routebook_server.records.purge import Purged, Purger
from routebook_sync.messages import ARCHIVED, VerdictKind
from server.devices import (
    ANNA,
    BAKERY,
    BEN,
    CHEMIST,
    MIRA,
    NOON,
    NORTH,
    SOUTH,
    Device,
    Team,
    make_id,
    open_team,
    rows_of,
)
from server.test_sums_kept import faults

DAY = 86_400_000
KEEP = 400 * DAY
IN_NORTH = territory_bucket(NORTH)
OLD, NEWER, NEWEST = make_id(1), make_id(2), make_id(3)


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened
        assert await faults(opened) == []


async def archived(team: Team) -> int:
    """Archive what is older than is kept at hand."""
    return await Archiver(team.database, team.clock, KEEP).archive(team.heads)


def write_note(device: Device, note: str, at: int = NOON, **values: Any) -> None:
    """Put a new note into the outbox."""
    written = {"customer": BAKERY, "person": ANNA, "written_at": at, "body": "Closed on Mondays", **values}
    device.edit("note", note, BAKERY, written)


async def write_notes(device: Device) -> None:
    """Write three notes, two of which are to go when the third is old, too."""
    for number, note in enumerate((OLD, NEWER, NEWEST)):
        write_note(device, note, NOON + number)
    await device.sync()


async def place_of(team: Team, record_id: str) -> str:
    """Return the bucket in which a record lives."""
    [(bucket,)] = await team.read("SELECT bucket FROM record WHERE id = ?", record_id)
    return str(bucket)


async def test_old_work_leaves_the_devices_that_held_it_and_the_newest_of_its_kind_stays(team: Team) -> None:
    phone = team.device(1, ANNA)
    await write_notes(phone)
    before = await team.row(OLD)
    team.clock.now_ms += KEEP
    assert await archived(team) == 0
    team.clock.now_ms += DAY
    assert await archived(team) == 2

    told = await phone.sync()

    assert [(row.k, row.v) for row in told.rows[IN_NORTH]] == [(ARCHIVED, {"ids": [OLD, NEWER]})]
    assert phone.confirmed.keys() & {OLD, NEWER, NEWEST} == {NEWEST}
    assert await team.row(OLD) == before
    assert await place_of(team, OLD) == archive_of(IN_NORTH)
    assert [row.i for row in await rows_of(team, archive_of(IN_NORTH))] == [OLD, NEWER]
    assert await archived(team) == 0


async def test_what_is_not_done_is_pinned_or_was_touched_lately_stays(team: Team) -> None:
    phone = team.device(1, ANNA)
    await write_notes(phone)
    write_note(phone, make_id(10), pinned=True)
    task = {"customer": BAKERY, "person": ANNA, "title": "Call", "status": "open"}
    phone.edit("task", make_id(11), BAKERY, task)
    for number in (12, 13):
        phone.edit("task", make_id(number), BAKERY, {**task, "status": "done", "done_at": NOON + number})
    for number in (14, 15):
        visit = {"customer": BAKERY, "person": ANNA, "status": "done", "checked_in_at": NOON + number}
        phone.edit("visit", make_id(number), BAKERY, visit)
    await phone.sync()
    team.clock.now_ms += KEEP + DAY
    phone.edit("note", OLD, BAKERY, {"body": "Closed on Tuesdays"})
    phone.edit("visit", make_id(14), BAKERY, {"comments": {phone.stamp(): "Really?"}})
    await phone.sync()

    assert await archived(team) == 2
    assert {row.i for row in await rows_of(team, archive_of(IN_NORTH))} == {NEWER, make_id(12)}
    team.clock.now_ms += 31 * DAY
    assert await archived(team) == 2


async def test_what_a_person_keeps_for_himself_is_never_archived(team: Team) -> None:
    phone = team.device(1, ANNA)
    for number in (10, 11):
        task = {"person": ANNA, "title": "Taxes", "status": "done", "done_at": NOON + number}
        phone.edit("task", make_id(number), ANNA, task)
    await phone.sync()
    team.clock.now_ms += KEEP + DAY
    assert await archived(team) == 0


async def test_nothing_is_archived_where_the_organisation_keeps_everything_at_hand(team: Team) -> None:
    await Archiver(team.database, team.clock, 0).run(team.heads)


async def test_an_edit_of_a_device_that_still_held_it_brings_a_record_back(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, ANNA)
    await write_notes(phone)
    await tablet.sync()
    team.clock.now_ms += KEEP + DAY
    await archived(team)
    tablet.edit("note", OLD, BAKERY, {"body": "Closed on Tuesdays"})

    told = await tablet.sync()

    assert [verdict.verdict for verdict in told.verdicts] == [VerdictKind.MERGED]
    assert [row.i for row in told.rows[IN_NORTH] if row.k == "note"] == [OLD]
    assert await place_of(team, OLD) == IN_NORTH
    await phone.sync()
    assert phone.confirmed[OLD].v["body"] == "Closed on Tuesdays"
    assert NEWER not in phone.confirmed
    team.clock.now_ms += 31 * DAY
    assert await archived(team) == 1
    await phone.sync()
    assert OLD not in phone.confirmed


async def test_the_same_value_again_brings_a_record_back_too(team: Team) -> None:
    phone = team.device(1, ANNA)
    await write_notes(phone)
    edit = phone.edit("note", OLD, BAKERY, {"body": "Closed on Sundays"})
    await phone.sync()
    team.clock.now_ms += KEEP + DAY
    await archived(team)
    phone.outbox.append(msgspec.structs.replace(edit, n=edit.n + 1))
    told = await phone.sync()
    assert [row.i for row in told.rows[IN_NORTH] if row.k == "note"] == [OLD]


async def test_a_delete_brings_the_record_back_as_a_deleted_one_for_good(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, ANNA)
    await write_notes(phone)
    await tablet.sync()
    team.clock.now_ms += KEEP + DAY
    await archived(team)
    tablet.edit("note", OLD, BAKERY, {"deleted": True})
    await tablet.sync()
    await phone.sync()
    assert phone.confirmed[OLD].v["deleted"] is True
    team.clock.now_ms += KEEP
    assert await archived(team) == 0
    assert await Purger(team.database, team.clock, KEEP - DAY).purge() == Purged(1, 1)


async def test_the_archive_moves_with_its_customer_and_back(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await write_notes(phone)
    team.clock.now_ms += KEEP + DAY
    await archived(team)
    await desk.sync()
    for territory in (SOUTH, NORTH, SOUTH):
        desk.edit("customer", BAKERY, BAKERY, {"territory": territory})
        await desk.sync()
        assert await place_of(team, OLD) == archive_of(territory_bucket(territory))
        assert await faults(team) == []
    phone.edit("note", OLD, BAKERY, {"body": "Mine?"})
    told = await phone.sync()
    assert [(verdict.verdict, verdict.code) for verdict in told.verdicts] == [("held", "forbidden")]


async def test_what_was_archived_elsewhere_leaves_a_device_that_was_away_when_the_customer_returns(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await write_notes(phone)
    await desk.sync()
    desk.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    await desk.sync()
    team.clock.now_ms += KEEP + DAY
    assert await archived(team) == 2
    desk.edit("customer", BAKERY, BAKERY, {"territory": NORTH})
    await desk.sync()

    await phone.sync()

    assert phone.confirmed.keys() & {OLD, NEWER, NEWEST} == {NEWEST}
    team.clock.now_ms += KEEP + DAY
    purged = await Purger(team.database, team.clock, KEEP).purge()
    assert purged.markers == 3, "the archive's in the south, the customer's there, the archive's in the north"


async def test_what_comes_back_from_the_archive_together_with_its_customer_is_there(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await write_notes(phone)
    await desk.sync()
    team.clock.now_ms += KEEP + DAY
    await archived(team)
    for territory in (SOUTH, NORTH):
        desk.edit("customer", BAKERY, BAKERY, {"territory": territory})
    desk.edit("note", OLD, BAKERY, {"body": "Closed on Tuesdays"})
    await desk.sync()
    await phone.sync()
    assert phone.confirmed[OLD].v["body"] == "Closed on Tuesdays"
    assert NEWER not in phone.confirmed


async def test_of_a_long_archive_several_markers_tell(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "MAX_NAMED", 1)
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await write_notes(phone)
    await desk.sync()
    team.clock.now_ms += KEEP + DAY
    await archived(team)
    desk.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    await desk.sync()
    named = [row.v["ids"] for row in await rows_of(team, territory_bucket(SOUTH)) if row.k == ARCHIVED]
    assert named == [[OLD], [NEWER]]


async def test_nobody_is_sent_an_archive(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await write_notes(phone)
    team.clock.now_ms += KEEP + DAY
    await archived(team)
    fresh = team.device(2, ANNA)
    fresh.cursors = {archive_of(IN_NORTH): [1, 0]}
    for device in (fresh, desk):
        told = await device.sync()
        assert not any(bucket.startswith("a:") for bucket in (*told.grants, *told.rows, *told.cursors))


async def test_a_client_of_protocol_1_passes_over_the_marker(team: Team) -> None:
    phone = team.device(1, ANNA)
    await write_notes(phone)
    team.clock.now_ms += KEEP + DAY
    await archived(team)
    response = await phone.send(protocol=1)
    reply = msgspec.json.decode(response.content, type=client_1.Reply)
    assert [row.k for row in reply.rows[IN_NORTH]] == [ARCHIVED]
    assert not {ARCHIVED} & client_1.KINDS


async def test_markers_of_the_archive_go_with_the_horizon(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, ANNA)
    await write_notes(phone)
    await tablet.sync()
    team.clock.now_ms += KEEP + DAY
    await archived(team)
    await phone.sync()
    assert await Purger(team.database, team.clock, KEEP).purge() == Purged(0, 0)
    team.clock.now_ms += KEEP + DAY
    assert await Purger(team.database, team.clock, KEEP).purge() == Purged(0, 1)
    late, regular = await tablet.sync(), await phone.sync()
    assert [asked.control for asked in late.control] == ["reset"]
    assert [asked.control for asked in regular.control] == []


async def test_the_history_of_an_archived_record_is_there_for_whoever_may_read_it(team: Team) -> None:
    phone, van = team.device(1, ANNA), team.device(3, BEN)
    await write_notes(phone)
    team.clock.now_ms += KEEP + DAY
    await archived(team)
    assert len((await phone.http.get(f"/api/history/{OLD}")).json()) == 1
    assert (await van.http.get(f"/api/history/{OLD}")).status_code == 404


async def test_archiving_goes_in_small_steps_and_a_record_changed_in_between_stays(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archiving, "_STEP", 3)
    monkeypatch.setattr(archiving, "_BATCH", 2)
    phone = team.device(1, ANNA)
    for number in range(10, 20):
        write_note(phone, make_id(number), NOON + number)
    await phone.sync()
    [(seq,)] = await team.read("SELECT seq FROM record WHERE id = ?", make_id(10))
    phone.edit("note", make_id(10), BAKERY, {"body": "Changed meanwhile"})
    await phone.sync()
    work = archiving.archive_rows
    moved, _heads = await team.database.write(
        lambda connection: work(connection, IN_NORTH, [seq], NOON, is_last=True), locking=True
    )
    assert moved == 0
    team.clock.now_ms += KEEP + DAY
    assert await archived(team) == 9
    markers = [row for row in await rows_of(team, IN_NORTH) if row.k == ARCHIVED]
    assert [len(row.v["ids"]) for row in markers] == [2, 2, 2, 2, 1]
    await phone.sync()
    assert [row.i for row in phone.confirmed.values() if row.k == "note"] == [make_id(19)]


async def test_other_customers_keep_their_newest(team: Team) -> None:
    phone, van = team.device(1, ANNA), team.device(3, BEN)
    await write_notes(phone)
    van.edit("note", make_id(20), CHEMIST, {"customer": CHEMIST, "person": BEN, "written_at": 1})
    await van.sync()
    team.clock.now_ms += KEEP + DAY
    assert await archived(team) == 2
    await van.sync()
    assert make_id(20) in van.confirmed

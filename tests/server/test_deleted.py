"""The deleted stay deleted (guarantee G7), whoever returns whenever; only putting a record back brings it back."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest_asyncio

from routebook_server.records.buckets import territory_bucket
from routebook_server.records.purge import Purger
from routebook_sync.messages import Verdict, VerdictKind
from server.devices import ANNA, BAKERY, MIRA, NOON, NORTH, Team, make_id, open_team

VISIT, NOTE, NEW = make_id(1), make_id(2), make_id(3)
VALUES: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "status": "planned"}
NOTED: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "written_at": NOON}
IN_NORTH = territory_bucket(NORTH)
DAY_MS = 86_400_000
GONE = Verdict(1, VerdictKind.MERGED, field="deleted")


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


async def values_of(team: Team, record_id: str) -> dict[str, Any]:
    row = await team.row(record_id)
    assert row is not None
    values: dict[str, Any] = row["v"]
    return values


async def test_an_edit_that_did_not_know_leaves_the_record_deleted_and_hears_so(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    await phone.sync()
    await tablet.sync()
    phone.edit("visit", VISIT, BAKERY, {"deleted": True})
    await phone.sync()
    tablet.edit("visit", VISIT, BAKERY, {"outcome": "order"})

    told = await tablet.sync()

    assert told.verdicts == [GONE]
    assert [row.i for row in told.rows[IN_NORTH]] == [VISIT]
    assert tablet.confirmed[VISIT].v["deleted"] is True
    assert await values_of(team, VISIT) == {**VALUES, "deleted": True, "outcome": "order"}


async def test_whoever_deleted_it_may_write_on_in_silence(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    phone.edit("visit", VISIT, BAKERY, {"deleted": True})
    phone.edit("visit", VISIT, BAKERY, {"outcome": "order"})

    assert (await phone.sync()).verdicts == []


async def test_children_of_a_deleted_customer_are_kept_and_come_back_with_it(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    await desk.sync()
    desk.edit("customer", BAKERY, BAKERY, {"deleted": True})
    await desk.sync()
    phone.edit("visit", VISIT, BAKERY, VALUES)

    assert (await phone.sync()).verdicts == [GONE]
    assert phone.confirmed[BAKERY].v["deleted"] is True
    phone.edit("note", NOTE, BAKERY, NOTED)
    assert (await phone.sync()).verdicts == [], "by now the phone knows"

    await desk.sync()
    desk.edit("customer", BAKERY, BAKERY, {"deleted": False})
    assert (await desk.sync()).verdicts == []
    assert await values_of(team, BAKERY) == {"name": "Bakery", "territory": NORTH, "deleted": False}
    assert await values_of(team, VISIT) == VALUES


async def test_of_deleting_and_putting_back_at_once_the_later_counts_and_both_hear_of_it(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    phone.edit("visit", VISIT, BAKERY, {**VALUES, "deleted": False})
    await phone.sync()
    await desk.sync()
    phone.edit("visit", VISIT, BAKERY, {"deleted": True})
    await phone.sync()
    team.clock.now_ms += 1
    desk.edit("visit", VISIT, BAKERY, {"deleted": None})

    (verdict,) = (await desk.sync()).verdicts

    assert (verdict.verdict, verdict.field) == (VerdictKind.CONFLICT, "deleted")
    assert (await values_of(team, VISIT))["deleted"] is None


async def test_a_device_that_returns_after_a_year_brings_nothing_back(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    await phone.sync()
    await desk.sync()
    phone.edit("visit", VISIT, BAKERY, {"outcome": "order"})
    phone.edit("note", NOTE, BAKERY, NOTED)
    phone.edit("customer", BAKERY, BAKERY, {"city": "Łódź"})
    phone.edit("visit", NEW, BAKERY, {**VALUES, "status": "done"})
    desk.edit("visit", VISIT, BAKERY, {"deleted": True})
    desk.edit("customer", BAKERY, BAKERY, {"deleted": True})
    await desk.sync()
    team.clock.now_ms += 365 * DAY_MS
    await Purger(team.database, team.clock, 180).purge()
    assert await values_of(team, BAKERY) == {"deleted": True}

    told = await phone.sync()
    while told.more:
        told = await phone.sync()

    kinds = {verdict.n: (verdict.verdict, verdict.field) for verdict in told.verdicts}
    assert kinds == dict.fromkeys((2, 3, 4, 5), (VerdictKind.MERGED, "deleted"))
    assert told.pushed == 5
    for record_id in (VISIT, BAKERY):
        assert (await values_of(team, record_id))["deleted"] is True
        assert phone.confirmed[record_id].v["deleted"] is True
    for record_id in (NOTE, NEW):
        assert await team.row(record_id) is not None, "what was written offline is kept, below its deleted customer"
    history = await team.store.history(VISIT, [IN_NORTH], 1)
    assert history is not None
    assert [(change.field, change.new) for change in history[0].changes] == [("outcome", "order")]


async def test_what_comes_again_under_another_number_after_the_content_went_is_not_taken_twice(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    desk.edit("customer", BAKERY, BAKERY, {"deleted": True})
    await desk.sync()
    first = phone.edit("customer", BAKERY, BAKERY, {"city": "Graz"})
    await phone.sync()
    team.clock.now_ms += 365 * DAY_MS
    await Purger(team.database, team.clock, 180).purge()

    again = msgspec.structs.replace(first, n=2)
    await phone.sync(edits=[msgspec.to_builtins(again)])

    history = await team.store.history(BAKERY, [IN_NORTH], 9) or []
    assert [change.new for entry in history for change in entry.changes if change.field == "city"] == ["Graz"]
    assert (await values_of(team, BAKERY))["deleted"] is True


async def test_what_lost_its_content_comes_back_only_whole(team: Team) -> None:
    desk = team.device(4, MIRA)
    desk.edit("visit", VISIT, BAKERY, VALUES)
    desk.edit("visit", VISIT, BAKERY, {"deleted": True})
    await desk.sync()
    team.clock.now_ms += 365 * DAY_MS
    await Purger(team.database, team.clock, 180).purge()
    desk.edit("visit", VISIT, BAKERY, {"deleted": False, "status": "open"})

    (verdict,) = (await desk.sync()).verdicts

    assert (verdict.verdict, verdict.code, verdict.field) == (VerdictKind.REJECTED, "missing_field", "customer")
    assert (await values_of(team, VISIT))["deleted"] is True
    desk.edit("visit", VISIT, BAKERY, {**VALUES, "deleted": False})
    await desk.sync()
    assert await values_of(team, VISIT) == {**VALUES, "deleted": False}

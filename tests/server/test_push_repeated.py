"""Edits and verdicts that come again, of a former life of the server too (SPEC R40-R42, R48): nothing counts twice."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest_asyncio

from routebook_server.records.buckets import territory_bucket
from routebook_sync.messages import VerdictKind
from server.custody import custody
from server.devices import ANNA, BAKERY, MIRA, NORTH, SOUTH, Team, make_id, open_team

VISIT, NOTE, TASK = make_id(1), make_id(2), make_id(3)
VALUES: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "status": "planned"}


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


async def test_what_was_acknowledged_to_a_former_life_of_the_server_is_told_again_by_this_one(
    team: Team,
) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("customer", BAKERY, BAKERY, {"nonsense": 1})
    lost = (await phone.send()).json()
    assert [verdict["n"] for verdict in lost["verdicts"]] == [1]
    late = {bucket: [epoch - 1, seq] for bucket, (epoch, seq) in phone.cursors.items()}
    # It was on its way while a backup was restored: it counts what the server of then had said.
    await phone.send(cursors=late, ack=1, edits=[])
    phone.edit("visit", VISIT, BAKERY, VALUES)
    await phone.send(cursors=late, ack=1)

    again = await phone.sync()
    assert (again.pushed, [verdict.n for verdict in again.verdicts]) == (2, [1])


async def test_a_device_of_a_former_life_hears_how_far_this_one_has_its_person_s_other_devices(team: Team) -> None:
    former, stranger, phone = team.device(1, ANNA), team.device(2, MIRA), team.device(3, ANNA)
    for device in (former, stranger):
        device.edit("visit", make_id(30 + device.number), BAKERY, VALUES)
        await device.sync()
    await phone.sync()
    assert "former" not in (await phone.send()).json(), "no news, no word"
    of_before = {bucket: [epoch + 1, seq] for bucket, (epoch, seq) in phone.cursors.items()}
    assert (await phone.send(cursors=of_before)).json()["former"] == {"1": 1}


async def test_another_edit_under_the_number_of_a_held_one_is_not_taken_for_it(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("note", NOTE, VISIT, {"customer": VISIT, "person": ANNA, "written_at": 1})
    assert [verdict.verdict for verdict in (await phone.sync()).verdicts] == [VerdictKind.HELD]
    # The device lost its memory and counts from 1 again.
    lost = team.device(1, ANNA)
    lost.edit("note", TASK, VISIT, {"customer": VISIT, "person": ANNA, "written_at": 2})
    answer = await lost.send()
    assert (answer.status_code, answer.json()["code"], answer.json()["expected"]) == (409, "gap", 2)


async def test_an_edit_that_is_sent_again_under_another_number_stands_in_the_history_once(team: Team) -> None:
    phone = team.device(1, ANNA)
    made = phone.edit("visit", VISIT, BAKERY, {**VALUES, "next_step": "Bring samples"})
    changed = phone.edit("visit", VISIT, BAKERY, {"next_step": "Call"})
    await phone.sync()
    tablet = team.device(2, MIRA)
    await tablet.sync()
    tablet.edit("visit", VISIT, BAKERY, {"outcome": "order"})
    await tablet.sync()

    again = [msgspec.structs.replace(edit, n=edit.n + 2) for edit in (made, changed)]
    reply = (await phone.send(edits=again)).json()

    assert reply["pushed"] == 4
    history = await team.store.history(VISIT, [territory_bucket(NORTH)], 10)
    assert history is not None
    stamps = [entry.stamp for entry in history]
    assert len(stamps) == len(set(stamps)) == 3


async def test_what_was_applied_and_comes_again_after_its_customer_moved_away_is_offered_to_nobody(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(2, MIRA)
    made = phone.edit("visit", VISIT, BAKERY, VALUES)
    await phone.sync()
    await desk.sync()
    desk.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    await desk.sync()

    reply = (await phone.send(edits=[msgspec.structs.replace(made, n=2)])).json()

    assert reply["verdicts"] == [{"n": 2, "verdict": "applied", "known": True}]
    assert await custody(team) == []

"""What was made at the same time as a change to other fields says so in the history (SPEC R43)."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest_asyncio

from routebook_sync.messages import Verdict, VerdictKind
from server.custody import decide, held_edits
from server.devices import ANNA, BAKERY, MIRA, Device, Team, make_id, open_team

VISIT = make_id(1)
VALUES: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "status": "planned"}


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


async def apart_of(device: Device, record: str = VISIT) -> list[bool]:
    """Return of each entry in a record's history, newest first, whether it was made apart from another one."""
    entries = (await device.http.get(f"/api/history/{record}")).json()
    return [entry["apart"] for entry in entries]


async def test_of_two_changes_to_different_fields_the_one_that_came_second_was_made_apart(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    await phone.sync()
    await tablet.sync()
    tablet.edit("visit", VISIT, BAKERY, {"next_step": "Bring samples"})
    phone.edit("visit", VISIT, BAKERY, {"outcome": "order"})
    await phone.sync()

    assert [verdict.verdict for verdict in (await tablet.sync()).verdicts] == [VerdictKind.MERGED]
    assert await apart_of(phone) == [True, False, False]
    entry = (await phone.http.get(f"/api/history/{VISIT}")).json()[0]
    assert [change["field"] for change in entry["changes"]] == ["next_step"], "and nothing that is no field"


async def test_an_edit_of_what_its_author_had_read_was_not_made_apart(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    await phone.sync()
    await tablet.sync()
    tablet.edit("visit", VISIT, BAKERY, {"outcome": "order"})
    await tablet.sync()
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, {"next_step": "Bring samples"})
    await phone.sync()

    assert await apart_of(phone) == [False, False, False]


async def test_what_the_history_says_of_a_conflict_or_a_removal_is_not_said_twice(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, {**VALUES, "next_step": "first"})
    await phone.sync()
    await tablet.sync()
    phone.edit("visit", VISIT, BAKERY, {"next_step": "early"})
    tablet.edit("visit", VISIT, BAKERY, {"next_step": "late", "outcome": "order"})
    await phone.sync()
    await tablet.sync()
    phone.edit("visit", VISIT, BAKERY, {"deleted": True})
    await phone.sync()

    assert await apart_of(phone) == [False, False, False, False]


async def test_a_clock_ahead_hides_no_edit_that_was_made_apart(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    await phone.sync()
    await tablet.sync()
    phone.edit("visit", VISIT, BAKERY, {"outcome": "order"})
    await phone.sync()
    tablet.skew_ms = 3_600_000
    tablet.edit("visit", VISIT, BAKERY, {"next_step": "Bring samples"})

    assert [verdict.verdict for verdict in (await tablet.sync()).verdicts] == [VerdictKind.REPAIRED]
    assert await apart_of(phone) == [True, False, False]


async def test_who_has_to_read_everything_again_is_not_said_to_have_seen_nothing(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    await phone.sync()
    await tablet.sync()
    tablet.cursors = {bucket: [epoch, 0] for bucket, (epoch, _seq) in tablet.cursors.items()}
    tablet.edit("visit", VISIT, BAKERY, {"next_step": "Bring samples"})

    assert [verdict.verdict for verdict in (await tablet.sync()).verdicts] == [VerdictKind.MERGED]
    assert await apart_of(phone) == [False, False]


async def test_an_edit_made_apart_that_comes_again_under_another_number_is_told_as_it_was(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    await phone.sync()
    await tablet.sync()
    phone.edit("visit", VISIT, BAKERY, {"outcome": "order"})
    await phone.sync()
    again = tablet.edit("visit", VISIT, BAKERY, {"next_step": "Bring samples"})
    await tablet.sync()
    await tablet.sync()
    tablet.outbox.append(msgspec.structs.replace(again, n=2))

    assert (await tablet.sync()).verdicts == [Verdict(2, VerdictKind.APPLIED, known=True)]
    assert await apart_of(phone) == [True, False, False]


async def test_what_who_decides_had_not_seen_says_nothing_of_the_author_of_a_held_edit(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    for device in (phone, tablet):
        await device.sync()
    phone.edit("customer", BAKERY, BAKERY, {"phone": "1"})
    await phone.sync(hold=[1])
    (offer,) = [row for row in held_edits(phone) if row.r == BAKERY]
    tablet.edit("customer", BAKERY, BAKERY, {"city": "Gdynia"})
    await tablet.sync()
    decide(phone, offer, "applied")
    await phone.sync()

    assert await apart_of(phone, BAKERY) == [False, False, False]

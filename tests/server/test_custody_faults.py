"""A fault of ours in what follows a held edit holds that alone: the rest is decided (SPEC R46, guarantee G4)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from routebook_server.records.applying import Applier
from routebook_server.records.custody import Custody
from routebook_server.records.push import Turn
from routebook_sync.messages import Edit, Verdict
from server.custody import CUSTOMER, VALUES, VISIT, custody, decide, held_edits, told
from server.devices import ANNA, BAKERY, MIRA, NORTH, Device, Team, open_team

POISON = "poison"


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


async def hold_a_visit_with_a_poisoned_change(team: Team, monkeypatch: pytest.MonkeyPatch) -> Device:
    """Let the server keep a visit and two changes of it, and fail on the first of these; return Mira's desk."""
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    team.territories[ANNA] = []
    phone.edit("visit", VISIT, BAKERY, VALUES)
    phone.edit("visit", VISIT, BAKERY, {"note": POISON})
    phone.edit("visit", VISIT, BAKERY, {"status": "open"})
    await phone.sync()
    await desk.sync()
    apply = Applier.apply

    def faulty(self: Applier, turn: Turn, edit: Edit) -> Verdict | None:
        if POISON in edit.v.values():
            raise ZeroDivisionError
        return apply(self, turn, edit)

    monkeypatch.setattr(Applier, "apply", faulty)
    return desk


async def test_a_follower_on_which_the_server_fails_is_held_and_the_rest_is_applied(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await hold_a_visit_with_a_poisoned_change(team, monkeypatch)
    (offer,) = held_edits(desk)
    decide(desk, offer, "applied")
    assert told((await desk.sync()).verdicts) == [(1, "merged", "")]

    visit = await team.row(VISIT)
    assert visit is not None
    assert visit["v"] == {**VALUES, "status": "open"}
    await desk.sync()
    (left,) = [row for row in held_edits(desk) if row.v["status"] == "waiting"]
    assert (left.r, left.v["code"], left.v["values"]) == (BAKERY, "internal", {"note": POISON})
    assert await custody(team) == [left.i]

    decide(desk, left, "discarded")
    await desk.sync()
    assert await custody(team) == []


async def test_a_follower_that_cannot_even_be_offered_stays_with_its_author(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await hold_a_visit_with_a_poisoned_change(team, monkeypatch)

    def broken(*_arguments: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(Custody, "_offer", broken)
    (offer,) = held_edits(desk)
    decide(desk, offer, "applied")
    assert told((await desk.sync()).verdicts) == [(1, "merged", "")]

    visit = await team.row(VISIT)
    assert visit is not None
    assert visit["v"] == {**VALUES, "status": "open"}
    assert len(await custody(team)) == 1


async def test_what_waited_for_a_root_and_cannot_be_offered_stops_nobody(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    phone.edit("visit", VISIT, CUSTOMER, {**VALUES, "customer": BAKERY})
    assert told((await phone.sync()).verdicts) == [(1, "held", "missing_root")]

    def broken(*_arguments: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(Custody, "_offer", broken)
    desk.edit("customer", CUSTOMER, CUSTOMER, {"name": "Kiosk", "territory": NORTH})
    assert (await desk.sync()).verdicts == []

    assert await team.row(CUSTOMER) is not None
    assert len(await custody(team)) == 1

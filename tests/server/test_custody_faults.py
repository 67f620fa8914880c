"""A fault of ours in what follows a held edit holds that alone: the rest is decided (SPEC R46, guarantee G4)."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection

from routebook_server.records import store
from routebook_server.records.applying import Applier
from routebook_server.records.custody import Custody
from routebook_server.records.push import Push, Turn
from routebook_server.records.refusal import Refusal
from routebook_server.records.writing import Written, write_pushes
from routebook_sync.messages import Edit, ProblemCode, Verdict
from server.custody import CUSTOMER, VALUES, VISIT, custody, decide, held_edits, told
from server.devices import ANNA, BAKERY, MIRA, NORTH, Device, Team, make_id, open_team

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


# A fault while a whole batch is stored


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every batch fail in which a poisoned edit is to be applied."""

    def faulty(connection: Connection, pushes: Sequence[Push], *rest: Any, **named: Any) -> Written:
        edits = [edit for push in pushes if push.custody is None or push.custody is LEFT for edit in push.edits]
        if any(isinstance(edit, Edit) and POISON in edit.v.values() for edit in edits):
            raise ZeroDivisionError
        return write_pushes(connection, pushes, *rest, **named)

    monkeypatch.setattr(store, "write_pushes", faulty)


LEFT = Refusal(ProblemCode.FORBIDDEN, "Kept for whoever may apply it.", held=True)


def poison(phone: Device) -> None:
    phone.edit("setting", make_id(77), ANNA, {"name": "view", "value": POISON})


@pytest.mark.usefixtures("poisoned")
async def test_what_was_taken_before_a_restore_is_held_beside_an_edit_on_which_the_batch_fails(team: Team) -> None:
    phone = team.device(1, ANNA)
    team.territories[ANNA] = []
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, VALUES)
    poison(phone)
    assert told((await phone.sync(again=[1])).verdicts) == [(1, "held", "forbidden"), (2, "held", "internal")]


@pytest.mark.usefixtures("poisoned")
async def test_what_somebody_who_left_brings_stays_in_custody_beside_an_edit_on_which_the_batch_fails(
    team: Team,
) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Hel"})
    poison(phone)
    pushed = await team.store.push(Push(team.actor(1), list(phone.outbox), phone.cursors, custody=LEFT))
    assert [(verdict.n, verdict.verdict) for verdict in pushed.verdicts] == [(1, "held"), (2, "held")]
    bakery = await team.row(BAKERY)
    assert bakery is not None
    assert "city" not in bakery["v"]

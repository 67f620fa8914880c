"""However much follows what is in custody: it is worked through once, and each receipt is told once (SPEC R46)."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from routebook_server.records.reader import Reader
from routebook_sync.messages import VerdictKind
from server.custody import NOTE, VALUES, VISIT, custody, decide, held_edits, told
from server.devices import ANNA, BAKERY, MIRA, NOON, Device, Team, make_id, open_team


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


class Cost:
    """What a decision takes: rows of history, and what is looked up in the database while it is carried out."""

    def __init__(self) -> None:
        self.lookups = 0
        self.history = 0


async def decide_on_a_visit_changed_often(
    team: Team, monkeypatch: pytest.MonkeyPatch, changes: int, status: str
) -> Cost:
    """Let Anna make a visit where she has no rights any more and change it; let Mira decide; return what that took."""
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    team.territories[ANNA] = []
    phone.edit("visit", VISIT, BAKERY, VALUES)
    for number in range(changes):
        phone.edit("visit", VISIT, BAKERY, {"note": f"text {number}"})
    await phone.sync()
    await desk.sync()
    (offer,) = held_edits(desk)
    decide(desk, offer, status)
    cost = Cost()
    for name in ("states", "held_for", "held", "held_of_record", "replicas", "find_edit", "has_edit", "edit_with"):
        monkeypatch.setattr(Reader, name, counting(cost, getattr(Reader, name)))
    ((before,),) = await team.read("SELECT count(*) FROM history")
    assert told((await desk.sync()).verdicts) == [(1, "merged", "")]
    ((after,),) = await team.read("SELECT count(*) FROM history")
    cost.history = after - before
    assert await custody(team) == []
    assert await statuses(team) == {status}
    return cost


async def statuses(team: Team) -> set[str]:
    """Return what became of all that was held."""
    rows = await team.read("SELECT doc FROM record WHERE kind = 'held_edit'")
    return {msgspec.json.decode(doc)["v"]["status"] for (doc,) in rows}


def counting(cost: Cost, look_up: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*arguments: Any) -> Any:
        cost.lookups += 1
        return look_up(*arguments)

    return counted


@pytest.mark.parametrize("changes", [20, 40])
async def test_discarding_a_creation_tells_each_receipt_of_what_follows_once(
    team: Team, monkeypatch: pytest.MonkeyPatch, changes: int
) -> None:
    cost = await decide_on_a_visit_changed_often(team, monkeypatch, changes, "discarded")

    # The offer as its decider wrote it and as the server completed it, the creation's receipt, and those of the rest.
    assert cost.history == changes + 3
    assert cost.lookups < 20, "what follows is read together"


@pytest.mark.parametrize("changes", [20, 40])
async def test_applying_a_creation_applies_what_follows_once(
    team: Team, monkeypatch: pytest.MonkeyPatch, changes: int
) -> None:
    cost = await decide_on_a_visit_changed_often(team, monkeypatch, changes, "applied")

    # As above, and the visit and each change of it.
    assert cost.history == 2 * changes + 4
    assert cost.lookups < 20


async def test_as_much_as_a_device_may_keep_waiting_is_discarded_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_team(tmp_path) as team:
        cost = await decide_on_a_visit_changed_often(team, monkeypatch, 998, "discarded")
    assert cost.history == 998 + 3


async def hold_a_chain(team: Team) -> Device:
    """Let the server keep a visit, a change of it that brings a note, and a change of that note."""
    phone = team.device(1, ANNA)
    await phone.sync()
    note = {"customer": BAKERY, "person": ANNA, "written_at": NOON}
    phone.edit("visit", VISIT, BAKERY, VALUES)
    phone.edit("visit", VISIT, BAKERY, {"status": "open"}, group="g")
    phone.edit("note", NOTE, BAKERY, note, group="g")
    phone.edit("note", NOTE, BAKERY, {"body": "rings twice"})
    verdicts = told((await phone.sync(hold=[1])).verdicts)
    assert verdicts == [(1, "held", "internal"), *((n, "held", "missing_root") for n in (2, 3, 4))]
    return phone


@pytest.mark.parametrize("status", ["applied", "discarded"])
async def test_what_follows_a_follower_goes_where_that_goes(team: Team, status: str) -> None:
    phone = await hold_a_chain(team)
    (offer,) = [row for row in held_edits(phone) if row.r == BAKERY]
    decide(phone, offer, status)
    await phone.sync()

    note = await team.row(NOTE)
    assert (note["v"]["body"] if note else "") == ("rings twice" if status == "applied" else "")
    assert await custody(team) == []
    assert await statuses(team) == {status}


async def test_a_group_that_is_larger_than_a_record_is_held_as_one_and_offered_as_far_as_there_is_room(
    team: Team,
) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    notes = [make_id(0xD000 + number) for number in range(62)]
    for name in notes:
        values = {"customer": BAKERY, "person": ANNA, "written_at": NOON, "body": "x" * 9_500}
        phone.edit("note", name, BAKERY, values, group="g")
    team.territories[ANNA] = []
    assert {verdict.verdict for verdict in (await phone.sync()).verdicts} == {VerdictKind.HELD}

    desk = team.device(4, MIRA)
    await desk.sync()
    [offer] = [row for row in desk.confirmed.values() if row.k == "held_edit"]
    assert 1 + len(offer.v["more"]) + offer.v["elsewhere"] == len(notes)
    desk.edit("held_edit", offer.i, offer.r, {"status": "applied"})
    assert [verdict.verdict for verdict in (await desk.sync()).verdicts] == [VerdictKind.MERGED]
    assert None not in [await team.row(name) for name in notes]

"""What is kept because something is missing or fails: until its root comes, after three tries, or unseen (SPEC R46)."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from routebook_server.records import held
from routebook_server.records.applying import Applier
from routebook_server.records.draft import Draft
from routebook_sync.entities.person import Role
from server.custody import (
    CUSTOMER,
    IN_NORTH,
    NOTE,
    NOTED,
    TASK,
    VALUES,
    VISIT,
    custody,
    decide,
    held_edits,
    told,
    work_for_a_withdrawn_territory,
)
from server.devices import ANNA, BAKERY, BEN, MIRA, NORTH, SOUTH, Team, make_id, open_team


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


# Missing roots


async def test_a_root_that_comes_in_the_same_transaction_releases_what_waits_for_it(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, CUSTOMER, {**VALUES, "customer": CUSTOMER})
    phone.edit("customer", CUSTOMER, CUSTOMER, {"name": "Kiosk", "territory": NORTH})

    assert told((await phone.sync()).verdicts) == [(1, "held", "missing_root")]

    assert await team.row(VISIT) is not None
    assert await custody(team) == []
    (receipt,) = held_edits(phone)
    assert receipt.v["status"] == "applied"


async def test_a_group_that_waits_for_a_root_is_released_whole(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    phone.edit("note", NOTE, BAKERY, NOTED, group="g")
    phone.edit("visit", VISIT, CUSTOMER, {**VALUES, "customer": CUSTOMER}, group="g")
    assert told((await phone.sync()).verdicts) == [(1, "held", "missing_root"), (2, "held", "missing_root")]
    assert await team.row(NOTE) is None
    desk.edit("customer", CUSTOMER, CUSTOMER, {"name": "Kiosk", "territory": NORTH})
    await desk.sync()

    assert await team.row(NOTE) is not None
    assert await team.row(VISIT) is not None


async def test_a_group_that_waits_for_two_roots_waits_for_both(team: Team) -> None:
    other = make_id(10)
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    phone.edit("visit", VISIT, CUSTOMER, {**VALUES, "customer": CUSTOMER}, group="g")
    phone.edit("visit", TASK, other, {**VALUES, "customer": other}, group="g")
    await phone.sync()
    desk.edit("customer", CUSTOMER, CUSTOMER, {"name": "Kiosk", "territory": NORTH})
    await desk.sync()
    assert await team.row(VISIT) is None
    desk.edit("customer", other, other, {"name": "Stall", "territory": NORTH})
    await desk.sync()

    assert await team.row(VISIT) is not None
    assert await team.row(TASK) is not None
    await phone.sync()
    (receipt,) = held_edits(phone)
    assert receipt.v["status"] == "applied"


async def test_what_is_refused_when_its_root_comes_is_offered_with_the_reason(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    phone.edit("visit", VISIT, CUSTOMER, {**VALUES, "customer": BAKERY})
    assert told((await phone.sync()).verdicts) == [(1, "held", "missing_root")]
    desk.edit("customer", CUSTOMER, CUSTOMER, {"name": "Kiosk", "territory": NORTH})
    await desk.sync()

    (offer,) = held_edits(desk)
    assert (offer.r, offer.v["code"], offer.v["status"]) == (CUSTOMER, "foreign_root", "waiting")
    await phone.sync()
    receipt = next(row for row in held_edits(phone) if row.r == ANNA)
    assert (receipt.v["offer"], receipt.v["code"], receipt.v["status"]) == (offer.i, "foreign_root", "waiting")
    assert await custody(team) == [offer.i]


async def test_its_author_may_discard_what_waits_for_a_root(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    phone.edit("visit", VISIT, CUSTOMER, {**VALUES, "customer": CUSTOMER})
    await phone.sync()
    (receipt,) = held_edits(phone)
    decide(phone, receipt, "applied")
    assert told((await phone.sync()).verdicts) == [(2, "rejected", "missing_root")]
    decide(phone, receipt, "discarded")
    await phone.sync()
    desk.edit("customer", CUSTOMER, CUSTOMER, {"name": "Kiosk", "territory": NORTH})
    await desk.sync()

    assert await team.row(VISIT) is None
    assert await custody(team) == []


# Faults of ours


async def faults(team: Team, monkeypatch: pytest.MonkeyPatch, times: int, record_id: str = VISIT) -> list[str]:
    """Let the merging of a record's edits fail so many times; return what is tried, as a list that grows."""
    tried: list[str] = []
    merge = Applier._merge

    def faulty(*arguments: Any) -> Any:
        if arguments[3].id == record_id:
            tried.append(record_id)
            if len(tried) <= times:
                raise ZeroDivisionError
        return merge(*arguments)

    monkeypatch.setattr(Applier, "_merge", faulty)
    return tried


async def test_a_fault_that_passes_holds_nothing(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    await faults(team, monkeypatch, 2)
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, VALUES)

    assert (await phone.sync()).verdicts == []
    assert await team.row(VISIT) is not None


async def test_the_third_failure_takes_the_edit_into_custody(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = await faults(team, monkeypatch, 3)
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, VALUES)

    assert told((await phone.sync()).verdicts) == [(1, "held", "internal")]
    assert len(tried) == 3

    await desk.sync()
    (offer,) = held_edits(desk)
    decide(desk, offer, "applied")
    await desk.sync()
    assert await team.row(VISIT) is not None, "the fault is mended, the edit is not lost"


async def test_a_fault_in_a_group_holds_the_whole_group(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    await faults(team, monkeypatch, 3, NOTE)
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, VALUES, group="g")
    phone.edit("note", NOTE, BAKERY, NOTED, group="g")
    phone.edit("task", TASK, BAKERY, {"title": "Call", "person": ANNA, "status": "open"})

    assert told((await phone.sync()).verdicts) == [(1, "held", "internal"), (2, "held", "internal")]
    assert await team.row(VISIT) is None
    assert await team.row(TASK) is not None


async def test_a_fault_while_a_decision_is_carried_out_refuses_the_decision(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    _phone, desk, offer = await work_for_a_withdrawn_territory(team)
    await faults(team, monkeypatch, 3)
    decide(desk, offer, "applied")

    assert told((await desk.sync()).verdicts) == [(1, "rejected", "internal")]
    assert await custody(team) == [offer.i]
    decide(desk, offer, "applied")
    await desk.sync()
    assert await team.row(VISIT) is not None


async def test_what_cannot_even_be_offered_is_kept(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    await faults(team, monkeypatch, 3)

    def broken(*_arguments: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(Draft, "create_own", broken)
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    phone.edit("note", NOTE, BAKERY, NOTED)

    assert told((await phone.sync()).verdicts) == [(1, "held", "internal")]
    assert await team.row(NOTE) is not None
    ((edits,),) = await team.read("SELECT edits FROM held")
    assert msgspec.json.decode(edits)[0]["v"] == VALUES


# Hold


async def test_an_edit_that_the_device_gave_up_on_is_not_looked_at(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = await faults(team, monkeypatch, 0)
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, VALUES)
    phone.edit("note", NOTE, BAKERY, NOTED)

    assert told((await phone.sync(hold=[1])).verdicts) == [(1, "held", "internal")]

    assert tried == []
    assert await team.row(NOTE) is not None
    offer = next(row for row in held_edits(phone) if row.r == BAKERY)
    decide(phone, offer, "applied")
    await phone.sync()
    assert await team.row(VISIT) is not None, "its author, who may write there, decides on it himself"


async def test_an_edit_that_cannot_be_read_is_refused_even_where_it_should_be_held(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, {**VALUES, "note": "a\0b"})
    phone.edit("setting", TASK, ANNA, {"name": "zoom", "value": 1.5})

    assert told((await phone.sync(hold=[1, 2])).verdicts) == [
        (1, "rejected", "wrong_type"),
        (2, "rejected", "wrong_type"),
    ]
    assert await custody(team) == []


async def test_numbers_that_are_no_edits_are_held_by_nobody(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, VALUES)

    assert (await phone.sync(hold=[7, 8])).verdicts == []
    assert await team.row(VISIT) is not None


# Limits


async def test_a_device_fills_its_custody_and_nobody_elses(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routebook_server.records.custody.MAX_HELD_EDITS", 3)
    assert held.MAX_HELD_EDITS == 1_000
    phone, tablet = team.device(1, ANNA), team.device(2, ANNA)
    for device in (phone, tablet):
        for number in range(4):
            customer = make_id(100 * device.number + number)
            device.edit("visit", make_id(200 * device.number + number), customer, {**VALUES, "customer": customer})

    verdicts = told((await phone.sync()).verdicts)

    assert verdicts == [*((number, "held", "missing_root") for number in (1, 2, 3)), (4, "rejected", "custody_full")]
    assert told((await tablet.sync()).verdicts) == verdicts
    phone.edit("note", NOTE, CUSTOMER, {**NOTED, "customer": CUSTOMER})
    phone.edit("note", make_id(7), BAKERY, NOTED)
    assert told((await phone.sync()).verdicts) == [*verdicts, (5, "rejected", "custody_full")][-1:], (
        "it stops no other edit"
    )
    assert await team.row(make_id(7)) is not None


@pytest.mark.parametrize("note", ["x" * 9_000, "گ" * 4_500], ids=["a byte a letter", "two bytes a letter"])
async def test_custody_is_bounded_by_bytes(team: Team, monkeypatch: pytest.MonkeyPatch, note: str) -> None:
    monkeypatch.setattr("routebook_server.records.custody.MAX_HELD_BYTES", 20_000)
    phone = team.device(1, ANNA)
    for number in range(3):
        phone.edit("visit", make_id(200 + number), CUSTOMER, {**VALUES, "customer": CUSTOMER, "note": note})

    assert told((await phone.sync()).verdicts) == [
        (1, "held", "missing_root"),
        (2, "held", "missing_root"),
        (3, "rejected", "custody_full"),
    ]


async def test_work_that_custody_had_no_room_for_is_kept_once_there_is_room(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("routebook_server.records.custody.MAX_HELD_EDITS", 1)
    phone, desk, offer = await work_for_a_withdrawn_territory(team)
    phone.edit("customer", BAKERY, BAKERY, {"city": "Lodz"})
    was_his = {**phone.cursors, IN_NORTH: [1, 0]}
    assert told((await phone.sync(cursors=was_his)).verdicts)[-1:] == [(2, "rejected", "custody_full")]
    phone.edit("customer", BAKERY, BAKERY, {"city": "Lodz"})
    assert told((await phone.sync(cursors=was_his)).verdicts)[-1:] == [(3, "rejected", "custody_full")], (
        "as often as wanted"
    )
    decide(desk, offer, "applied")
    await desk.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Lodz"})

    assert told((await phone.sync(cursors=was_his)).verdicts)[-1:] == [(4, "held", "forbidden")]


async def test_what_was_decided_makes_room(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routebook_server.records.custody.MAX_HELD_EDITS", 1)
    phone, desk, offer = await work_for_a_withdrawn_territory(team)
    phone.edit("note", NOTE, BAKERY, NOTED)
    assert told((await phone.sync(cursors={IN_NORTH: [1, 0]})).verdicts)[-1:] == [(2, "rejected", "custody_full")]
    decide(desk, offer, "discarded")
    await desk.sync()
    phone.edit("note", NOTE, BAKERY, NOTED)

    assert told((await phone.sync(cursors={IN_NORTH: [1, 0]})).verdicts)[-1:] == [(3, "held", "forbidden")]


async def test_what_was_taken_before_a_restore_is_offered_where_its_root_comes_back_after_it(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    team.territories[ANNA] = []
    await phone.sync()
    await desk.sync()
    phone.edit("note", NOTE, CUSTOMER, {**NOTED, "customer": CUSTOMER})
    assert told((await phone.sync(again=[1])).verdicts) == [(1, "held", "missing_root")]

    desk.edit("customer", CUSTOMER, CUSTOMER, {"name": "Kiosk", "territory": NORTH})
    await desk.sync()
    await desk.sync()

    (offer,) = held_edits(desk)
    assert (offer.r, offer.v["code"]) == (CUSTOMER, "forbidden")


async def test_the_history_of_a_held_edit_hides_what_the_held_edit_hides_from_who_became_a_rep(team: Team) -> None:
    desk, other = team.device(4, MIRA), team.device(2, BEN)
    await desk.sync()
    team.territories[MIRA] = [NORTH]
    desk.edit("product", make_id(7), "shared", {"name": "Tea", "cost": 2}, group="g")
    desk.edit("note", NOTE, CUSTOMER, {**NOTED, "customer": CUSTOMER, "person": MIRA}, group="g")
    assert {verdict for _n, verdict, _code in told((await desk.sync()).verdicts)} == {"held"}
    other.edit("customer", CUSTOMER, CUSTOMER, {"name": "Kiosk", "territory": SOUTH})
    await other.sync()
    await desk.sync()
    (held_edit,) = held_edits(desk)
    assert held_edit.v["values"] == {"name": "Tea", "cost": 2}

    team.roles[MIRA] = Role.REP
    desk.cursors, desk.confirmed = {}, {}
    await desk.sync()
    (held_edit,) = held_edits(desk)
    assert held_edit.v["values"] == {"name": "Tea"}
    history = (await desk.http.get(f"/api/history/{held_edit.i}")).json()
    told_values = [change["new"] for entry in history for change in entry["changes"] if change["field"] == "values"]
    assert told_values == [{"name": "Tea"}]

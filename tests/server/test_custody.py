"""What the server keeps instead of applying it (SPEC R46, R49): who may decide on it, and what its author hears."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from routebook_server.records import held
from routebook_server.records.applying import Applier
from routebook_server.records.buckets import person_bucket, territory_bucket
from routebook_server.records.custody import Custody
from routebook_sync.messages import Row, Verdict, VerdictKind
from server.devices import ANNA, BAKERY, BEN, CHEMIST, MIRA, NOON, NORTH, SOUTH, Device, Team, make_id, open_team

VISIT, NOTE, TASK, CUSTOMER = make_id(1), make_id(2), make_id(3), make_id(9)
VALUES: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "status": "planned"}
NOTED: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "written_at": NOON}
IN_NORTH, IN_SOUTH = territory_bucket(NORTH), territory_bucket(SOUTH)


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


def told(verdicts: list[Verdict]) -> list[tuple[int, str, str]]:
    """Return number, verdict and code of each."""
    return [(verdict.n, verdict.verdict.value, verdict.code) for verdict in verdicts]


def held_edits(device: Device) -> list[Row]:
    """Return the held edits that a device shows."""
    return sorted((row for row in device.confirmed.values() if row.k == "held_edit"), key=lambda row: row.i)


async def work_for_a_withdrawn_territory(team: Team, *, groups: bool = False) -> tuple[Device, Device, Row]:
    """Let Anna write about the bakery after the north was taken from her; return her phone, Mira's desk, the offer."""
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    team.territories[ANNA] = []
    group = "g" if groups else ""
    phone.edit("visit", VISIT, BAKERY, VALUES, group=group)
    if groups:
        phone.edit("note", NOTE, BAKERY, NOTED, group=group)
    verdicts = (await phone.sync()).verdicts
    assert {(kind, code) for _n, kind, code in told(verdicts)} == {("held", "forbidden")}
    await desk.sync()
    (offer,) = held_edits(desk)
    return phone, desk, offer


def decide(device: Device, offer: Row, status: str) -> None:
    device.edit("held_edit", offer.i, offer.r, {"status": status})


async def custody(team: Team) -> list[str]:
    """Return the ids of the records of what is in custody."""
    return [record for (record,) in await team.read("SELECT record FROM held")]


# Offers and receipts


async def test_work_for_a_withdrawn_territory_is_offered_and_acknowledged(team: Team) -> None:
    phone, _desk, offer = await work_for_a_withdrawn_territory(team)

    assert offer.r == BAKERY
    assert {name: value for name, value in offer.v.items() if name != "written_at"} == {
        "person": ANNA,
        "customer": BAKERY,
        "target_kind": "visit",
        "target": VISIT,
        "values": VALUES,
        "code": "forbidden",
        "status": "waiting",
    }
    (receipt,) = held_edits(phone)
    assert (receipt.r, receipt.v["offer"], receipt.v["status"]) == (ANNA, offer.i, "waiting")
    assert "values" not in receipt.v
    assert await custody(team) == [offer.i]


async def test_an_offer_goes_to_whoever_covers_the_territory_and_to_nobody_else(team: Team) -> None:
    _phone, _desk, offer = await work_for_a_withdrawn_territory(team)
    van = team.device(3, BEN)
    await van.sync()
    assert held_edits(van) == []

    team.territories[BEN] = [SOUTH, NORTH]
    await van.sync()
    assert [row.i for row in held_edits(van)] == [offer.i]


async def test_an_offer_moves_with_its_customer_and_can_be_decided_there(team: Team) -> None:
    _phone, desk, offer = await work_for_a_withdrawn_territory(team)
    desk.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    await desk.sync()
    van = team.device(3, BEN)
    await van.sync()
    (moved,) = held_edits(van)
    assert moved.i == offer.i

    decide(van, moved, "applied")
    await van.sync()

    assert await team.read("SELECT bucket FROM record WHERE id IN (?, ?)", VISIT, offer.i) == [(IN_SOUTH,)] * 2


async def test_what_is_applied_is_its_authors_and_names_who_decided(team: Team) -> None:
    phone, desk, offer = await work_for_a_withdrawn_territory(team)
    team.clock.now_ms += 60_000
    decide(desk, offer, "applied")

    reply = await desk.sync()

    assert told(reply.verdicts) == [(1, "merged", "")]
    row = await team.row(VISIT)
    assert row is not None
    assert row["v"] == VALUES
    decided = desk.confirmed[offer.i].v
    assert (decided["status"], decided["decided_by"], decided["decided_at"]) == ("applied", MIRA, NOON + 60_000)
    history = await team.store.history(VISIT, [IN_NORTH], 10)
    assert history is not None
    assert [(entry.person, entry.decided_by, entry.device) for entry in history] == [(ANNA, MIRA, 0)]
    assert await custody(team) == []
    await phone.sync()
    (receipt,) = held_edits(phone)
    assert (receipt.v["status"], receipt.v["decided_by"]) == ("applied", MIRA)


async def test_what_is_discarded_changes_nothing_and_its_author_hears_of_it(team: Team) -> None:
    phone, desk, offer = await work_for_a_withdrawn_territory(team)
    decide(desk, offer, "discarded")

    await desk.sync()

    assert await team.row(VISIT) is None
    assert await custody(team) == []
    await phone.sync()
    (receipt,) = held_edits(phone)
    assert (receipt.v["status"], receipt.v["decided_by"]) == ("discarded", MIRA)
    assert desk.confirmed[offer.i].v["values"] == VALUES, "what was discarded can still be read"


async def test_a_group_is_offered_and_decided_as_one(team: Team) -> None:
    _phone, desk, offer = await work_for_a_withdrawn_territory(team, groups=True)
    assert offer.v["more"] == [{"kind": "note", "id": NOTE, "root": BAKERY, "v": NOTED}]
    decide(desk, offer, "applied")

    await desk.sync()

    assert await team.row(VISIT) is not None
    assert await team.row(NOTE) is not None


async def work_about_two_customers(team: Team) -> tuple[Device, list[dict[str, Any]]]:
    """Let Mira write a group about both customers and herself that is held; return her desk and what is not in north.

    The group was taken from her with the south; she gets both back.
    """
    desk = team.device(4, MIRA)
    await desk.sync()
    parts: list[dict[str, Any]] = [
        {"kind": "note", "id": NOTE, "root": CHEMIST, "v": {**NOTED, "customer": CHEMIST, "person": MIRA}},
        {"kind": "task", "id": TASK, "root": MIRA, "v": {"person": MIRA, "status": "open", "title": "See a doctor"}},
    ]
    desk.edit("visit", VISIT, BAKERY, {**VALUES, "person": MIRA}, group="g")
    for part in parts:
        desk.edit(part["kind"], part["id"], part["root"], part["v"], group="g")
    team.territories[MIRA] = [NORTH]
    assert {kind for _n, kind, _code in told((await desk.sync()).verdicts)} == {"held"}
    team.territories[MIRA] = [NORTH, SOUTH]
    return desk, parts


async def test_an_offer_tells_nothing_of_a_group_but_what_is_below_its_customer(team: Team) -> None:
    desk, parts = await work_about_two_customers(team)
    phone, van = team.device(1, ANNA), team.device(3, BEN)
    await desk.sync()
    await phone.sync()
    await van.sync()

    offers = {row.v["customer"]: row.v for device in (phone, van) for row in held_edits(device)}

    (offer,) = offers.values()
    assert (offer["customer"], offer["target"], offer.get("elsewhere")) == (CHEMIST, NOTE, 2)
    assert (offer["values"], offer.get("more")) == (parts[0]["v"], None)
    (receipt,) = (row for row in held_edits(desk) if "offer" in row.v)
    assert [receipt.v["target"], *(part["id"] for part in receipt.v["more"])] == [VISIT, NOTE, TASK]


@pytest.mark.parametrize("decider", [BEN, MIRA])
async def test_a_group_about_several_customers_is_applied_by_whoever_may_do_all_of_it(team: Team, decider: str) -> None:
    await work_about_two_customers(team)
    device = team.device(5, decider)
    await device.sync()
    (offer,) = (row for row in held_edits(device) if "offer" not in row.v)
    decide(device, offer, "applied")

    verdicts = (await device.sync()).verdicts

    applied = [await team.row(part) is not None for part in (VISIT, NOTE, TASK)]
    if decider == BEN:
        assert told(verdicts) == [(1, "rejected", "forbidden")]
        assert applied == [False] * 3
        assert await custody(team) == [offer.i]
    else:
        assert applied == [True] * 3
        assert await custody(team) == []


async def test_of_a_group_nothing_is_applied_where_the_decider_may_not_do_all(team: Team) -> None:
    team.roles[ANNA] = team.roles[MIRA]
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, VALUES, group="g")
    phone.edit("customer", BAKERY, BAKERY, {"territory": SOUTH}, group="g")
    team.territories[ANNA] = []
    await phone.sync()
    team.territories[BEN] = [SOUTH, NORTH]
    van = team.device(3, BEN)
    await van.sync()
    (offer,) = held_edits(van)
    decide(van, offer, "applied")

    reply = await van.sync()

    assert told(reply.verdicts) == [(1, "rejected", "forbidden_field")]
    assert await team.row(VISIT) is None
    assert await custody(team) == [offer.i]
    row = await team.row(offer.i)
    assert row is not None
    assert row["v"]["status"] == "waiting"


async def test_a_second_decision_is_harmless(team: Team) -> None:
    _phone, desk, offer = await work_for_a_withdrawn_territory(team)
    team.territories[BEN] = [SOUTH, NORTH]
    van = team.device(3, BEN)
    await van.sync()
    team.roles[BEN] = team.roles[MIRA]
    decide(desk, offer, "applied")
    decide(van, offer, "applied")
    await desk.sync()
    assert (await van.sync()).pushed == 1
    decide(van, offer, "applied")
    decide(desk, offer, "discarded")
    await van.sync()

    assert told((await desk.sync()).verdicts) == [(2, "rejected", "taken")]
    assert await team.read("SELECT count(*) FROM history WHERE id = ?", VISIT) == [(1,)]
    row = await team.row(offer.i)
    assert row is not None
    assert (row["v"]["status"], row["v"]["decided_by"]) == ("applied", MIRA)


async def test_two_decisions_in_one_transaction_are_harmless(team: Team) -> None:
    _phone, desk, offer = await work_for_a_withdrawn_territory(team)
    decide(desk, offer, "applied")
    desk.edit("held_edit", offer.i, BAKERY, {"status": "discarded"})

    reply = await desk.sync()

    assert told(reply.verdicts) == [(1, "merged", ""), (2, "rejected", "taken")]
    assert await team.row(VISIT) is not None


async def test_a_text_that_was_held_is_merged_with_what_was_written_since(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    phone.edit("visit", VISIT, BAKERY, {**VALUES, "note": "call before noon"})
    await phone.sync()
    await desk.sync()
    team.territories[ANNA] = []
    phone.edit("visit", VISIT, BAKERY, {"note": "call Ewa before noon"})
    await phone.sync()
    desk.edit("visit", VISIT, BAKERY, {"note": "call before noon, not on Monday"})
    await desk.sync()
    (offer,) = held_edits(desk)
    decide(desk, offer, "applied")

    await desk.sync()

    row = await team.row(VISIT)
    assert row is not None
    assert row["v"]["note"] == "call Ewa before noon, not on Monday"


async def test_a_held_change_that_moves_its_customer_takes_its_own_offer_along(team: Team) -> None:
    team.roles[ANNA] = team.roles[MIRA]
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    team.territories[ANNA] = []
    phone.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    await phone.sync()
    await desk.sync()
    (offer,) = held_edits(desk)
    decide(desk, offer, "applied")

    await desk.sync()

    found = await team.read("SELECT id, bucket FROM record WHERE root = ? ORDER BY id", BAKERY)
    assert found == [(BAKERY, IN_SOUTH), (offer.i, IN_SOUTH)]
    row = await team.row(offer.i)
    assert row is not None
    assert row["v"]["status"] == "applied"


async def test_a_customer_made_in_a_withdrawn_territory_is_offered_there_with_its_children_behind(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    team.territories[ANNA] = []
    phone.edit("customer", CUSTOMER, CUSTOMER, {"name": "Kiosk", "territory": NORTH})
    phone.edit("visit", VISIT, CUSTOMER, {**VALUES, "customer": CUSTOMER})
    assert told((await phone.sync()).verdicts) == [(1, "held", "forbidden"), (2, "held", "missing_root")]
    await desk.sync()
    (offer,) = held_edits(desk)
    decide(desk, offer, "applied")

    await desk.sync()

    await phone.sync()
    receipts = {row.v["target"]: row.v for row in held_edits(phone)}
    assert receipts[CUSTOMER]["status"] == "applied"
    assert (receipts[VISIT]["status"], receipts[VISIT]["code"]) == ("waiting", "forbidden")
    (behind,) = [row for row in held_edits(desk) if row.v["target"] == VISIT]
    assert (behind.r, behind.i) == (CUSTOMER, receipts[VISIT]["offer"])
    decide(desk, behind, "applied")
    await desk.sync()
    assert await team.row(VISIT) is not None
    assert await custody(team) == []


# Doors


@pytest.mark.parametrize("person", [ANNA, BEN, MIRA])
async def test_nobody_makes_a_held_edit(team: Team, person: str) -> None:
    device = team.device(1, person)
    values = {
        "person": ANNA,
        "target_kind": "visit",
        "target": VISIT,
        "code": "x",
        "written_at": 1,
        "status": "waiting",
    }
    device.edit("held_edit", make_id(50), person, values)
    device.edit("held_edit", make_id(51), CHEMIST if person == BEN else BAKERY, {**values, "values": {}})

    verdicts = (await device.sync()).verdicts

    assert told(verdicts) == [(1, "rejected", "forbidden"), (2, "rejected", "forbidden")]


@pytest.mark.parametrize(
    "values",
    [
        {"person": MIRA},
        {"customer": None},
        {"target_kind": "note"},
        {"target": NOTE},
        {"values": {"status": "done"}},
        {"more": []},
        {"code": "internal"},
        {"written_at": 0},
        {"decided_by": MIRA},
        {"decided_at": 1},
        {"offer": None},
        {"deleted": True},
        {"status": "applied", "decided_by": BEN},
    ],
)
async def test_of_an_offer_nothing_but_its_status_can_be_written(team: Team, values: dict[str, Any]) -> None:
    _phone, desk, offer = await work_for_a_withdrawn_territory(team)
    before = await team.row(offer.i)
    desk.edit("held_edit", offer.i, BAKERY, values)

    (verdict,) = (await desk.sync()).verdicts

    assert (verdict.verdict, verdict.code) == (VerdictKind.REJECTED, "forbidden_field")
    assert await team.row(offer.i) == before
    assert await team.row(VISIT) is None


async def test_an_offer_elsewhere_cannot_be_decided(team: Team) -> None:
    _phone, _desk, offer = await work_for_a_withdrawn_territory(team)
    van = team.device(3, BEN)
    decide(van, offer, "applied")

    assert told((await van.sync()).verdicts) == [(1, "rejected", "forbidden")]
    assert await team.row(VISIT) is None


async def test_its_author_decides_nothing_by_the_receipt(team: Team) -> None:
    phone, _desk, offer = await work_for_a_withdrawn_territory(team)
    (receipt,) = held_edits(phone)
    for status in ("applied", "discarded"):
        decide(phone, receipt, status)

    assert told((await phone.sync()).verdicts) == [
        (2, "rejected", "forbidden_field"),
        (3, "rejected", "forbidden_field"),
    ]
    assert await custody(team) == [offer.i]


async def test_a_decision_that_is_not_permitted_any_more_is_refused_and_not_held(team: Team) -> None:
    _phone, _desk, offer = await work_for_a_withdrawn_territory(team)
    team.territories[BEN] = [SOUTH, NORTH]
    van = team.device(3, BEN)
    await van.sync()
    team.territories[BEN] = [SOUTH]
    decide(van, offer, "applied")

    assert told((await van.sync()).verdicts) == [(1, "rejected", "forbidden")]
    assert await custody(team) == [offer.i]


async def test_an_edit_of_what_was_never_the_authors_is_not_offered_there(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, CHEMIST, {**VALUES, "customer": CHEMIST})

    assert told((await phone.sync(hold=[1])).verdicts) == [(1, "held", "internal")]

    assert await team.read("SELECT bucket FROM record WHERE kind = 'held_edit'") == [(person_bucket(ANNA),)]


async def test_hidden_values_are_offered_to_their_author_alone(team: Team) -> None:
    desk = team.device(4, MIRA)
    await desk.sync()
    desk.edit("customer", BAKERY, BAKERY, {"cost_to_serve_12m": 5})

    assert told((await desk.sync(hold=[1])).verdicts) == [(1, "held", "internal")]

    assert await team.read("SELECT bucket FROM record WHERE kind = 'held_edit'") == [(person_bucket(MIRA),)]


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

    monkeypatch.setattr(Custody, "_make", broken)
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

    assert verdicts == [*((number, "held", "missing_root") for number in (1, 2, 3)), (4, "rejected", "too_large")]
    assert told((await tablet.sync()).verdicts) == verdicts
    phone.edit("note", NOTE, CUSTOMER, {**NOTED, "customer": CUSTOMER})
    phone.edit("note", make_id(7), BAKERY, NOTED)
    assert told((await phone.sync()).verdicts) == [*verdicts, (5, "rejected", "too_large")][-1:], (
        "it stops no other edit"
    )
    assert await team.row(make_id(7)) is not None


async def test_custody_is_bounded_by_bytes(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routebook_server.records.custody.MAX_HELD_BYTES", 20_000)
    phone = team.device(1, ANNA)
    for number in range(3):
        phone.edit("visit", make_id(200 + number), CUSTOMER, {**VALUES, "customer": CUSTOMER, "note": "x" * 9_000})

    assert told((await phone.sync()).verdicts) == [
        (1, "held", "missing_root"),
        (2, "held", "missing_root"),
        (3, "rejected", "too_large"),
    ]


async def test_what_was_decided_makes_room(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routebook_server.records.custody.MAX_HELD_EDITS", 1)
    phone, desk, offer = await work_for_a_withdrawn_territory(team)
    phone.edit("note", NOTE, BAKERY, NOTED)
    assert told((await phone.sync(cursors={IN_NORTH: [1, 0]})).verdicts)[-1:] == [(2, "rejected", "too_large")]
    decide(desk, offer, "discarded")
    await desk.sync()
    phone.edit("note", NOTE, BAKERY, NOTED)

    assert told((await phone.sync(cursors={IN_NORTH: [1, 0]})).verdicts)[-1:] == [(3, "held", "forbidden")]

"""What the server keeps instead of applying it (SPEC R49): who may decide on it, and what its author hears."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from routebook_server.records.buckets import person_bucket
from routebook_sync.messages import VerdictKind
from server.custody import (
    CUSTOMER,
    IN_NORTH,
    IN_SOUTH,
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
from server.devices import ANNA, BAKERY, BEN, CHEMIST, MIRA, NOON, NORTH, SOUTH, Device, Team, make_id, open_team


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


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


@pytest.mark.parametrize("is_known", [True, False])
async def test_what_was_removed_meanwhile_is_brought_back_before_a_change_of_it_is_applied(
    team: Team, *, is_known: bool
) -> None:
    _phone, desk, offer = await work_for_a_withdrawn_territory(team)
    other = team.device(5, MIRA)
    await other.sync()
    other.edit("customer", BAKERY, BAKERY, {"deleted": True})
    await other.sync()
    if is_known:
        await desk.sync()
    decide(desk, offer, "applied")

    reply = await desk.sync()

    assert told(reply.verdicts) == [(1, "rejected", "not_found")]
    assert len(await custody(team)) == 1, "nothing is decided"
    assert await team.row(VISIT) is None
    desk.edit("customer", BAKERY, BAKERY, {"deleted": False})
    decide(desk, offer, "applied")
    await desk.sync()
    assert await custody(team) == []
    assert (await team.row(VISIT) or {})["v"] == VALUES


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


@pytest.mark.parametrize("group", ["", "g"])
@pytest.mark.parametrize("status", ["discarded", "applied"])
async def test_what_was_decided_before_its_author_heard_that_it_is_held_is_not_taken_again(
    team: Team, group: str, status: str
) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    team.territories[ANNA] = []
    phone.edit("visit", VISIT, BAKERY, VALUES, group=group)
    phone.edit("note", NOTE, BAKERY, NOTED, group=group)
    phone.edit("task", TASK, ANNA, {"title": "Tyres", "person": ANNA, "status": "open"})
    assert (await phone.send()).status_code == 200  # The answer is lost on its way.
    await desk.sync()
    for offer in held_edits(desk):
        decide(desk, offer, status)
    await desk.sync()

    assert told((await phone.sync()).verdicts) == [(1, "held", "forbidden"), (2, "held", "forbidden")]
    assert {row.v["status"] for row in held_edits(phone)} == {status}
    assert await custody(team) == []
    assert await team.read("SELECT COUNT(*) FROM history WHERE id = ?", TASK) == [(1,)]


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

"""What can only follow a creation in custody waits with it, is applied after it, and goes where it goes (SPEC R46)."""

from collections.abc import AsyncIterator

import pytest_asyncio

from routebook_sync.messages import Row
from server.custody import CUSTOMER, NOTE, VALUES, VISIT, custody, decide, held_edits, told
from server.devices import ANNA, BAKERY, MIRA, NOON, NORTH, Device, Team, open_team


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


def receipts(device: Device) -> dict[str, str]:
    """Return what became of each held edit that a device shows for its own person, by what it is about."""
    rows = [row for row in device.confirmed.values() if row.k == "held_edit" and row.r == ANNA]
    return {f"{row.v['target']} {row.v['code']} {row.i}": row.v["status"] for row in rows}


def offer_of(device: Device, root: str) -> Row:
    (offer,) = [row for row in device.confirmed.values() if row.k == "held_edit" and row.r == root]
    return offer


async def hold_a_visit_and_change_it(team: Team) -> Device:
    """Let the server keep a visit that Anna made, and her two changes of it, one of them sent later."""
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, VALUES)
    phone.edit("visit", VISIT, BAKERY, {"status": "open"})
    assert told((await phone.sync(hold=[1])).verdicts) == [(1, "held", "internal"), (2, "held", "missing_root")]
    phone.edit("visit", VISIT, BAKERY, {"note": "door at the back"})
    assert told((await phone.sync()).verdicts)[-1] == (3, "held", "missing_root")
    return phone


async def test_changes_of_a_record_whose_creation_is_held_are_applied_after_it_in_their_order(team: Team) -> None:
    phone = await hold_a_visit_and_change_it(team)
    offer = offer_of(phone, BAKERY)
    phone.edit("held_edit", offer.i, offer.r, {"status": "applied"})
    await phone.sync()

    visit = await team.row(VISIT)
    assert visit is not None
    assert visit["v"] == {**VALUES, "status": "open", "note": "door at the back"}
    assert await custody(team) == []
    assert set(receipts(phone).values()) == {"applied"}


async def test_they_are_discarded_with_it(team: Team) -> None:
    phone = await hold_a_visit_and_change_it(team)
    offer = offer_of(phone, BAKERY)
    phone.edit("held_edit", offer.i, offer.r, {"status": "discarded"})
    await phone.sync()

    assert await team.row(VISIT) is None
    assert await custody(team) == []
    assert set(receipts(phone).values()) == {"discarded"}


async def test_what_belongs_to_a_customer_that_is_discarded_goes_with_all_that_follows(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("customer", CUSTOMER, CUSTOMER, {"name": "New", "territory": NORTH})
    phone.edit("note", NOTE, CUSTOMER, {"customer": CUSTOMER, "person": ANNA, "written_at": NOON})
    phone.edit("note", NOTE, CUSTOMER, {"body": "rings twice"})
    assert told((await phone.sync(hold=[1])).verdicts) == [
        (1, "held", "internal"),
        (2, "held", "missing_root"),
        (3, "held", "missing_root"),
    ]
    offer = offer_of(phone, CUSTOMER)
    phone.edit("held_edit", offer.i, offer.r, {"status": "discarded"})
    await phone.sync()

    assert await custody(team) == []
    assert set(receipts(phone).values()) == {"discarded"}


async def test_what_is_kept_for_a_customer_that_was_refused_comes_with_him_or_is_let_go(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("customer", CUSTOMER, CUSTOMER, {"name": "New", "territory": NORTH, "city": 7})
    phone.edit("note", NOTE, CUSTOMER, {"customer": CUSTOMER, "person": ANNA, "written_at": NOON})
    phone.edit("note", NOTE, CUSTOMER, {"body": "rings twice"})
    phone.edit("note", VISIT, CUSTOMER, {"customer": CUSTOMER, "person": ANNA, "written_at": NOON})
    assert told((await phone.sync()).verdicts)[0] == (1, "rejected", "wrong_type")
    waiting = {row.v["target"]: row for row in phone.confirmed.values() if row.k == "held_edit"}
    phone.edit("held_edit", waiting[VISIT].i, ANNA, {"status": "discarded"})
    phone.edit("customer", CUSTOMER, CUSTOMER, {"name": "New", "territory": NORTH, "city": "Lodz"})
    await phone.sync()

    note = await team.row(NOTE)
    assert note is not None
    assert note["v"]["body"] == "rings twice"
    assert await team.row(VISIT) is None
    assert await custody(team) == []


def offer_about(device: Device, target: str) -> Row:
    """Return the offer below the bakery that tells of a record first."""
    (offer,) = [row for row in held_edits(device) if row.r == BAKERY and row.v["target"] == target]
    return offer


async def test_what_follows_is_not_applied_before_the_creation_whoever_decides_on_it(team: Team) -> None:
    phone = await hold_a_visit_and_change_it(team)
    follower = next(row for row in held_edits(phone) if row.v["code"] == "missing_root")
    decide(phone, follower, "applied")
    (verdict,) = [verdict for verdict in (await phone.sync()).verdicts if verdict.n == 4]
    assert (verdict.verdict, verdict.code, verdict.field) == ("rejected", "missing_root", "id")
    assert len(await custody(team)) == 3

    decide(phone, offer_of(phone, BAKERY), "applied")
    await phone.sync()
    assert await custody(team) == []


async def test_a_group_that_changes_what_another_offer_makes_is_not_applied_before_that(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, VALUES)
    phone.edit("customer", BAKERY, BAKERY, {"phone": "1"}, group="g")
    phone.edit("visit", VISIT, BAKERY, {"status": "open"}, group="g")
    await phone.sync(hold=[1, 2])
    await desk.sync()
    group, creation = offer_about(desk, BAKERY), offer_about(desk, VISIT)
    decide(desk, group, "applied")
    (verdict,) = (await desk.sync()).verdicts
    assert (verdict.verdict, verdict.code, verdict.field) == ("rejected", "missing_root", "id")
    bakery = await team.row(BAKERY)
    assert bakery is not None
    assert "phone" not in bakery["v"], "of a group nothing is applied by itself"

    decide(desk, creation, "applied")
    decide(desk, group, "applied")
    await desk.sync()
    visit = await team.row(VISIT)
    assert visit is not None
    assert visit["v"]["status"] == "open"
    assert await custody(team) == []


async def test_a_group_that_follows_two_creations_waits_for_both(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, VALUES)
    phone.edit("note", NOTE, BAKERY, {"customer": BAKERY, "person": ANNA, "written_at": NOON})
    phone.edit("visit", VISIT, BAKERY, {"status": "open"}, group="g")
    phone.edit("note", NOTE, BAKERY, {"body": "rings twice"}, group="g")
    await phone.sync(hold=[1, 2])
    visit, note = offer_about(phone, VISIT), offer_about(phone, NOTE)
    decide(phone, visit, "applied")
    await phone.sync()
    made = await team.row(VISIT)
    assert made is not None
    assert made["v"]["status"] == "planned"
    decide(phone, note, "applied")
    await phone.sync()

    made = await team.row(VISIT)
    assert made is not None
    assert made["v"]["status"] == "open"
    assert await custody(team) == []
    assert set(receipts(phone).values()) == {"applied"}


async def test_a_creation_that_is_refused_itself_says_what_it_lacks(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, {"customer": BAKERY})
    phone.edit("visit", VISIT, BAKERY, {"note": "door at the back"})
    await phone.sync(hold=[1, 2])
    creation = next(row for row in held_edits(phone) if row.r == BAKERY and row.v["values"] == {"customer": BAKERY})
    decide(phone, creation, "applied")
    assert told((await phone.sync()).verdicts)[-1] == (3, "rejected", "missing_field")


async def test_a_change_of_what_nobody_made_is_refused_as_before(team: Team) -> None:
    phone, desk = await hold_a_visit_and_change_it(team), team.device(4, MIRA)
    phone.edit("visit", NOTE, BAKERY, {"status": "open"})
    assert told((await phone.sync()).verdicts)[-1] == (4, "rejected", "missing_field")
    desk.edit("visit", VISIT, BAKERY, {"status": "open"})
    assert told((await desk.sync()).verdicts) == [(1, "rejected", "missing_field")]

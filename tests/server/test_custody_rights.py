"""What was never its author's to write is nobody's to apply unseen, whatever he may do who decides (SPEC R49, G5)."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import pytest
import pytest_asyncio

from routebook_server.records import deciding
from routebook_server.records.push import Claim
from routebook_sync.entities.person import Role
from server.custody import CUSTOMER, NOTE, NOTED, VALUES, VISIT, custody, decide, held_edits, told
from server.devices import ANNA, BAKERY, CHEMIST, MIRA, NORTH, SOUTH, Device, Team, make_id, open_team

FLOUR: Final = make_id(900)
FOREIGN: Final = make_id(901)
"""A note of the chemist's, who was never Anna's."""
BODY: Final = {**NOTED, "body": "Met the owner"}

WAYS: Final[dict[str, tuple[str, str, str, dict[str, Any]]]] = {
    "a price": ("product", FLOUR, "shared", {"price": 1}),
    "the tree of territories": ("territory", SOUTH, "shared", {"parent": NORTH}),
    "somebody else's customer, moved to her": ("customer", CHEMIST, CHEMIST, {"territory": NORTH}),
    "somebody else's customer": ("customer", CHEMIST, CHEMIST, {"city": "Nowhere"}),
    "below somebody else's customer": ("note", FOREIGN, CHEMIST, {**BODY, "customer": CHEMIST}),
    "her own customer, moved away": ("customer", BAKERY, BAKERY, {"territory": SOUTH}),
    "what an administrator keeps": ("person", ANNA, "shared", {"name": "Boss"}),
}
"""What a rep may never write, each sent plainly refused."""


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


async def two_devices(team: Team) -> tuple[Device, Device]:
    """Return Anna's phone and the desk of Mira, an administrator, who made a product."""
    team.roles[MIRA] = Role.ADMINISTRATOR
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    desk.edit("product", FLOUR, "shared", {"name": "Flour", "price": 100})
    await desk.sync()
    await phone.sync()
    return phone, desk


async def stored(team: Team) -> list[Any]:
    """Return all that she may not have changed."""
    rows = [await team.row(name) for name in (FLOUR, SOUTH, CHEMIST, FOREIGN, BAKERY, ANNA)]
    return [row["v"] if row else None for row in rows]


async def apply_all(desk: Device) -> None:
    """Apply every offer that the desk shows, and what is offered for that."""
    for _ in range(3):
        await desk.sync()
        for offer in [row for row in held_edits(desk) if row.r == BAKERY and row.v["status"] == "waiting"]:
            decide(desk, offer, "applied")
        await desk.sync()


@pytest.mark.parametrize("way", WAYS)
async def test_sent_plainly_it_is_refused(team: Team, way: str) -> None:
    phone, _desk = await two_devices(team)
    before = await stored(team)
    phone.edit(*WAYS[way])

    ((_n, verdict, code),) = told((await phone.sync()).verdicts)

    assert (verdict, code[:9]) == ("rejected", "forbidden")
    assert await stored(team) == before


@pytest.mark.parametrize("way", WAYS)
async def test_a_group_that_follows_what_is_held_is_refused_for_it(team: Team, way: str) -> None:
    phone, desk = await two_devices(team)
    before = await stored(team)
    phone.edit("note", NOTE, BAKERY, BODY)
    await phone.sync(hold=[1])
    phone.edit("note", NOTE, BAKERY, {"pinned": True}, group="g")
    phone.edit(*WAYS[way], group="g")

    verdicts = told((await phone.sync()).verdicts)[-2:]

    assert [(verdict, code[:9]) for _n, verdict, code in verdicts] == [("rejected", "forbidden")] * 2
    await apply_all(desk)
    assert await stored(team) == before
    assert await custody(team) == []
    assert (await team.row(NOTE) or {})["v"]["body"] == BODY["body"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("lie", ["", "again", "cursors"])
async def test_what_was_kept_unexamined_is_applied_by_nobody(team: Team, way: str, lie: str) -> None:
    phone, desk = await two_devices(team)
    before = await stored(team)
    phone.edit("note", NOTE, BAKERY, BODY)
    phone.edit("note", NOTE, BAKERY, {"pinned": True}, group="g")
    phone.edit(*WAYS[way], group="g")
    phone.edit("visit", VISIT, BAKERY, {"customer": BAKERY, "person": ANNA, "status": "planned"}, group="h")
    phone.edit(*WAYS[way], group="h")
    lies: dict[str, dict[str, Any]] = {
        "again": {"again": [2, 3, 4, 5]},
        "cursors": {"cursors": {**phone.cursors, f"t:{SOUTH}": [1, 0]}},
    }
    await phone.sync(hold=[1, 2, 4], **lies.get(lie, {}))

    await apply_all(desk)

    if way == "her own customer, moved away" and lie == "again":
        return  # Whoever decides is shown it: it is below the customer whom the offer is about.
    assert await stored(team) == before
    assert await custody(team) != []


async def test_without_anything_forged_a_withdrawn_territory_opens_nothing(team: Team) -> None:
    phone, desk = await two_devices(team)
    before = await stored(team)
    team.territories[ANNA] = []
    phone.edit("note", NOTE, BAKERY, BODY)
    phone.edit("note", NOTE, BAKERY, {"pinned": True}, group="g")
    phone.edit(*WAYS["a price"], group="g")
    verdicts = told((await phone.sync()).verdicts)
    assert [verdict for _n, verdict, _code in verdicts] == ["held", "rejected", "rejected"]

    await apply_all(desk)

    assert await stored(team) == before
    assert (await team.row(NOTE) or {})["v"]["body"] == BODY["body"]


async def test_a_group_with_a_change_of_what_was_never_made_is_refused_whole(team: Team) -> None:
    phone, desk = await two_devices(team)
    team.territories[ANNA] = []
    phone.edit("customer", CUSTOMER, CUSTOMER, {"name": "Mill", "territory": SOUTH})
    phone.edit("note", NOTE, BAKERY, BODY, group="g")
    phone.edit("customer", CUSTOMER, CUSTOMER, {"city": "Graz"}, group="g")

    verdicts = told((await phone.sync()).verdicts)

    assert verdicts[1:] == [(2, "rejected", "missing_field"), (3, "rejected", "missing_field")]
    await desk.sync()
    assert await custody(team) == [] == held_edits(desk), "nobody is offered what he could only discard"


async def test_a_group_that_changes_what_it_makes_itself_or_what_is_kept_waits_for_a_decision(team: Team) -> None:
    phone, desk = await two_devices(team)
    team.territories[ANNA] = []
    phone.edit("visit", VISIT, BAKERY, VALUES)
    phone.edit("note", NOTE, BAKERY, BODY, group="g")
    phone.edit("note", NOTE, BAKERY, {"pinned": True}, group="g")
    phone.edit("visit", VISIT, BAKERY, {"status": "open"}, group="g")

    verdicts = told((await phone.sync()).verdicts)

    assert [verdict for _n, verdict, _code in verdicts] == ["held"] * 4
    await apply_all(desk)
    assert (await team.row(NOTE) or {})["v"]["pinned"] is True
    assert (await team.row(VISIT) or {})["v"]["status"] == "open"


async def test_what_was_hers_is_applied_all_the_same(team: Team) -> None:
    phone, desk = await two_devices(team)
    phone.edit("note", NOTE, BAKERY, BODY)
    phone.edit("note", NOTE, BAKERY, {"pinned": True}, group="g")
    phone.edit("customer", BAKERY, BAKERY, {"city": "Graz"}, group="g")
    team.territories[ANNA] = []
    await phone.sync()

    await apply_all(desk)

    assert (await team.row(NOTE) or {})["v"]["pinned"] is True
    assert (await team.row(BAKERY) or {})["v"]["city"] == "Graz"
    assert await custody(team) == []


async def test_a_server_that_asks_for_nobodys_claim_is_found_out(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody: Callable[..., Claim | None] = lambda *_args: None  # noqa: E731 - the planted fault
    monkeypatch.setattr(deciding, "_claim_of", nobody)
    phone, desk = await two_devices(team)
    phone.edit("note", NOTE, BAKERY, BODY, group="g")
    phone.edit(*WAYS["a price"], group="g")
    await phone.sync(hold=[1])

    await apply_all(desk)

    assert (await team.row(FLOUR) or {})["v"]["price"] == 1


async def test_what_a_manager_wrote_who_is_a_rep_by_now_is_refused_where_it_is_everybodys_and_held_at_customers(
    team: Team,
) -> None:
    phone, desk = await two_devices(team)
    team.roles[ANNA] = Role.MANAGER
    await phone.sync()
    phone.edit("product", FLOUR, "shared", {"price": 1})
    phone.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    team.roles[ANNA], team.territories[ANNA] = Role.REP, [SOUTH]

    verdicts = [(verdict, code[:9]) for _n, verdict, code in told((await phone.sync()).verdicts)]

    assert verdicts == [("rejected", "forbidden"), ("held", "forbidden")]
    assert len(await custody(team)) == 1
    await desk.sync()
    assert (await team.row(FLOUR) or {})["v"]["price"] == 100

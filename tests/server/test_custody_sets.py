"""What a device adds to a set and takes away keeps its order, whatever of it waits in custody (SPEC R6)."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from routebook_sync.joins import elements
from routebook_sync.messages import Row
from server.custody import custody, decide, held_edits, told
from server.devices import ANNA, BAKERY, Device, Team, open_team

YEAR_MS = 365 * 86_400_000
SKEWS = [0, 110_000, 180_000, YEAR_MS]
"""How far a device's clock is ahead: right, nearly too far, so far that it will not be after some minutes, for long."""


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


async def phone_of(team: Team, skew_ms: int) -> Device:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.skew_ms = skew_ms
    return phone


def add(phone: Device, tag: str = "vip", group: str = "") -> str:
    """Add a tag to the bakery; return by which stamp."""
    stamp = phone.stamp()
    phone.edit("customer", BAKERY, BAKERY, {"tags": {tag: [[stamp], []]}}, group=group)
    return stamp


def take_away(phone: Device, stamp: str, tag: str = "vip", group: str = "") -> None:
    """Take the tag that was added by a stamp away, and note the city."""
    phone.edit("customer", BAKERY, BAKERY, {"tags": {tag: [[], [stamp]]}, "city": "Lodz"}, group=group)


def offers(phone: Device) -> list[Row]:
    return [row for row in held_edits(phone) if row.r == BAKERY and row.v["status"] == "waiting"]


async def decide_later(team: Team, phone: Device, status: str) -> None:
    """Let five minutes pass, then decide on all that is offered."""
    team.clock.now_ms += 300_000
    for offer in offers(phone):
        decide(phone, offer, status)
        assert told((await phone.sync()).verdicts)[-1][1:] in {("merged", ""), ("repaired", "bad_stamp")}
    assert await custody(team) == []


async def bakery(team: Team) -> tuple[set[str], str | None]:
    """Return the tags and the city of the bakery."""
    row = await team.row(BAKERY)
    assert row is not None
    return set(elements(row["v"].get("tags") or {})), row["v"].get("city")


@pytest.mark.parametrize("status", ["applied", "discarded"])
@pytest.mark.parametrize("skew_ms", SKEWS)
async def test_what_was_taken_away_while_it_was_held_does_not_come_back_with_it(
    team: Team, skew_ms: int, status: str
) -> None:
    phone = await phone_of(team, skew_ms)
    take_away(phone, add(phone))
    await phone.sync(hold=[1])
    assert await bakery(team) == (set(), "Lodz"), "the rest of the removal waits for nothing"
    await decide_later(team, phone, status)

    assert await bakery(team) == (set(), "Lodz")


@pytest.mark.parametrize("status", ["applied", "discarded"])
@pytest.mark.parametrize("skew_ms", SKEWS)
async def test_what_was_added_again_stays_whatever_is_decided_on_the_first_time(
    team: Team, skew_ms: int, status: str
) -> None:
    phone = await phone_of(team, skew_ms)
    take_away(phone, add(phone))
    await phone.sync(hold=[1])
    team.clock.now_ms += 90_000
    add(phone)
    await phone.sync()
    assert await bakery(team) == ({"vip"}, "Lodz")
    await decide_later(team, phone, status)

    assert await bakery(team) == ({"vip"}, "Lodz")


@pytest.mark.parametrize("held", [[2], [1, 2]])
@pytest.mark.parametrize("skew_ms", SKEWS)
async def test_a_removal_that_was_held_takes_nothing_that_was_added_after_it(
    team: Team, skew_ms: int, held: list[int]
) -> None:
    phone = await phone_of(team, skew_ms)
    take_away(phone, add(phone))
    await phone.sync(hold=held)
    add(phone)
    await phone.sync()
    await decide_later(team, phone, "applied")

    assert await bakery(team) == ({"vip"}, "Lodz")


@pytest.mark.parametrize("skew_ms", SKEWS)
async def test_a_removal_that_was_held_takes_what_was_added_before_it(team: Team, skew_ms: int) -> None:
    phone = await phone_of(team, skew_ms)
    stamp = add(phone)
    await phone.sync(hold=[1])
    team.clock.now_ms += 90_000
    take_away(phone, stamp)
    await phone.sync(hold=[2])
    await decide_later(team, phone, "applied")

    assert await bakery(team) == (set(), "Lodz")


@pytest.mark.parametrize("skew_ms", SKEWS)
async def test_a_held_group_that_adds_and_takes_away_is_applied(team: Team, skew_ms: int) -> None:
    phone = await phone_of(team, skew_ms)
    take_away(phone, add(phone, group="g"), group="g")
    assert [kind for _n, kind, _code in told((await phone.sync(hold=[1])).verdicts)] == ["held", "held"]
    await decide_later(team, phone, "applied")

    assert await bakery(team) == (set(), "Lodz")


@pytest.mark.parametrize("skew_ms", SKEWS)
async def test_what_was_taken_away_soon_after_is_there_when_it_is_added_again(team: Team, skew_ms: int) -> None:
    """Its first stamp was clamped, and is not too far ahead any more when the tag is taken away."""
    phone = await phone_of(team, skew_ms)
    stamp = add(phone)
    await phone.sync()
    team.clock.now_ms += 90_000
    take_away(phone, stamp)
    await phone.sync()
    assert await bakery(team) == (set(), "Lodz")
    add(phone)
    await phone.sync()

    assert await bakery(team) == ({"vip"}, "Lodz")


async def test_what_is_kept_unexamined_may_be_of_any_shape(team: Team) -> None:
    phone = await phone_of(team, YEAR_MS)
    foreign = "x" + phone.stamp()[1:]
    shapes: list[Any] = [7, {"vip": 7}, {"vip": [7, 7]}, {"vip": [[7], [foreign]]}, {"vip": [[], [], []]}]
    edits = [phone.edit("customer", BAKERY, BAKERY, {"city": "Lodz"}) for _shape in shapes]
    phone.outbox = [msgspec.structs.replace(edit, v={"tags": shape}) for edit, shape in zip(edits, shapes, strict=True)]
    assert {kind for _n, kind, _code in told((await phone.sync(hold=[1, 2, 3, 4, 5])).verdicts)} == {"held"}
    take_away(phone, add(phone))
    await phone.sync()

    assert await bakery(team) == (set(), "Lodz")

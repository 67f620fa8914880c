"""What a device may write into sets, counters and logs (SPEC R18), and how large a record may grow (R59)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from routebook_server.records.store import Values
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.joins import add_to_set, elements, remove_from_set
from routebook_sync.messages import MAX_RECORD_BYTES, Verdict, VerdictKind
from server.devices import ANNA, BAKERY, MIRA, NOON, Team, make_id, open_team

VISIT, TASK = make_id(1), make_id(3)
VISITED: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "status": "planned"}
TASKED: dict[str, Any] = {"title": "Call", "person": ANNA, "status": "open"}
YEAR_MS = 365 * 86_400_000


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


def stamp(device: int, ms: int = 0) -> str:
    """Return the stamp of a device so many milliseconds after noon."""
    return stamp_from_clock(Clock(NOON + ms, 0, device))


def refusals(verdicts: list[Verdict]) -> list[tuple[str, str]]:
    """Return code and field of each verdict, which must all be rejections."""
    assert {verdict.verdict for verdict in verdicts} <= {VerdictKind.REJECTED}
    return [(verdict.code, verdict.field) for verdict in verdicts]


async def values_of(team: Team, record_id: str) -> dict[str, Any]:
    row = await team.row(record_id)
    assert row is not None
    values: dict[str, Any] = row["v"]
    return values


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (("task", TASK, BAKERY, {**TASKED, "snoozes": {"0002": [1, 0]}}), "snoozes"),
        (("task", TASK, BAKERY, {**TASKED, "snoozes": {"0001": [1, 0], "0002": [0, 1]}}), "snoozes"),
        (("customer", BAKERY, BAKERY, {"tags": {"vip": [[stamp(2)], []]}}), "tags"),
        (("customer", BAKERY, BAKERY, {"tags": {"vip": [[stamp(1)], []], "new": [[stamp(2)], []]}}), "tags"),
        (("customer", BAKERY, BAKERY, {"tags": {"vip": [[], [stamp(2, YEAR_MS)]]}}), "tags"),
        (("visit", VISIT, BAKERY, {**VISITED, "comments": {stamp(2): "not mine"}}), "comments"),
        (("visit", VISIT, BAKERY, {**VISITED, "comments": {stamp(0): "from the server"}}), "comments"),
    ],
)
async def test_what_is_another_devices_to_write_is_refused(
    team: Team, edit: tuple[str, str, str, dict[str, Any]], field: str
) -> None:
    phone = team.device(1, ANNA)
    before = await team.read("SELECT * FROM record ORDER BY id")
    phone.edit(*edit)

    assert refusals((await phone.sync()).verdicts) == [("bad_stamp", field)]
    assert await team.read("SELECT * FROM record ORDER BY id") == before


async def test_what_the_record_holds_already_may_come_along(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("task", TASK, BAKERY, {**TASKED, "snoozes": {"0001": [3, 1]}})
    phone.edit("visit", VISIT, BAKERY, {**VISITED, "comments": {stamp(1): "hello"}})
    phone.edit("customer", BAKERY, BAKERY, {"tags": {"vip": [[stamp(1)], []]}})
    await phone.sync()
    await tablet.sync()
    tablet.edit("task", TASK, BAKERY, {"snoozes": {"0001": [2, 1], "0002": [1, 0]}})
    tablet.edit("visit", VISIT, BAKERY, {"comments": {stamp(1): "hello", stamp(2): "hello too"}})
    tablet.edit("customer", BAKERY, BAKERY, {"tags": {"vip": [[stamp(1), stamp(2)], []]}})

    assert (await tablet.sync()).verdicts == []
    assert (await values_of(team, TASK))["snoozes"] == {"0001": [3, 1], "0002": [1, 0]}


async def test_nobody_rewrites_what_somebody_else_has_said(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, {**VISITED, "comments": {stamp(1): "hello"}})
    await phone.sync()
    await tablet.sync()
    tablet.edit("visit", VISIT, BAKERY, {"comments": {stamp(1): "zzz"}})

    assert refusals((await tablet.sync()).verdicts) == [("bad_stamp", "comments")]
    assert (await values_of(team, VISIT))["comments"] == {stamp(1): "hello"}


async def test_a_tag_that_a_restored_server_has_forgotten_may_still_be_removed(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("customer", BAKERY, BAKERY, {"tags": {"vip": [[], [stamp(2, -5_000)]]}})

    assert (await phone.sync()).verdicts == []


async def test_the_server_writes_states_of_any_device(team: Team) -> None:
    tags = {"vip": [[stamp(7)], []]}
    await team.store.edit([Values("customer", BAKERY, BAKERY, {"tags": tags})])
    team.device(4, MIRA)
    await team.store.edit([Values("customer", BAKERY, BAKERY, {"tags": {"new": [[stamp(8)], []]}})], team.actor(4))

    assert elements((await values_of(team, BAKERY))["tags"]) == ["new", "vip"]


async def test_a_clock_a_year_ahead_adds_removes_and_adds_again_as_its_user_meant(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.skew_ms = YEAR_MS
    tag = phone.stamp()
    phone.edit("customer", BAKERY, BAKERY, {"tags": add_to_set("vip", tag)})
    phone.edit("customer", BAKERY, BAKERY, {"tags": remove_from_set({"vip": [[tag], []]}, "vip")})
    await phone.sync()
    assert elements((await values_of(team, BAKERY))["tags"]) == []
    phone.skew_ms = 0
    phone._clock = Clock(0, 0, 1)
    team.clock.now_ms += 1_000
    phone.edit("customer", BAKERY, BAKERY, {"tags": add_to_set("vip", phone.stamp())})
    await phone.sync()

    tags = (await values_of(team, BAKERY))["tags"]
    assert elements(tags) == ["vip"], "a removal from the future must not hide what is added today"
    assert max(tag for lists in tags["vip"] for tag in lists) <= stamp(1, 2_000)


async def test_entries_of_a_fast_clock_keep_their_order_and_are_all_there(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.skew_ms = YEAR_MS
    phone.edit("visit", VISIT, BAKERY, VISITED)
    for text in ("first", "second", "third"):
        at = phone.stamp()
        phone.edit("visit", VISIT, BAKERY, {"comments": {at: text}})

    told = await phone.sync()

    assert {verdict.verdict for verdict in told.verdicts} == {VerdictKind.REPAIRED}
    comments = (await values_of(team, VISIT))["comments"]
    assert [comments[at] for at in sorted(comments)] == ["first", "second", "third"]
    assert max(comments) < stamp(1, 1_000)
    assert phone.confirmed[VISIT].v["comments"] == comments


@pytest.mark.parametrize("letter", ["x", "گ"], ids=["a byte a letter", "two bytes a letter"])
async def test_a_record_does_not_grow_without_end(team: Team, letter: str) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, VISITED)
    for number in range(60):
        phone.edit(
            "visit",
            VISIT,
            BAKERY,
            {"comments": {stamp(1, number): f"{number}".rjust(10_000 // len(letter.encode()), letter)}},
        )
    phone.edit("visit", VISIT, BAKERY, {"outcome": "order"})

    told = await phone.sync()

    assert set(refusals(told.verdicts)) == {("too_large", "comments")}
    taken = 60 - len(told.verdicts)
    row = await team.read("SELECT length(CAST(doc AS BLOB)) FROM record WHERE id = ?", VISIT)
    assert MAX_RECORD_BYTES - 11_000 < row[0][0] <= MAX_RECORD_BYTES + 200
    values = await values_of(team, VISIT)
    assert len(values["comments"]) == taken
    assert values["outcome"] == "order", "it stops no other edit"

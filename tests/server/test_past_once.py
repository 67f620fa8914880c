"""However many edits of a push look back on a record, its history is read once; a large one is not written anew."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from routebook_server.database.driver import PostgresDriver, SqliteDriver
from routebook_server.records import prose, sizes
from routebook_server.records.buckets import territory_bucket
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.messages import VerdictKind
from server.devices import ANNA, BAKERY, MIRA, NOON, NORTH, Device, Team, open_team


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is read of the history from now on."""
    found: list[str] = []
    for kind in (PostgresDriver, SqliteDriver):
        for name in ("fetch", "fetch_one", "chunks"):
            monkeypatch.setattr(kind, name, _counting(vars(kind)[name], found))
    return found


def _counting(read: Callable[..., Any], asked: list[str]) -> Callable[..., Any]:
    def counting(driver: Any, sql: str, *values: Any, **named: Any) -> Any:
        if "FROM history" in sql:
            asked.append(sql)
        return read(driver, sql, *values, **named)

    return counting


async def both(team: Team) -> tuple[Device, Device]:
    """Return two devices whose customer both have written to."""
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    for number in range(9):
        phone.edit("customer", BAKERY, BAKERY, {"street": f"street {number}", "description": f"words {number}"})
    await phone.sync()
    await desk.sync()
    desk.edit("customer", BAKERY, BAKERY, {"street": "the desk's", "description": "words 8 of the desk"})
    await desk.sync()
    return phone, desk


def late(device: Device, count: int, field: str, base: str = "") -> None:
    """Put edits into the outbox that lie below whatever stands."""
    for number in range(count):
        edit = device.edit("customer", BAKERY, BAKERY, {field: f"late {number}"})
        at = stamp_from_clock(Clock(NOON - 10_000 + number, 0, device.number))
        device.outbox[-1] = msgspec.structs.replace(edit, at=at, base={field: base} if base else {})


@pytest.mark.parametrize("count", [20, 40])
async def test_edits_that_came_too_late_read_the_past_of_their_record_once(
    team: Team, asked: list[str], count: int
) -> None:
    phone, desk = await both(team)
    late(phone, count, "street")
    asked.clear()

    assert {verdict.verdict for verdict in (await phone.sync()).verdicts} == {VerdictKind.CONFLICT}
    assert len(asked) == 1
    assert desk.confirmed[BAKERY].v["street"] == "the desk's"


@pytest.mark.parametrize("own", [True, False], ids=["his own", "another's"])
@pytest.mark.parametrize("count", [20, 40])
async def test_texts_whose_base_nobody_knows_read_the_past_of_their_record_once(
    team: Team, asked: list[str], count: int, own: bool
) -> None:
    phone, _desk = await both(team)
    late(phone, count, "description", stamp_from_clock(Clock(NOON - 20_000, 0, 1 if own else 7)))
    asked.clear()

    assert len((await phone.sync()).verdicts) == count
    assert len(set(asked)) == len(asked) - (count - 1 if own else 0) <= 3


async def test_a_flood_of_edits_of_a_text_looks_through_only_so_many_of_its_own(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prose, "MAX_LOOKED_THROUGH", 2_000)
    phone, _desk = await both(team)
    late(phone, 60, "description", stamp_from_clock(Clock(NOON - 20_000, 0, 7)))

    assert {verdict.verdict for verdict in (await phone.sync()).verdicts} == {VerdictKind.CONFLICT}


async def test_the_history_of_a_large_set_ends_in_what_each_edit_names(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "LARGE", 200)
    monkeypatch.setattr(sizes, "MAX_MET", 2_000)
    phone = team.device(1, ANNA)
    names = [f"tag {number}" for number in range(30)]
    for name in names:
        at = phone.stamp()
        phone.edit("customer", BAKERY, BAKERY, {"tags": {name: [[at], []]}})
    at = phone.stamp()
    phone.edit("customer", BAKERY, BAKERY, {"tags": {names[3]: [[at], []], "new": [[at], []]}})
    await phone.sync()

    entries = await team.store.history(BAKERY, [territory_bucket(NORTH)], 50)

    assert entries is not None
    old = [change.old or {} for entry in reversed(entries) for change in entry.changes if change.field == "tags"]
    assert list(old[5]) == names[:5], "what stood beside is told as long as it is little"
    assert old[29] == {}
    assert list(old[30]) == [names[3]]
    row = await team.row(BAKERY)
    assert row is not None
    assert list(row["v"]["tags"]) == [*names, "new"]

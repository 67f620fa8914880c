"""The value history of a record: who, when, from which device, old and new; only for whom may see the record."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from routebook_server.database.driver import PostgresDriver, SqliteDriver
from routebook_server.records import history
from routebook_server.records.buckets import territory_bucket
from routebook_server.records.history import SELECT_BEFORE
from routebook_sync.messages import ProblemCode
from server.devices import ANNA, BAKERY, BEN, CHEMIST, MIRA, NOON, NORTH, Team, make_id, open_team, problem_of

VISIT = make_id(1)


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


async def test_every_value_that_a_field_had_is_there_newest_first(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, {"customer": BAKERY, "person": ANNA, "status": "open"})
    await phone.sync()
    await tablet.sync()
    tablet.edit("visit", VISIT, BAKERY, {"status": "done", "outcome": None})
    team.clock.now_ms += 5_000
    await tablet.sync()

    entries = (await phone.http.get(f"/api/history/{VISIT}")).json()

    assert [(entry["person"], entry["device"], entry["at"], entry["received_at"]) for entry in entries] == [
        (MIRA, 2, NOON, NOON + 5_000),
        (ANNA, 1, NOON, NOON),
    ]
    assert [(change["field"], change["old"], change["new"]) for change in entries[0]["changes"]] == [
        ("status", "open", "done"),
        ("outcome", None, None),
    ]
    assert {change["field"]: change["new"] for change in entries[1]["changes"]} == {
        "customer": BAKERY,
        "person": ANNA,
        "status": "open",
    }


async def test_history_comes_in_pages(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, {"customer": BAKERY, "person": ANNA, "status": "open"})
    for number in range(9):
        phone.edit("visit", VISIT, BAKERY, {"next_step": str(number)})
    await phone.sync()

    seen: list[str] = []
    before = ""
    while page := (await phone.http.get(f"/api/history/{VISIT}?limit=4{before}")).json():
        seen += [entry["changes"][0]["new"] for entry in page]
        before = f"&before={page[-1]['number']}"
    assert seen == ["8", "7", "6", "5", "4", "3", "2", "1", "0", BAKERY]


async def test_the_history_of_a_foreign_or_unknown_record_is_not_found(team: Team) -> None:
    phone, other = team.device(1, ANNA), team.device(2, BEN)
    for device, record_id in (
        (phone, CHEMIST),
        (other, BAKERY),
        (phone, make_id(77)),
        (phone, "%00"),
        (phone, "x" * 500),
    ):
        response = await device.http.get(f"/api/history/{record_id}")
        assert problem_of(response).code is ProblemCode.NOT_FOUND
    assert (await phone.http.get(f"/api/history/{BAKERY}")).status_code == 200


async def test_a_wrong_limit_is_malformed(team: Team) -> None:
    phone = team.device(1, ANNA)
    for query in ("limit=0", "limit=many", "limit=100000", "before=-1"):
        assert problem_of(await phone.http.get(f"/api/history/{BAKERY}?{query}")).status == 400


@pytest.mark.parametrize(("most", "base"), [(500, "first"), (2, None)])
async def test_what_the_authors_of_a_page_had_seen_is_read_once_and_not_for_ever(
    team: Team, monkeypatch: pytest.MonkeyPatch, most: int, base: str | None
) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    invented = tablet.stamp()
    phone.edit("customer", BAKERY, BAKERY, {"street": "first"})
    seen = phone.outbox[0].at
    for number in range(8):
        phone.edit("customer", BAKERY, BAKERY, {"street": f"then {number}"})
    await phone.sync()
    for number in range(6):
        team.clock.now_ms += 1_000
        device = (tablet, phone)[number % 2]
        device.edit("customer", BAKERY, BAKERY, {"street": f"last {number}"})
        (edit,) = device.outbox
        device.outbox = [msgspec.structs.replace(edit, base={"street": (seen, invented)[number // 3]})]
        await device.sync()
    asked: list[str] = []
    for kind in (PostgresDriver, SqliteDriver):
        for name in ("fetch", "fetch_one", "chunks"):
            monkeypatch.setattr(kind, name, _counting(vars(kind)[name], asked))
    monkeypatch.setattr(history, "MAX_PAST", most)

    entries = await team.store.history(BAKERY, [territory_bucket(NORTH)], 6)

    assert entries is not None
    assert [change.base for entry in entries for change in entry.changes] == [None, None, None, base, base, base]
    assert asked.count(SELECT_BEFORE) == 1
    assert len(asked) == 3, "the record, the page and what its authors had seen"


def _counting(read: Callable[..., Any], asked: list[str]) -> Callable[..., Any]:
    def counting(driver: Any, sql: str, *values: Any, **named: Any) -> Any:
        asked.append(sql)
        return read(driver, sql, *values, **named)

    return counting

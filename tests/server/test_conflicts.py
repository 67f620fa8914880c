"""Of a conflict both people hear: whoever sends second by the verdict, the other by a record of his own (SPEC R43)."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from routebook_server.database.driver import PostgresDriver, SqliteDriver
from routebook_server.records.author import Writer
from routebook_server.records.buckets import territory_bucket
from routebook_server.records.forgetting import Forgetter
from routebook_server.records.store import Values
from routebook_sync.clock import SERVER_DEVICE, Clock
from routebook_sync.entities.person import Role
from routebook_sync.messages import Row, SyncReply
from server.custody import decide, held_edits
from server.devices import ANNA, BAKERY, BEN, MIRA, NOON, NORTH, SOUTH, Device, Team, make_id, open_team

DAY_MS = 86_400_000
IN_NORTH = territory_bucket(NORTH)


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


def told(device: Device) -> list[Row]:
    """Return what a device was told of conflicts."""
    return [row for row in device.confirmed.values() if row.k == "conflict"]


def said(row: Row) -> dict[str, object]:
    """Return what it says but for the time and the stamps."""
    return {name: value for name, value in row.v.items() if name not in {"happened_at", "stands"}}


async def test_whose_value_gave_way_is_told_by_whom_and_where_without_any_value(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    await desk.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Anna's", "phone": "1"})
    await phone.sync()
    team.clock.now_ms += 1_000
    desk.edit("customer", BAKERY, BAKERY, {"city": "Mira's"})
    (verdict,) = (await desk.sync()).verdicts
    assert verdict.verdict.value == "conflict"
    await phone.sync()

    (row,) = told(phone)
    about = {"person": ANNA, "other": MIRA, "target_kind": "customer", "target": BAKERY}
    assert said(row) == {**about, "lost": ["city"], "kept": []}
    assert row.v["happened_at"] == team.clock.now_ms
    assert told(desk) == []


async def test_whose_value_stands_is_told_too_that_somebody_else_had_another(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    await desk.sync()
    desk.edit("customer", BAKERY, BAKERY, {"city": "Mira's"})
    team.clock.now_ms += 1_000
    phone.edit("customer", BAKERY, BAKERY, {"city": "Anna's"})
    await phone.sync()
    await desk.sync()
    await phone.sync()

    assert [said(row)["kept"] for row in told(phone)] == [["city"]]
    row = await team.row(BAKERY)
    assert row is not None
    assert row["v"]["city"] == "Anna's"


async def test_one_who_meets_himself_on_another_device_is_told_by_the_verdict_alone(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(5, ANNA)
    await phone.sync()
    await tablet.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Phone"})
    await phone.sync()
    tablet.edit("customer", BAKERY, BAKERY, {"city": "Tablet"})
    assert [verdict.verdict.value for verdict in (await tablet.sync()).verdicts] == ["conflict"]
    await phone.sync()

    assert told(phone) == []


async def test_a_request_that_comes_again_tells_nobody_twice(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    await desk.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Anna's"})
    await phone.sync()
    desk.edit("customer", BAKERY, BAKERY, {"city": "Mira's"})
    await desk.send()
    await desk.sync()
    await phone.sync()

    assert len(told(phone)) == 1


async def test_the_author_of_what_another_decided_on_is_told_what_it_met(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    await desk.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Held"})
    await phone.sync(hold=[1])
    team.clock.now_ms += 1_000
    desk.edit("customer", BAKERY, BAKERY, {"city": "Later"})
    await desk.sync()
    (offer,) = [row for row in held_edits(desk) if row.r == BAKERY]
    decide(desk, offer, "applied")
    await desk.sync()
    await phone.sync()

    assert [(said(row)["other"], said(row)["kept"]) for row in told(phone)] == [(MIRA, ["city"])]
    assert told(desk) == []


async def test_several_conflicts_with_one_person_over_a_record_are_told_once_as_they_came_out(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    await desk.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "First", "phone": "1"})
    team.clock.now_ms += 1_000
    desk.edit("customer", BAKERY, BAKERY, {"city": "Mira's", "phone": "2"})
    await desk.sync()
    team.clock.now_ms += 1_000
    phone.edit("customer", BAKERY, BAKERY, {"city": "Second"})
    await phone.sync()
    await desk.sync()

    (row,) = told(desk)
    assert (said(row)["lost"], said(row)["kept"]) == (["city"], ["phone"])
    stored = await team.row(BAKERY)
    assert stored is not None
    assert row.v["stands"].keys() == {"city", "phone"}
    assert stored["s"].keys() >= set(row.v["stands"].values())
    assert len(set(row.v["stands"].values())) == 2


async def test_what_a_decision_applied_and_another_overwrites_unseen_is_told_to_its_author(team: Team) -> None:
    phone, desk, ben = team.device(1, ANNA), team.device(4, MIRA), team.device(2, BEN)
    team.territories[BEN] = [NORTH, SOUTH]
    for device in (phone, desk, ben):
        await device.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Held"})
    await phone.sync(hold=[1])
    await desk.sync()
    (offer,) = [row for row in held_edits(desk) if row.r == BAKERY]
    decide(desk, offer, "applied")
    await desk.sync()
    team.clock.now_ms += 1_000
    ben.edit("customer", BAKERY, BAKERY, {"city": "Ben's"})
    (verdict,) = (await ben.sync()).verdicts
    assert [loser.person for loser in verdict.losers] == [ANNA]
    await phone.sync()

    assert [(said(row)["other"], said(row)["lost"]) for row in told(phone)] == [(BEN, ["city"])]


async def test_who_wrote_what_gave_way_is_looked_up_once_for_each_edit_and_device(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, desk, other = team.device(1, ANNA), team.device(4, MIRA), make_id(3)
    said = {"customer": BAKERY, "person": ANNA, "written_at": NOON, "body": "One", "pinned": False}
    phone.edit("note", other, BAKERY, said)
    await phone.sync()
    await desk.sync()
    writer = Writer(ANNA, Role.REP, SERVER_DEVICE, (IN_NORTH,))
    await team.store.edit([Values("customer", BAKERY, BAKERY, {"city": "Anna's", "phone": "1"})], writer)
    phone.edit("note", other, BAKERY, {"written_at": NOON + 1, "pinned": True})
    await phone.send()
    team.clock.now_ms += 1_000
    asked: list[str] = []
    for kind in (PostgresDriver, SqliteDriver):
        monkeypatch.setattr(kind, "fetch_one", _counting(kind.fetch_one, asked))
        monkeypatch.setattr(kind, "fetch", _counting(kind.fetch, asked))
    desk.edit("customer", BAKERY, BAKERY, {"city": "Mira's", "phone": "2"})
    desk.edit("note", other, BAKERY, {"written_at": NOON + 2, "pinned": None})
    verdicts = (await desk.sync()).verdicts

    assert [[loser.person for loser in verdict.losers] for verdict in verdicts] == [[ANNA, ANNA], [ANNA, ANNA]]
    assert len(asked) == len(set(asked)) == 2


def _counting(read: Callable[..., Any], asked: list[str]) -> Callable[..., Any]:
    def counting(driver: Any, sql: str, *values: Any, **named: Any) -> Any:
        if sql.startswith(("SELECT person FROM", "SELECT number, stamp, device, person")):
            asked.append(sql)
        return read(driver, sql, *values, **named)

    return counting


async def test_the_decider_hears_what_of_his_own_gave_way_in_another_record_of_the_group(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    await desk.sync()
    note = make_id(1)
    phone.edit("note", note, BAKERY, {"customer": BAKERY, "person": ANNA, "written_at": NOON, "pinned": False})
    await phone.sync()
    await desk.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Held"}, group="g")
    phone.edit("note", note, BAKERY, {"pinned": True}, group="g")
    await phone.sync(hold=[2, 3])
    desk.edit("note", note, BAKERY, {"pinned": None})
    await desk.sync()
    (offer,) = [row for row in held_edits(desk) if row.r == BAKERY]
    decide(desk, offer, "applied")
    await desk.sync()

    assert [(said(row)["other"], said(row)["lost"]) for row in told(desk)] == [(ANNA, ["pinned"])]


async def test_what_is_released_and_meets_its_author_s_own_other_device_is_told_to_him(team: Team) -> None:
    phone, tablet, shop = team.device(1, ANNA), team.device(5, ANNA), make_id(2)
    await phone.sync()
    tablet.edit("customer", shop, shop, {"name": "Shop", "territory": NORTH})
    await tablet.sync()
    await phone.sync()
    for table in ("record", "history"):
        await team.write(f"DELETE FROM {table} WHERE id = ?", shop)  # as a restored backup does not have it
    team.clock.now_ms += 1_000
    phone.edit("customer", shop, shop, {"city": "Phone"})
    (verdict,) = (await phone.sync(again=[1])).verdicts
    assert (verdict.verdict.value, verdict.code) == ("held", "missing_root")
    team.clock.now_ms += 1_000
    tablet.edit("customer", shop, shop, {"name": "Shop", "territory": NORTH, "city": "Tablet"})
    await tablet.sync()
    await phone.sync()

    assert [(said(row)["other"], said(row)["lost"]) for row in told(phone)] == [(ANNA, ["city"])]


async def test_two_servers_that_tell_the_same_person_in_the_same_moment_tell_him_twice(team: Team) -> None:
    team.territories[BEN] = [NORTH]
    phone, desk, ben = team.device(1, ANNA), team.device(4, MIRA), team.device(2, BEN)
    for device in (phone, desk, ben):
        await device.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Anna's", "phone": "1"})
    await phone.sync()
    team.clock.now_ms += 1_000
    desk.edit("customer", BAKERY, BAKERY, {"city": "Mira's"})
    ben.edit("customer", BAKERY, BAKERY, {"phone": "2"})
    await desk.sync()
    team.store._clock = Clock(0, 0, SERVER_DEVICE)  # another process's, which has not ticked yet
    await ben.sync()
    await phone.sync()

    heard = sorted((said(row)["other"], said(row)["lost"]) for row in told(phone))
    assert heard == sorted([(MIRA, ["city"]), (BEN, ["phone"])])


async def test_he_takes_it_off_his_list_and_nobody_else_may_write_there(team: Team) -> None:
    phone, desk, ben = team.device(1, ANNA), team.device(4, MIRA), team.device(2, BEN)
    for device in (phone, desk, ben):
        await device.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Anna's"})
    await phone.sync()
    desk.edit("customer", BAKERY, BAKERY, {"city": "Mira's"})
    await desk.sync()
    await phone.sync()
    (row,) = told(phone)
    ben.edit("conflict", row.i, ANNA, {"deleted": True})
    (verdict,) = (await ben.sync()).verdicts
    assert verdict.verdict.value in {"rejected", "held"}
    phone.edit("conflict", row.i, ANNA, {"lost": ["phone"]})
    (verdict,) = (await phone.sync()).verdicts
    assert (verdict.verdict.value, verdict.field) == ("rejected", "lost")
    phone.edit("conflict", row.i, ANNA, {"deleted": True})
    assert (await phone.sync()).verdicts == []


async def test_what_nobody_has_taken_off_his_list_by_the_horizon_goes_by_itself(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    await desk.sync()
    phone.edit("customer", BAKERY, BAKERY, {"city": "Anna's"})
    await phone.sync()
    desk.edit("customer", BAKERY, BAKERY, {"city": "Mira's"})
    await desk.sync()
    forgetter = Forgetter(team.database, team.store, team.clock, 180 * DAY_MS)
    team.clock.now_ms += 179 * DAY_MS
    assert await forgetter.forget() == 0
    team.clock.now_ms += 2 * DAY_MS
    assert await forgetter.forget() == 1
    assert await forgetter.forget() == 0
    await phone.sync()
    assert [row.v["deleted"] for row in told(phone)] == [True]


async def test_no_record_names_a_field_that_its_reader_may_be_shown_no_more(team: Team) -> None:
    team.roles[BEN] = team.roles[MIRA]
    van, desk, flour = team.device(2, BEN), team.device(4, MIRA), make_id(900)
    desk.edit("product", flour, "shared", {"name": "Flour", "cost": 1})
    for device in (desk, van, desk):
        await device.sync()
    van.edit("product", flour, "shared", {"cost": 2, "name": "Rye"})
    await van.sync()
    team.roles[BEN] = team.roles[ANNA]
    team.clock.now_ms += 1_000
    desk.edit("product", flour, "shared", {"cost": 3, "name": "Wheat"})
    (verdict,) = (await desk.sync()).verdicts
    assert {loser.field for loser in verdict.losers} == {"cost", "name"}, "who decides over it hears it all"

    answer = await van.send()

    assert "cost" not in answer.text
    van.take_in(msgspec.json.decode(answer.content, type=SyncReply))
    (row,) = told(van)
    assert (row.v["lost"], row.v["kept"], list(row.v["stands"])) == (["name"], [], ["name"])
    history = await van.http.get(f"/api/history/{row.i}")
    assert history.status_code == 200
    assert "cost" not in history.text
    team.roles[BEN] = team.roles[MIRA]
    await van.sync()
    await van.sync()
    (row,) = told(van)
    assert (set(row.v["lost"]), row.v["kept"], set(row.v["stands"])) == ({"cost", "name"}, [], {"cost", "name"})

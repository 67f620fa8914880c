"""Distances by road come from the administrator's own routing server, which is asked only for what is not kept."""

import logging
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from osrm import Osrm, Spot, Way, crow_metres, plain
from ports import free_port
from routebook_server.backup.copying import copied_tables
from routebook_server.database import UnavailableDatabaseError
from routebook_server.roads.asking import Asked, RouterError
from routebook_server.roads.endpoints import MOST_PLACES
from routebook_server.roads.legs import KEEP_MS, Legs
from routebook_server.roads.pace import MOST_A_MINUTE
from routebook_server.roads.places import Place, cell_of
from routebook_server.roads.router import REST_S, Router
from routebook_server.roads.sweeping import LegSweeper
from server.team import House, open_house

SHOP, MILL, PIER, FARM = (50.0614, 19.9366), (50.0700, 19.9500), (50.0502, 19.9301), (50.1001, 20.0003)


@pytest.fixture
def osrm() -> Iterator[Osrm]:
    """A routing server."""
    with Osrm() as running:
        yield running


@pytest_asyncio.fixture
async def house(tmp_path: Path, address: str, osrm: Osrm) -> AsyncIterator[House]:
    """A house with a routing server, once on SQLite and once on PostgreSQL."""
    async with open_house(tmp_path / "data", database=address, roads=osrm.address) as running:
        yield running


def places(*spots: Spot) -> dict[str, Any]:
    """Return the body that asks for the ways between these."""
    return {"places": [{"latitude": round(a * 1e6), "longitude": round(b * 1e6)} for a, b in spots]}


async def ask(client: httpx.AsyncClient, *spots: Spot) -> dict[str, Any]:
    answer = await client.post("/api/roads", json=places(*spots))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def by_road(*spots: Spot) -> list[list[int]]:
    """Return the metres of the player's plain world."""
    return [[0 if a == b else round(1.5 * crow_metres(a, b)) for b in spots] for a in spots]


async def kept(house: House) -> int:
    [(count,)] = await house.application.database.fetch("SELECT count(*) FROM road_leg")
    return int(count)


async def code_of(client: httpx.AsyncClient, status: int, *spots: Spot) -> str:
    answer = await client.post("/api/roads", json=places(*spots))
    assert answer.status_code == status, answer.text
    return str(answer.json()["code"])


async def test_a_day_is_asked_for_once_and_answered_from_what_is_kept_afterwards(house: House, osrm: Osrm) -> None:
    client = await house.signed_in("rep")
    first = await ask(client, SHOP, MILL, PIER)
    assert first["metres"] == by_road(SHOP, MILL, PIER)
    assert first["seconds"][0][1] == round(0.15 * crow_metres(SHOP, MILL))
    assert osrm.asked == [(3, 3)]
    again = await ask(await house.signed_in("other_rep"), PIER, SHOP, MILL)
    assert again["metres"] == by_road(PIER, SHOP, MILL)
    assert osrm.asked == [(3, 3)], "a colleague's day costs nothing more"


async def test_of_a_stop_that_is_added_only_the_ways_from_it_and_to_it_are_asked_for(house: House, osrm: Osrm) -> None:
    client = await house.signed_in("rep")
    await ask(client, SHOP, MILL, PIER)
    osrm.asked.clear()
    assert (await ask(client, SHOP, MILL, PIER, FARM))["metres"] == by_road(SHOP, MILL, PIER, FARM)
    assert osrm.asked == [(1, 4), (3, 1)]


async def test_places_a_step_apart_are_one_and_cost_nothing_to_go_between(house: House, osrm: Osrm) -> None:
    client = await house.signed_in("rep")
    step = (SHOP[0] + 0.00002, SHOP[1] - 0.00003)
    found = await ask(client, SHOP, MILL, step)
    assert found["metres"][0][2] == found["metres"][2][0] == found["seconds"][0][2] == 0
    assert found["metres"][0][1] == found["metres"][2][1] > 0
    assert osrm.asked == [(2, 2)]
    assert await kept(house) == 2


async def test_one_way_streets_make_the_way_back_another_one(house: House, osrm: Osrm) -> None:
    osrm.way = lambda a, b: (700.4, 60.6) if a == SHOP else (4_200.0, 400.0)
    found = await ask(await house.signed_in("rep"), SHOP, MILL)
    assert found == {"metres": [[0, 700], [4_200, 0]], "seconds": [[0, 61], [400, 0]]}


async def test_where_no_road_leads_the_leg_is_null_and_that_is_kept_too(house: House, osrm: Osrm) -> None:
    def island(a: Spot, b: Spot) -> Way:
        return None if PIER in {a, b} else plain(a, b)

    osrm.way = island
    client = await house.signed_in("rep")
    for _ in range(2):
        found = await ask(client, SHOP, MILL, PIER)
        assert found["metres"][0][2] is found["metres"][2][1] is found["seconds"][2][0] is None
        assert found["metres"][0][1] == by_road(SHOP, MILL)[0][1]
        assert found["metres"][2][2] == 0
    assert osrm.asked == [(3, 3)]


async def test_a_place_outside_of_the_routing_servers_map_has_no_road_rather_than_the_maps_edge(
    house: House, osrm: Osrm
) -> None:
    osrm.off_road[FARM] = 250_000
    found = await ask(await house.signed_in("rep"), SHOP, FARM, MILL)
    assert found["metres"][0] == [0, None, by_road(SHOP, MILL)[0][1]]
    assert found["metres"][1] == [None, 0, None]


async def test_what_is_old_is_asked_for_again_and_swept(house: House, osrm: Osrm) -> None:
    client = await house.signed_in("rep")
    await ask(client, SHOP, MILL)
    house.clock.now_ms += KEEP_MS - 1
    client = await house.signed_in("rep")
    await ask(client, SHOP, MILL)
    assert osrm.asked == [(2, 2)]
    sweeper = house.application.roads.sweeper
    assert (await sweeper.sweep(), await kept(house)) == (0, 2)
    house.clock.now_ms += 1
    await ask(client, SHOP, FARM)
    assert (await sweeper.sweep(), await kept(house)) == (2, 2)
    osrm.asked.clear()
    await ask(client, SHOP, MILL)
    assert osrm.asked == [(2, 2)]


async def test_of_too_many_the_oldest_are_swept(house: House) -> None:
    database, clock = house.application.database, house.clock
    legs = Legs(database, most=4)
    client = await house.signed_in("rep")
    for spots in ((SHOP, MILL), (SHOP, PIER), (SHOP, FARM)):
        await ask(client, *spots)
        clock.advance(seconds=1)
    assert await LegSweeper(legs, clock).sweep() == 2
    cells = [cell_of(Place(round(a * 1e6), round(b * 1e6))) for a, b in (SHOP, MILL, PIER, FARM)]
    assert len(await legs.find(cells, clock())) == 4
    assert len(await legs.find(cells[:2], clock())) == 0


async def test_who_is_not_signed_in_is_refused_and_so_is_another_sites_page(house: House, osrm: Osrm) -> None:
    assert await code_of(house.client(), 401, SHOP, MILL) == "not_signed_in"
    client = await house.signed_in("rep")
    strange = await client.post("/api/roads", json=places(SHOP, MILL), headers={"origin": "https://elsewhere.example"})
    assert strange.status_code == 403
    assert osrm.asked == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "missing_field"),
        ({"places": []}, "wrong_type"),
        ({"places": [{"latitude": 1, "longitude": 1}]}, "wrong_type"),
        ({"places": [{"latitude": 90_000_001, "longitude": 1}, {"latitude": 1, "longitude": 1}]}, "wrong_type"),
        ({"places": [{"latitude": 1, "longitude": -180_000_001}, {"latitude": 1, "longitude": 1}]}, "wrong_type"),
        ({"places": [{"latitude": 50.5, "longitude": 1}, {"latitude": 1, "longitude": 1}]}, "wrong_type"),
        ({"places": [{"latitude": 1, "longitude": 1, "x": 1}, {"latitude": 1, "longitude": 1}]}, "unknown_field"),
    ],
)
async def test_what_are_no_places_is_refused_with_a_code(
    tmp_path: Path, osrm: Osrm, body: dict[str, Any], code: str
) -> None:
    async with open_house(tmp_path / "data", roads=osrm.address) as house:
        answer = await (await house.signed_in("rep")).post("/api/roads", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert osrm.asked == []


async def test_too_many_places_are_too_large_and_the_most_are_taken(tmp_path: Path, osrm: Osrm) -> None:
    def many(count: int) -> Sequence[Spot]:
        return [(35 + at / 100, 51.0) for at in range(count)]

    async with open_house(tmp_path / "data", roads=osrm.address) as house:
        client = await house.signed_in("rep")
        assert await code_of(client, 413, *many(MOST_PLACES + 1)) == "too_large"
        assert osrm.asked == []
        assert len((await ask(client, *many(MOST_PLACES)))["metres"]) == MOST_PLACES
        assert await kept(house) == MOST_PLACES * (MOST_PLACES - 1)


async def test_who_asks_too_often_is_told_how_long_to_wait_and_others_are_not(tmp_path: Path, osrm: Osrm) -> None:
    async with open_house(tmp_path / "data", roads=osrm.address) as house:
        client = await house.signed_in("rep")
        house.clock.now_ms += 60_000 - house.clock.now_ms % 60_000
        for _ in range(MOST_A_MINUTE):
            await ask(client, SHOP, MILL)
        house.clock.advance(seconds=18)
        refused = await client.post("/api/roads", json=places(SHOP, MILL))
        assert (refused.status_code, refused.json()["code"], refused.json()["retry_after"]) == (429, "rate_limited", 42)
        await ask(await house.signed_in("other_rep"), SHOP, MILL)
        house.clock.advance(seconds=42)
        await ask(client, SHOP, MILL)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>a portal</html>"),
        (200, b'{"code": "NoTable", "message": "x"}'),
        (200, b'{"code": "Ok", "distances": [[0, 1]], "durations": [[0, 1]]}'),
        (200, b'{"code": "Ok", "distances": [[0, 1], [1, 0]]}'),
        (200, b'{"code": "Ok", "distances": [[0, -1], [1, 0]], "durations": [[0, 1], [1, 0]]}'),
        (200, b'{"code": "Ok", "distances": [[0, 1e300], [1, 0]], "durations": [[0, 1], [1, 0]]}'),
        (200, b'{"code": "Ok", "distances": [[0, "1"], [1, 0]], "durations": [[0, 1], [1, 0]]}'),
        (200, b'{"code": "Ok", "x": "' + b"x" * 1_100_000 + b'"}'),
        (200, b"\xff\xfe"),
        (302, b""),
        (400, b'{"code": "InvalidQuery"}'),
        (500, b""),
    ],
)
async def test_an_answer_that_makes_no_sense_is_the_routing_servers_fault_and_is_not_kept(
    tmp_path: Path, osrm: Osrm, status: int, body: bytes
) -> None:
    osrm.reply = (status, body)
    async with open_house(tmp_path / "data", roads=osrm.address) as house:
        client = await house.signed_in("rep")
        assert await code_of(client, 503, SHOP, MILL) == "unavailable"
        assert await kept(house) == 0
        osrm.reply = None
        assert (await ask(client, SHOP, MILL))["metres"] == by_road(SHOP, MILL)


async def test_a_routing_server_that_is_away_is_unavailable_while_what_is_kept_is_answered(
    tmp_path: Path, osrm: Osrm, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with open_house(tmp_path / "data", roads=osrm.address) as house:
        client = await house.signed_in("rep")
        await ask(client, SHOP, MILL)
        osrm.close()
        assert await code_of(client, 503, SHOP, FARM) == "unavailable"
        assert (await ask(client, SHOP, MILL))["metres"] == by_road(SHOP, MILL)
    out, err = capfd.readouterr()
    logged = out + err + caplog.text
    assert "routing server" in logged
    assert not [number for number in ("50.061", "19.936", "50061", "20.000") if number in logged]


async def test_one_that_hangs_is_given_up_and_left_alone_for_a_while(osrm: Osrm) -> None:
    now = [1_000.0]
    osrm.holds = threading.Event()
    cells = [cell_of(Place(round(a * 1e6), round(b * 1e6))) for a, b in (SHOP, MILL)]
    asked = Asked(cells, cells)
    router = Router(osrm.address, lambda: now[0], within_s=0.05)
    with pytest.raises(RouterError, match="unreachable"):
        await router.table(asked)
    osrm.holds.set()
    now[0] += REST_S - 1
    with pytest.raises(RouterError, match="resting"):
        await router.table(asked)
    await router.close()
    patient = Router(osrm.address + "/", lambda: now[0])
    assert len(await patient.table(asked)) == 2
    await patient.close()


async def test_nobody_listening_is_unreachable() -> None:
    port = free_port()
    router = Router(f"http://127.0.0.1:{port}", lambda: 0.0)
    with pytest.raises(RouterError, match="unreachable"):
        await router.table(Asked([1, 2], [1, 2]))
    await router.close()


async def test_without_a_routing_server_there_is_nothing_and_the_app_is_told(tmp_path: Path, osrm: Osrm) -> None:
    async with open_house(tmp_path / "without") as house:
        assert await code_of(await house.signed_in("rep"), 404, SHOP, MILL) == "not_found"
        assert "roads" not in (await house.client().get("/api/health")).json()
    async with open_house(tmp_path / "with", roads=osrm.address) as house:
        assert (await house.client().get("/api/health")).json()["roads"] is True


def test_a_backup_leaves_out_what_can_be_asked_for_again() -> None:
    assert "road_leg" not in {table.name for table in copied_tables()}


async def test_a_database_that_cannot_keep_the_ways_still_has_them_answered(tmp_path: Path, osrm: Osrm) -> None:
    async with open_house(tmp_path / "data", roads=osrm.address) as house:
        client = await house.signed_in("rep")
        database: Any = house.application.database
        write, database.write = database.write, _no_room
        try:
            assert (await ask(client, SHOP, MILL))["metres"] == by_road(SHOP, MILL)
        finally:
            database.write = write
        assert await kept(house) == 0


async def _no_room(*_args: Any, **_options: Any) -> None:
    raise UnavailableDatabaseError("disk full")

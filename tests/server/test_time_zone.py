"""Where a person is, without any push: his app says so at its start, and he sets it himself."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from server.reminders import Scene, open_scene
from server.team import EWA, MAREK


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as opened:
        yield opened


async def zone_of(scene: Scene, person: str) -> object:
    """Return by which clock a person's reminders go."""
    await scene.reminding.follower.catch_up()
    [(time_zone,)] = await scene.read("SELECT time_zone FROM due_person WHERE person = ?", person)
    return time_zone


async def say(client: httpx.AsyncClient, time_zone: str, *, only_first: bool) -> httpx.Response:
    return await client.put("/api/time-zone", json={"time_zone": time_zone, "only_first": only_first})


async def test_whoever_has_no_push_lives_where_his_app_says(scene: Scene) -> None:
    ewa = await scene.house.signed_in("other_rep")
    await scene.write("person", EWA, "shared", time_zone=None)
    assert await zone_of(scene, EWA) == "UTC"
    assert (await say(ewa, "Asia/Tehran", only_first=True)).json() == {"time_zone": "Asia/Tehran"}
    assert await zone_of(scene, EWA) == "Asia/Tehran"


async def test_what_an_app_says_at_its_start_changes_no_home_and_sets_no_place_that_is_none(scene: Scene) -> None:
    assert (await say(scene.phone, "America/New_York", only_first=True)).json() == {"time_zone": "Europe/Warsaw"}
    await scene.write("person", MAREK, "shared", time_zone=None)
    for nowhere in ("Nowhere/Else", "../../etc/passwd", ""):
        answer = await say(scene.phone, nowhere, only_first=True)
        assert (answer.status_code, answer.json()) == (200, {"time_zone": ""})
    assert await zone_of(scene, MAREK) == "UTC"


async def test_who_moves_sets_where_he_is_and_rings_by_the_clock_there(scene: Scene) -> None:
    assert (await say(scene.phone, "Asia/Tehran", only_first=False)).json() == {"time_zone": "Asia/Tehran"}
    assert await zone_of(scene, MAREK) == "Asia/Tehran"
    [entry, *_] = (await scene.phone.get(f"/api/history/{MAREK}")).json()
    assert [(change["field"], change["new"]) for change in entry["changes"]] == [("time_zone", "Asia/Tehran")]
    refused = await say(scene.phone, "Nowhere/Else", only_first=False)
    assert (refused.status_code, refused.json()["field"]) == (400, "time_zone")
    assert await zone_of(scene, MAREK) == "Asia/Tehran"


@pytest.mark.parametrize("body", [{}, {"time_zone": 5}, {"time_zone": "x" * 61}, {"time_zone": "UTC", "more": 1}])
async def test_what_makes_no_sense_is_a_problem(scene: Scene, body: dict[str, object]) -> None:
    assert (await scene.phone.put("/api/time-zone", json=body)).status_code == 400

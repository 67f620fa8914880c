"""Older activity on demand: by date, page by page, for whoever holds the customer, and nobody else."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from server.devices import ANNA, BAKERY, BEN, CHEMIST, MIRA, NOON, SOUTH, Device, Team, make_id, open_team, problem_of
from server.test_archiving import KEEP, archived

DAY = 86_400_000


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        phone = opened.device(1, ANNA)
        for number in range(10):
            note = {"customer": BAKERY, "person": ANNA, "body": "x", "written_at": NOON + (number * 7) % 10}
            phone.edit("note", make_id(number + 1), BAKERY, note)
            visit = {"customer": BAKERY, "person": ANNA, "status": "done", "checked_in_at": NOON + 100 + number}
            phone.edit("visit", make_id(number + 100), BAKERY, visit)
        await phone.sync()
        opened.clock.now_ms += KEEP + DAY
        assert await archived(opened) == 18
        yield opened


async def ask(device: Device, customer: str = BAKERY, **query: Any) -> dict[str, Any]:
    """Return the answer to a question for older activity."""
    response = await device.http.get(f"/api/customers/{customer}/older", params=query)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def when(row: dict[str, Any]) -> int:
    return int(row["v"].get("written_at") or row["v"]["checked_in_at"])


async def test_pages_go_back_in_time_and_have_everything_once(team: Team) -> None:
    phone = team.device(1, ANNA)
    page = await ask(phone, limit=5)
    pages = [page]
    while page["next"]:
        page = await ask(phone, limit=5, before=page["next"])
        pages.append(page)
    rows = [row for page in pages for row in page["rows"]]
    assert [len(page["rows"]) for page in pages] == [5, 5, 5, 3]
    assert {page["count"] for page in pages} == {18}
    assert [when(row) for row in rows] == sorted(map(when, rows), reverse=True)
    assert len({row["i"] for row in rows}) == 18
    assert {row["k"] for row in rows} == {"visit", "note"}


async def test_a_customer_without_any_says_so(team: Team) -> None:
    assert await ask(team.device(3, BEN), CHEMIST) == {"rows": [], "count": 0, "next": ""}


async def test_only_who_holds_the_territory_reads_its_archive(team: Team) -> None:
    van, desk = team.device(3, BEN), team.device(4, MIRA)
    assert (await van.http.get(f"/api/customers/{BAKERY}/older")).status_code == 404
    await desk.sync()
    desk.edit("customer", BAKERY, BAKERY, {"territory": SOUTH})
    await desk.sync()
    assert (await ask(van))["count"] == 18
    assert (await team.device(1, ANNA).http.get(f"/api/customers/{BAKERY}/older")).status_code == 404


@pytest.mark.parametrize("customer", ["nobody", make_id(1), ANNA, "%00"])
async def test_what_is_no_customer_is_not_found(team: Team, customer: str) -> None:
    response = await team.device(4, MIRA).http.get(f"/api/customers/{customer}/older")
    assert (response.status_code, problem_of(response).code) == (404, "not_found")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "before=",
        "before=1",
        "before=x." + make_id(1),
        "before=1." + make_id(1) + "x",
    ],
)
async def test_a_question_that_makes_no_sense_gets_a_code(team: Team, query: str) -> None:
    response = await team.device(1, ANNA).http.get(f"/api/customers/{BAKERY}/older?{query}")
    assert (response.status_code, problem_of(response).code) == (400, "wrong_type")

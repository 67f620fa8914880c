"""A file goes out only to who may see its record, and never as something that a browser would run."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio

from routebook_server.records.store import Values
from server.files import BAKERY, CHEMIST, HARBOUR, JPEG, append, digest_of, send, settle_in, write_file
from server.team import NORTH, SOUTH, House, make_id, open_house
from server.test_app_bad_input import a_problem

PHOTO, OTHER, THIRD = make_id(31), make_id(32), make_id(33)
DIGEST = digest_of(JPEG)
ADDRESS = f"/api/files/{PHOTO}/{DIGEST}"
RANGES: list[tuple[str, int, int, int]] = [
    ("bytes=0-99", 206, 0, 100),
    ("bytes=100-", 206, 100, len(JPEG)),
    ("bytes=-10", 206, len(JPEG) - 10, len(JPEG)),
    (f"bytes=0-{len(JPEG) + 5}", 206, 0, len(JPEG)),
    (f"bytes=-{len(JPEG) + 5}", 206, 0, len(JPEG)),
    ("bytes=5-2", 200, 0, len(JPEG)),
    ("bytes=0-1,4-5", 200, 0, len(JPEG)),
    ("bytes=-", 200, 0, len(JPEG)),
    ("lines=1-2", 200, 0, len(JPEG)),
    ("bytes=99999999999999999-", 200, 0, len(JPEG)),
]


@pytest_asyncio.fixture
async def house(tmp_path: Path, address: str) -> AsyncIterator[House]:
    """A house with customers, once on SQLite and once on PostgreSQL; the bytes are on the disk in any case."""
    async with open_house(tmp_path / "data", database=address) as running:
        await settle_in(running)
        yield running


@pytest_asyncio.fixture
async def rep(house: House) -> httpx.AsyncClient:
    """The one who has taken the photo."""
    client = await house.signed_in("rep")
    await write_file(house, PHOTO, JPEG, name="półka.jpg")
    await send(client, PHOTO, JPEG)
    return client


async def test_a_rep_of_another_territory_finds_nothing(house: House, rep: httpx.AsyncClient) -> None:
    other = await house.signed_in("other_rep")
    a_problem(await other.get(ADDRESS), 404, "not_found")
    a_problem(await other.get(f"{ADDRESS}/upload"), 404, "not_found")
    a_problem(await append(other, PHOTO, DIGEST, 0, JPEG), 404, "not_found")


async def test_his_manager_and_an_administrator_see_it(house: House, rep: httpx.AsyncClient) -> None:
    for role in ("manager", "administrator"):
        assert (await (await house.signed_in(role)).get(ADDRESS)).content == JPEG


async def test_a_manager_sees_nothing_outside_his_region(house: House, rep: httpx.AsyncClient) -> None:
    await write_file(house, THIRD, JPEG, HARBOUR)
    await send(await house.signed_in("administrator"), THIRD, JPEG)
    a_problem(await (await house.signed_in("manager")).get(f"/api/files/{THIRD}/{DIGEST}"), 404, "not_found")


async def test_nobody_who_has_not_signed_in_gets_anything(house: House, rep: httpx.AsyncClient) -> None:
    stranger = house.client()
    for address in (ADDRESS, f"{ADDRESS}/upload", f"/api/files/{OTHER}/{DIGEST}"):
        a_problem(await stranger.get(address), 401, "not_signed_in")
    a_problem(await append(stranger, PHOTO, DIGEST, 0, JPEG), 401, "not_signed_in")


async def test_it_follows_the_customer_into_another_territory(house: House, rep: httpx.AsyncClient) -> None:
    await house.application.store.edit([Values("customer", BAKERY, BAKERY, {"territory": SOUTH})])
    a_problem(await rep.get(ADDRESS), 404, "not_found")
    assert (await (await house.signed_in("other_rep")).get(ADDRESS)).content == JPEG
    await house.application.store.edit([Values("customer", BAKERY, BAKERY, {"territory": NORTH})])
    assert (await rep.get(ADDRESS)).content == JPEG


async def test_a_deleted_one_is_not_there(house: House, rep: httpx.AsyncClient) -> None:
    await house.application.store.edit([Values("file", PHOTO, BAKERY, {"deleted": True})])
    a_problem(await rep.get(ADDRESS), 404, "not_found")


async def test_only_the_server_says_what_it_has(house: House, rep: httpx.AsyncClient) -> None:
    for number, name in enumerate(("stored", "stored_thumbnail"), 1):
        body = {
            "n": number, "kind": "file", "id": OTHER, "root": CHEMIST, "at": "0" * 18,
            "v": {"customer": CHEMIST, name: DIGEST},
        }  # fmt: skip
        session = (await rep.get("/api/session")).json()
        request = {
            "protocol": 2, "schema": "x", "device": session["device"], "now": house.clock(), "edits": [body],
            "cursors": {},
        }  # fmt: skip
        answer = (await rep.post("/sync", json=request)).json()
        assert [(one["verdict"], one.get("field")) for one in answer["verdicts"][-1:]] == [("rejected", name)]


async def test_no_browser_takes_it_for_a_page(rep: httpx.AsyncClient) -> None:
    answer = await rep.get(ADDRESS)
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''p%C3%B3%C5%82ka.jpg"
    # What a browser kept by itself would outlive a wipe of the device.
    assert "no-store" in headers["cache-control"]


async def test_a_type_that_was_changed_later_makes_no_page_of_it(house: House, rep: httpx.AsyncClient) -> None:
    await house.application.store.edit([Values("file", PHOTO, BAKERY, {"media_type": "text/html", "name": 'a"\r\nb'})])
    answer = await rep.get(ADDRESS)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''a%22%0D%0Ab"


async def test_a_player_asks_for_a_part(rep: httpx.AsyncClient) -> None:
    for asked, status, start, end in RANGES:
        answer = await rep.get(ADDRESS, headers={"range": asked})
        assert (answer.status_code, answer.content) == (status, JPEG[start:end]), asked
        assert answer.headers["content-length"] == str(end - start)
        told = f"bytes {start}-{end - 1}/{len(JPEG)}" if status == 206 else None
        assert answer.headers.get("content-range") == told


async def test_a_part_behind_the_end_is_refused(rep: httpx.AsyncClient) -> None:
    for asked in (f"bytes={len(JPEG)}-", "bytes=-0"):
        answer = await rep.get(ADDRESS, headers={"range": asked})
        assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(JPEG)}")

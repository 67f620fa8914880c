"""Who made a file sends its bytes wherever the record went meanwhile; he is given none of them there."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from routebook_server.records.store import Values
from server.files import BAKERY, CHUNK, JPEG, append, digest_of, kept, record_of, send, settle_in, write_file
from server.team import EWA, NORTH, SOUTH, House, make_id, open_house
from server.test_app_bad_input import a_problem

PHOTO = make_id(31)
DIGEST = digest_of(JPEG)
ADDRESS = f"/api/files/{PHOTO}/{DIGEST}"
THUMBNAIL = JPEG[:300]


@pytest_asyncio.fixture
async def house(tmp_path: Path, address: str) -> AsyncIterator[House]:
    """A house with customers, once on SQLite and once on PostgreSQL; the bytes are on the disk in any case."""
    async with open_house(tmp_path / "data", database=address) as running:
        await settle_in(running)
        yield running


@pytest_asyncio.fixture
async def author(house: House) -> httpx.AsyncClient:
    """The one who has taken the photo and not sent it."""
    thumbnail: dict[str, Any] = {"thumbnail": digest_of(THUMBNAIL), "thumbnail_size": len(THUMBNAIL)}
    await write_file(house, PHOTO, JPEG, **thumbnail)
    return await house.signed_in("rep")


async def move(house: House, territory: str = SOUTH) -> None:
    await house.application.store.edit([Values("customer", BAKERY, BAKERY, {"territory": territory})])


async def test_bytes_that_waited_arrive_after_the_customer_has_moved_and_are_the_new_owners(
    house: House, author: httpx.AsyncClient, tmp_path: Path
) -> None:
    await move(house)
    for body in (THUMBNAIL, JPEG):
        assert (await send(author, PHOTO, body))["stored"]
    a_problem(await author.get(ADDRESS), 404, "not_found")
    values = await record_of(house, PHOTO)
    assert (values["stored"], values["stored_thumbnail"]) == (DIGEST, digest_of(THUMBNAIL))
    assert (await (await house.signed_in("other_rep")).get(ADDRESS)).content == JPEG
    assert kept(tmp_path / "data") == sorted((DIGEST, digest_of(THUMBNAIL)))


async def test_an_upload_that_was_under_way_goes_on_after_the_move(house: House, author: httpx.AsyncClient) -> None:
    await append(author, PHOTO, DIGEST, 0, JPEG[:CHUNK])
    await move(house)
    assert (await author.get(f"{ADDRESS}/upload")).json()["offset"] == CHUNK
    assert (await send(author, PHOTO, JPEG))["stored"]


async def test_who_has_not_heard_that_it_arrived_hears_it_after_the_move(
    house: House, author: httpx.AsyncClient
) -> None:
    await send(author, PHOTO, JPEG)
    await move(house)
    told = {"offset": len(JPEG), "size": len(JPEG), "stored": True}
    assert (await author.get(f"{ADDRESS}/upload")).json() == told
    assert (await append(author, PHOTO, DIGEST, 0, JPEG[:CHUNK])).json() == told


async def test_bytes_arrive_after_their_authors_cover_has_ended(house: House, author: httpx.AsyncClient) -> None:
    answer = await (await house.signed_in("administrator")).put(
        f"/api/territories/{NORTH}/cover", json={"cover": [{"person": EWA}]}
    )
    assert answer.status_code < 300, answer.text
    a_problem(await author.get(ADDRESS), 404, "not_found")
    assert (await send(author, PHOTO, JPEG))["stored"]


async def test_nobody_else_sends_into_a_record_that_he_may_not_see(house: House, author: httpx.AsyncClient) -> None:
    other = await house.signed_in("other_rep")
    a_problem(await other.get(f"{ADDRESS}/upload"), 404, "not_found")
    a_problem(await append(other, PHOTO, DIGEST, 0, JPEG[:CHUNK]), 404, "not_found")


async def test_its_author_sends_nothing_but_what_it_names(house: House, author: httpx.AsyncClient) -> None:
    await move(house)
    other = digest_of(b"other")
    a_problem(await author.get(f"/api/files/{PHOTO}/{other}/upload"), 404, "not_found")
    a_problem(await append(author, PHOTO, other, 0, b"other"), 404, "not_found")
    a_problem(await append(author, PHOTO, DIGEST, 0, b"<html>" + JPEG[6:]), 422, "wrong_content")


@pytest.mark.parametrize("values", [{"deleted": True}, {"person": EWA}])
async def test_what_was_deleted_or_given_another_author_is_not_his_to_send(
    house: House, author: httpx.AsyncClient, values: dict[str, str | bool]
) -> None:
    await move(house)
    await house.application.store.edit([Values("file", PHOTO, BAKERY, dict(values))])
    a_problem(await author.get(f"{ADDRESS}/upload"), 404, "not_found")

"""A file comes in parts, in whatever order of mishaps, and is whole at the end or not there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from routebook_server.files.uploads import MAX_CHUNK, Uploads
from server.files import BAKERY, CHUNK, JPEG, append, digest_of, kept, parts, record_of, send, settle_in, write_file
from server.team import House, make_id, open_house
from server.test_app_bad_input import a_problem

PHOTO, OTHER = make_id(31), make_id(32)
THUMBNAIL = JPEG[:300]


@pytest_asyncio.fixture
async def house(tmp_path: Path, address: str) -> AsyncIterator[House]:
    """A house with customers, once on SQLite and once on PostgreSQL; the bytes are on the disk in any case."""
    async with open_house(tmp_path / "data", database=address) as running:
        await settle_in(running)
        yield running


async def test_a_photo_comes_chunk_by_chunk_and_its_record_says_that_it_is_there(house: House, tmp_path: Path) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    state = await send(client, PHOTO, JPEG)
    assert state == {"offset": len(JPEG), "size": len(JPEG), "stored": True}
    assert (await record_of(house, PHOTO))["stored"] == digest
    assert kept(tmp_path / "data") == [digest]
    assert parts(tmp_path / "data") == []
    answer = await client.get(f"/api/files/{PHOTO}/{digest}")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, JPEG, "image/jpeg")


async def test_the_small_picture_is_written_down_by_itself(house: House) -> None:
    client = await house.signed_in("rep")
    thumbnail = digest_of(THUMBNAIL)
    digest = await write_file(house, PHOTO, JPEG, thumbnail=thumbnail, thumbnail_size=len(THUMBNAIL))
    await send(client, PHOTO, THUMBNAIL)
    values = await record_of(house, PHOTO)
    assert (values.get("stored"), values["stored_thumbnail"]) == (None, thumbnail)
    assert (await client.get(f"/api/files/{PHOTO}/{thumbnail}")).content == THUMBNAIL
    a_problem(await client.get(f"/api/files/{PHOTO}/{digest}"), 404, "not_found")


async def test_who_asks_is_told_where_to_go_on(house: House) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    await append(client, PHOTO, digest, 0, JPEG[:CHUNK])
    asked = (await client.get(f"/api/files/{PHOTO}/{digest}/upload")).json()
    assert asked == {"offset": CHUNK, "size": len(JPEG), "stored": False}


@pytest.mark.parametrize("offset", [0, CHUNK - 1, CHUNK + 1, 2 * CHUNK])
async def test_a_chunk_for_another_place_is_refused_with_the_right_one(house: House, offset: int) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    await append(client, PHOTO, digest, 0, JPEG[:CHUNK])
    problem = a_problem(await append(client, PHOTO, digest, offset, b"x"), 409, "wrong_offset")
    assert problem["expected"] == CHUNK
    assert (await send(client, PHOTO, JPEG))["stored"]


async def test_two_at_once_spoil_nothing(house: House) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    answers = await asyncio.gather(*(append(client, PHOTO, digest, 0, JPEG[:CHUNK]) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    await send(client, PHOTO, JPEG)
    assert (await client.get(f"/api/files/{PHOTO}/{digest}")).content == JPEG


async def test_what_was_answered_is_there_after_a_restart(house: House, tmp_path: Path) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    await append(client, PHOTO, digest, 0, JPEG[:CHUNK])
    await house.application.close()
    async with open_house(
        tmp_path / "data", house.clock, again=True, database=house.application.settings.database
    ) as later:
        client = await later.signed_in("rep")
        assert (await client.get(f"/api/files/{PHOTO}/{digest}/upload")).json()["offset"] == CHUNK
        assert (await send(client, PHOTO, JPEG))["stored"]


async def test_a_server_that_dies_before_it_writes_down_does_so_when_it_is_asked_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)

    async def die(*_args: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(house.application.store, "edit", die)
        answer = await append(client, PHOTO, digest, 0, JPEG)
        assert answer.status_code == 500
    asked = (await client.get(f"/api/files/{PHOTO}/{digest}/upload")).json()
    assert asked == {"offset": len(JPEG), "size": len(JPEG), "stored": True}
    assert (await record_of(house, PHOTO))["stored"] == digest


async def test_a_server_that_dies_when_it_has_written_down_leaves_no_part_behind_once_it_is_asked_again(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)

    async def die(*_args: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(Uploads, "forget", die)
        answer = await append(client, PHOTO, digest, 0, JPEG)
        assert answer.status_code == 500
    assert len(parts(tmp_path / "data")) == 1
    asked = (await client.get(f"/api/files/{PHOTO}/{digest}/upload")).json()
    assert asked == {"offset": len(JPEG), "size": len(JPEG), "stored": True}
    assert parts(tmp_path / "data") == []


async def test_other_bytes_than_the_record_names_are_forgotten(house: House, tmp_path: Path) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    spoilt = JPEG[:-1] + b"?"
    a_problem(await append(client, PHOTO, digest, 0, spoilt), 422, "wrong_digest")
    assert (kept(tmp_path / "data"), parts(tmp_path / "data")) == ([], [])
    assert (await send(client, PHOTO, JPEG))["stored"]


async def test_more_bytes_than_the_record_says_are_refused(house: House) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    a_problem(await append(client, PHOTO, digest, 0, JPEG + b"x"), 413, "too_large")
    a_problem(await append(client, PHOTO, digest, 0, bytes(MAX_CHUNK + 1)), 413, "too_large")
    assert (await client.get(f"/api/files/{PHOTO}/{digest}/upload")).json()["offset"] == 0


async def test_the_same_bytes_under_two_records_are_kept_once_and_proved_by_each(house: House, tmp_path: Path) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    await send(client, PHOTO, JPEG)
    await write_file(house, OTHER, JPEG)
    # To know a digest is not to have the bytes.
    a_problem(await client.get(f"/api/files/{OTHER}/{digest}"), 404, "not_found")
    await send(client, OTHER, JPEG)
    assert (await client.get(f"/api/files/{OTHER}/{digest}")).content == JPEG
    assert kept(tmp_path / "data") == [digest]


async def test_a_record_that_is_made_to_name_other_bytes_gives_nobody_these(house: House) -> None:
    rep = await house.signed_in("rep")
    await write_file(house, PHOTO, JPEG)
    await send(rep, PHOTO, JPEG)
    secret = JPEG + b"secret"
    await write_file(house, OTHER, secret)
    await send(rep, OTHER, secret)
    await write_file(house, PHOTO, secret)
    a_problem(await rep.get(f"/api/files/{PHOTO}/{digest_of(secret)}"), 404, "not_found")
    assert (await record_of(house, PHOTO))["customer"] == BAKERY


async def test_bytes_are_not_taken_before_their_record(house: House) -> None:
    client = await house.signed_in("rep")
    a_problem(await client.get(f"/api/files/{PHOTO}/{digest_of(JPEG)}/upload"), 404, "not_found")
    a_problem(await append(client, PHOTO, digest_of(JPEG), 0, JPEG), 404, "not_found")

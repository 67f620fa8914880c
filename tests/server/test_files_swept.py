"""Bytes that nobody names any more go after a while, and no others; in a folder as in an object store."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from obstore.store import MemoryStore

from routebook_server.files.blobs import Blobs, DiskBlobs, Proof
from routebook_server.files.building import FilesSettingError, open_blobs
from routebook_server.files.object_blobs import ObjectBlobs
from routebook_server.files.sweeping import KEEP_MS, Swept
from routebook_server.files.uploads import KEEP_PART_MS
from routebook_server.records.store import Values
from routebook_server.settings import Settings
from server.files import BAKERY, JPEG, append, digest_of, kept, parts, send, settle_in, write_file
from server.team import House, make_id, open_house

PHOTO, OTHER = make_id(31), make_id(32)
DAY = 86_400_000


@pytest_asyncio.fixture
async def house(tmp_path: Path, address: str) -> AsyncIterator[House]:
    """A house with customers, once on SQLite and once on PostgreSQL; the bytes are on the disk in any case."""
    async with open_house(tmp_path / "data", database=address) as running:
        await settle_in(running)
        yield running


def age(path: Path, now_ms: int) -> None:
    """Let a file have been put there long ago."""
    then = (now_ms - max(KEEP_MS, KEEP_PART_MS)) / 1_000 - 60
    os.utime(path, (then, then))


def age_all(data: Path, now_ms: int) -> None:
    for path in (data / "files").rglob("*"):
        if path.is_file():
            age(path, now_ms)


async def swept(house: House) -> Swept:
    await house.application.projector.catch_up()
    return await house.application.files.sweeper.sweep()


async def test_what_a_record_names_stays_even_a_deleted_one(house: House, tmp_path: Path) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    await send(client, PHOTO, JPEG)
    await house.application.store.edit([Values("file", PHOTO, BAKERY, {"deleted": True})])
    age_all(tmp_path / "data", house.clock())
    assert await swept(house) == Swept()
    assert kept(tmp_path / "data") == [digest]


async def test_what_no_record_names_any_more_goes_but_not_at_once(house: House, tmp_path: Path) -> None:
    client = await house.signed_in("rep")
    await write_file(house, PHOTO, JPEG)
    await send(client, PHOTO, JPEG)
    other = await write_file(house, OTHER, JPEG + b"2")
    await send(client, OTHER, JPEG + b"2")
    nothing = {"digest": digest_of(b"x"), "stored": None}
    await house.application.store.edit([Values("file", PHOTO, BAKERY, nothing)])
    house.clock.now_ms = int(next((tmp_path / "data" / "files").glob("??/??/*")).stat().st_mtime * 1_000)
    assert await swept(house) == Swept()
    age_all(tmp_path / "data", house.clock())
    assert await swept(house) == Swept(blobs=1)
    assert kept(tmp_path / "data") == [other]


async def test_nothing_goes_while_nobody_can_tell_who_names_it(house: House, tmp_path: Path) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    await send(client, PHOTO, JPEG)
    age_all(tmp_path / "data", house.clock())
    sweeper: Any = house.application.files.sweeper
    await house.application.projector.catch_up()
    await house.application.database.write(lambda connection: connection.exec_driver_sql("DELETE FROM projection_file"))
    await house.application.database.write(
        lambda connection: connection.exec_driver_sql("UPDATE projection_cursor SET seq = seq - 1")
    )
    assert await sweeper._drop([digest], house.clock()) == 0
    assert kept(tmp_path / "data") == [digest]


async def test_a_part_that_nobody_goes_on_with_goes(house: House, tmp_path: Path) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    await append(client, PHOTO, digest, 0, JPEG[:5_000])
    assert (await swept(house)).parts == 0
    (part,) = parts(tmp_path / "data")
    age(part, house.clock())
    assert (await swept(house)).parts == 1
    assert (await client.get(f"/api/files/{PHOTO}/{digest}/upload")).json()["offset"] == 0
    assert (await send(client, PHOTO, JPEG))["stored"]


@pytest.fixture(params=["disk", "object store"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """Both stores, which must not differ."""
    return DiskBlobs(tmp_path / "blobs") if request.param == "disk" else ObjectBlobs(MemoryStore())


async def test_a_store_gives_back_what_was_put_into_it(blobs: Blobs, tmp_path: Path) -> None:
    source, body = tmp_path / "source", bytes(range(256)) * 20_000
    source.write_bytes(body)
    digest = digest_of(body)
    assert await blobs.size(digest) is None
    for _ in range(2):
        await blobs.put(digest, source)
    source.unlink()
    assert await blobs.size(digest) == len(body)
    for start, end in ((0, len(body)), (10, 20), (len(body) - 5, len(body)), (1_000, 900_000)):
        assert b"".join([piece async for piece in blobs.read(digest, start, end)]) == body[start:end]


async def test_a_disk_without_links_keeps_the_same_bytes_that_come_twice_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_names: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    source, body, blobs = tmp_path / "source", bytes(range(256)) * 20_000, DiskBlobs(tmp_path / "blobs")
    source.write_bytes(body)
    digest = digest_of(body)
    await asyncio.gather(*(blobs.put(digest, source) for _ in range(8)))
    assert b"".join([piece async for piece in blobs.read(digest, 0, len(body))]) == body
    assert [path.name for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == [digest]


async def test_a_store_lists_what_it_has_and_drops_only_what_is_old(blobs: Blobs, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(JPEG)
    digest = digest_of(JPEG)
    assert [some async for some in blobs.blobs() if some] == []
    await blobs.put(digest, source)
    [blob] = [blob async for some in blobs.blobs() for blob in some]
    assert blob.digest == digest
    assert not await blobs.drop(digest, blob.since_ms)
    assert await blobs.size(digest) == len(JPEG)
    assert await blobs.drop(digest, blob.since_ms + 1_000)
    assert await blobs.size(digest) is None
    assert await blobs.drop(digest, blob.since_ms + 1_000)


async def test_a_store_keeps_what_proves_a_file_apart_from_the_files_and_no_longer_than_they(
    blobs: Blobs, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_bytes(JPEG)
    proof, other = Proof(digest_of(JPEG), PHOTO, BAKERY), Proof(digest_of(JPEG), OTHER, BAKERY)
    await blobs.put(proof.digest, source)
    for _ in range(2):
        await blobs.prove(proof)
    assert [await blobs.is_proved(one) for one in (proof, other)] == [True, False]
    await blobs.prove(other)
    assert sorted([one async for some in blobs.proofs() for one in some]) == [proof, other]
    [blob] = [blob async for some in blobs.blobs() for blob in some]
    assert await blobs.drop(proof.digest, blob.since_ms + 1_000)
    assert [one async for some in blobs.proofs() for one in some] == []
    assert not await blobs.is_proved(proof)


async def test_what_a_store_has_not_is_not_found(blobs: Blobs) -> None:
    with pytest.raises(FileNotFoundError):
        _ = [piece async for piece in blobs.read("0" * 64, 0, 5)]


def test_the_setting_says_where_files_lie(tmp_path: Path) -> None:
    assert isinstance(open_blobs(Settings(data=tmp_path)), DiskBlobs)
    assert isinstance(open_blobs(Settings(data=tmp_path, files=str(tmp_path / "elsewhere"))), DiskBlobs)
    assert isinstance(open_blobs(Settings(data=tmp_path, files="s3://bucket/prefix")), ObjectBlobs)
    with pytest.raises(FilesSettingError, match="ROUTEBOOK_FILES=ftp://x"):
        open_blobs(Settings(data=tmp_path, files="ftp://x"))

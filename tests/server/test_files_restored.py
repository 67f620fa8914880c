"""Bytes that came after the backup are there after a restore, whenever their record comes back (G2)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from routebook_server.backup.restoring import restore_backup
from routebook_server.backup.taking import take_backup
from routebook_server.files.blobs import DiskBlobs
from routebook_server.files.copying import copy_blobs
from routebook_server.files.recalling import OFFERED_FOR_MS
from routebook_server.files.sweeping import Swept
from routebook_server.records.store import Values
from server.files import BAKERY, CHEMIST, JPEG, digest_of, kept, parts, record_of, send, settle_in, write_file
from server.team import House, make_id, open_house
from server.test_app_bad_input import a_problem
from server.test_backup import RESTORED_MS, unseen
from server.test_files_swept import age_all, swept

PHOTO, OTHER = make_id(31), make_id(32)
DIGEST = digest_of(JPEG)
ADDRESS = f"/api/files/{PHOTO}/{DIGEST}"
THUMBNAIL = JPEG[:300]
SMALL: dict[str, Any] = {"thumbnail": digest_of(THUMBNAIL), "thumbnail_size": len(THUMBNAIL)}
DAY = 86_400_000


@asynccontextmanager
async def restored(address: str, folder: Path) -> AsyncIterator[House]:
    """Open the house of a backup whose photo, with its small picture, came after it: its bytes lie where they lay."""
    backup, data = folder / "book.backup", folder / "data"
    async with open_house(data, database=address) as house:
        await settle_in(house)
        await take_backup(house.application.database, backup, unseen)
        client = await house.signed_in("rep")
        await write_file(house, PHOTO, JPEG, **SMALL)
        await send(client, PHOTO, JPEG)
        await send(client, PHOTO, THUMBNAIL)
    await restore_backup(backup, address, RESTORED_MS, unseen)
    async with open_house(data, again=True, database=address) as house:
        house.clock.now_ms = RESTORED_MS + DAY
        yield house


async def test_they_are_read_as_soon_as_their_record_was_offered_again(address: str, tmp_path: Path) -> None:
    async with restored(address, tmp_path) as house:
        client = await house.signed_in("rep")
        a_problem(await client.get(ADDRESS), 404, "not_found")
        await write_file(house, PHOTO, JPEG, **SMALL)
        assert (await client.get(ADDRESS)).content == JPEG
        assert (await record_of(house, PHOTO))["stored"] == DIGEST


async def test_a_device_that_offers_them_again_sends_none_of_them(address: str, tmp_path: Path) -> None:
    async with restored(address, tmp_path) as house:
        client = await house.signed_in("rep")
        await write_file(house, PHOTO, JPEG, **SMALL)
        told = {"offset": len(JPEG), "size": len(JPEG), "stored": True}
        assert (await client.get(f"{ADDRESS}/upload")).json() == told
        assert parts(tmp_path / "data") == []


async def test_their_record_says_so_though_nobody_asks(address: str, tmp_path: Path) -> None:
    async with restored(address, tmp_path) as house:
        await write_file(house, PHOTO, JPEG, **SMALL)
        await write_file(house, OTHER, JPEG + b"2")
        recaller = house.application.files.recaller
        await house.application.projector.catch_up()
        assert await recaller.recall_all() == 2
        values = await record_of(house, PHOTO)
        assert (values["stored"], values["stored_thumbnail"]) == (DIGEST, digest_of(THUMBNAIL))
        assert (await record_of(house, OTHER)).get("stored") is None
        await house.application.projector.catch_up()
        assert await recaller.recall_all() == 0


async def test_they_lie_there_for_as_long_as_devices_may_come_back_with_their_record(
    address: str, tmp_path: Path
) -> None:
    async with restored(address, tmp_path) as house:
        both = sorted((DIGEST, digest_of(THUMBNAIL)))
        house.clock.now_ms = RESTORED_MS + OFFERED_FOR_MS - DAY
        age_all(tmp_path / "data", house.clock())
        assert await swept(house) == Swept()
        assert kept(tmp_path / "data") == both
        house.clock.now_ms = RESTORED_MS + OFFERED_FOR_MS + DAY
        age_all(tmp_path / "data", house.clock())
        assert await swept(house) == Swept(blobs=2)
        assert list((tmp_path / "data" / "files").rglob(f"*{DIGEST}*")) == [], "nor does the proof stay"


async def test_a_digest_that_is_only_known_reads_nothing_after_a_restore_either(address: str, tmp_path: Path) -> None:
    async with restored(address, tmp_path) as house:
        client = await house.signed_in("rep")
        await write_file(house, OTHER, JPEG)
        a_problem(await client.get(f"/api/files/{OTHER}/{DIGEST}"), 404, "not_found")
        assert (await client.get(f"/api/files/{OTHER}/{DIGEST}/upload")).json()["offset"] == 0
        await house.application.projector.catch_up()
        assert await house.application.files.recaller.recall_all() == 0


async def test_a_record_of_that_id_below_another_customer_reads_nothing(address: str, tmp_path: Path) -> None:
    async with restored(address, tmp_path) as house:
        thief = await house.signed_in("other_rep")
        await write_file(house, PHOTO, JPEG, CHEMIST)
        a_problem(await thief.get(ADDRESS), 404, "not_found")
        assert (await thief.get(f"{ADDRESS}/upload")).json()["stored"] is False


async def test_bytes_of_another_length_than_the_record_says_are_none_of_its(address: str, tmp_path: Path) -> None:
    async with restored(address, tmp_path) as house:
        await write_file(house, PHOTO, JPEG, size=len(JPEG) + 1)
        a_problem(await (await house.signed_in("rep")).get(ADDRESS), 404, "not_found")


async def test_without_a_restore_nobody_goes_through_what_waits(address: str, tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", database=address) as house:
        await settle_in(house)
        await write_file(house, PHOTO, JPEG)
        await send(await house.signed_in("rep"), PHOTO, JPEG)
        await house.application.store.edit([Values("file", PHOTO, BAKERY, {"stored": None})])
        await house.application.projector.catch_up()
        assert await house.application.files.recaller.recall_all() == 0


async def test_a_backup_of_the_bytes_has_what_proves_them(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    async with open_house(data) as house:
        await settle_in(house)
        client = await house.signed_in("rep")
        await write_file(house, PHOTO, JPEG)
        await write_file(house, OTHER, JPEG)
        await send(client, PHOTO, JPEG)
        copy.mkdir()
        source, target = DiskBlobs(data / "files"), DiskBlobs(copy)
        assert (await copy_blobs(source, target, copy, lambda _looked_at: None)).new == 1
        await send(client, OTHER, JPEG)
        assert (await copy_blobs(source, target, copy, lambda _looked_at: None)).known == 1
        proofs = [proof async for some in target.proofs() for proof in some]
        assert sorted(proofs) == [(DIGEST, PHOTO, BAKERY), (DIGEST, OTHER, BAKERY)]

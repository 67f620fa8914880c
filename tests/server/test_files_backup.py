"""The bytes of files are copied beside a backup and back: only what is missing, and proved by their digest."""

import asyncio
import hashlib
from pathlib import Path
from typing import Final

import pytest

from routebook_server.cli import main
from routebook_server.files.blobs import DiskBlobs
from routebook_server.files.copying import Copied, copy_blobs
from server.files import BAKERY, JPEG, kept, send, settle_in, write_file
from server.team import make_id, open_house

pytestmark = pytest.mark.usefixtures("own_log")
BODIES: Final = [b"\xff\xd8\xff" + bytes([number]) * 300_000 for number in range(3)]


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A store with three files."""
    folder = tmp_path / "source"
    for body in BODIES:
        put(folder, body)
    (tmp_path / "target").mkdir()
    return folder


def put(folder: Path, body: bytes, digest: str = "") -> Path:
    digest = digest or digest_of(body)
    path = folder / digest[:2] / digest[2:4] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def bytes_in(folder: Path) -> set[bytes]:
    return {path.read_bytes() for path in folder.glob("??/??/*")}


async def copy(source: Path, target: Path) -> Copied:
    return await copy_blobs(DiskBlobs(source), DiskBlobs(target), target, lambda _looked_at: None)


async def test_only_what_is_missing_is_copied(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    assert await copy(source, target) == Copied(new=3, new_bytes=sum(map(len, BODIES)))
    assert bytes_in(target) == set(BODIES)
    put(source, JPEG)
    assert await copy(source, target) == Copied(new=1, new_bytes=len(JPEG), known=3)
    assert [path.name for path in target.iterdir() if len(path.name) != 2] == [], "nothing is left behind"


async def test_what_the_source_no_longer_has_stays_for_older_backups(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    await copy(source, target)
    put(source, BODIES[0]).unlink()
    assert await copy(source, target) == Copied(known=2)
    assert bytes_in(target) == set(BODIES)


async def test_damaged_bytes_are_named_and_not_copied(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    digest = digest_of(BODIES[1])
    put(source, BODIES[0], digest)
    copied = await copy(source, target)
    assert (copied.new, copied.damaged) == (2, (digest,))
    assert bytes_in(target) == {BODIES[0], BODIES[2]}


async def test_a_copy_that_was_cut_short_is_made_anew(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    put(target, BODIES[2][:1_000], digest_of(BODIES[2]))
    assert (await copy(source, target)).new == 3
    assert bytes_in(target) == set(BODIES)


def test_a_backup_takes_the_files_along_and_a_restore_brings_them_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, backup, files = tmp_path / "data", str(tmp_path / "book.backup"), tmp_path / "files"

    async def take_a_photo() -> None:
        async with open_house(data) as house:
            await settle_in(house)
            await write_file(house, make_id(31), JPEG, BAKERY)
            await send(await house.signed_in("rep"), make_id(31), JPEG)

    asyncio.run(take_a_photo())
    monkeypatch.setenv("DATA", str(data))

    def run(*arguments: str) -> str:
        assert main(arguments) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    assert "The bytes of 1 photos" in run("backup", f"{backup}.bare")
    assert f"{files}: 1 files new ({len(JPEG)} bytes), verified" in run("backup", backup, "--files", str(files))
    [digest] = kept(data)
    (data / "files" / digest[:2] / digest[2:4] / digest).unlink()
    assert "1 files new" in run("restore", backup, "--files", str(files))
    assert kept(data) == [digest]


def test_a_restore_whose_files_are_not_there_says_so_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, backup = tmp_path / "data", str(tmp_path / "book.backup")

    async def begin() -> None:
        async with open_house(data):
            pass

    asyncio.run(begin())
    monkeypatch.setenv("DATA", str(data))
    assert main(("backup", backup)) == 0
    before = (data / "routebook.db").read_bytes()
    capsys.readouterr()
    assert main(("restore", backup, "--files", str(tmp_path / "typo"))) != 0
    assert f"there is no folder {tmp_path / 'typo'}; nothing was restored" in capsys.readouterr().err
    assert (data / "routebook.db").read_bytes() == before

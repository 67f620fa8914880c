"""Whatever is sent as a file, and wherever: a problem with a code, never a fault, and nothing half kept."""

import base64
import errno
import io
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from routebook_server.files.content import HEAD, MEDIA_TYPES, is_taken, types_of
from routebook_server.files.office import is_office
from routebook_server.files.uploads import RESERVE
from routebook_server.records.store import RefusedError
from server.files import JPEG, append, digest_of, kept, parts, send, settle_in, write_file
from server.team import House, make_id, open_house
from server.test_app_bad_input import a_problem

PHOTO = make_id(31)
TEXTS = {
    "cp1250": "Zamówienie;żółty\n",
    "cp1251": "ягода;цена\nЗаказ;4\n",
    "cp1256": "سفارش;۴".replace("۴", "4"),
    "gbk": "订单;价格\n黑麦;4\n",
    "gb18030": "订单;价格\n黑麦;4\n",
    "utf-16": "Заказ;价格\n",
}
"""As spreadsheets and editors write it where people live."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = b"PK\x03\x04" + bytes(22)
CASES = Path(__file__).parents[2] / "pwa" / "src" / "lib" / "domain" / "office.cases.json"
OFFICES: list[dict[str, Any]] = json.loads(CASES.read_text(encoding="utf-8"))["cases"]
"""What the app judges by the same rule."""
GOOD: dict[str, bytes] = {
    "image/jpeg": b"\xff\xd8\xff\xdb",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "image/avif": b"\0\0\0\x1cftypavif",
    "image/heic": b"\0\0\0\x18ftypheic",
    "application/pdf": b"%PDF-1.7\n",
    "audio/webm;codecs=opus": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm",
    "audio/ogg": b"OggS\0\x02",
    "audio/mp4": b"\0\0\0\x1cftypM4A ",
    "audio/mpeg": b"ID3\x04",
    "audio/wav": b"RIFF\x10\0\0\0WAVEfmt ",
    "text/plain": "Zamówienie\n".encode(),
    "text/csv": b"name;price\nrye;4\n",
    DOCX: base64.b64decode(OFFICES[0]["zip"]),
}
BAD: dict[str, tuple[str, bytes]] = {
    "a page": ("text/plain", b"<!doctype html><script>alert(1)</script>"),
    "a page behind blanks": ("text/plain", b"\xef\xbb\xbf \n <html>"),
    "a page in the middle": ("text/csv", b"a;b\n<script>alert(1)</script>"),
    "a drawing with code": ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>"),
    "a drawing that says it is a picture": ("image/png", b"<svg/>"),
    "a program": ("application/pdf", b"MZ\x90\0"),
    "a program for Linux": ("image/jpeg", b"\x7fELF\x02"),
    "a shell script": ("text/plain", b"#!/bin/sh\nrm -rf /"),
    "a zip of anything": (DOCX, ZIP + b"\x05\0\0\0a.exe"),
    "a picture that says it is a document": ("application/pdf", b"\xff\xd8\xff\xdb"),
    "a film": ("video/x-matroska", b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska"),
    "nothing known": ("application/x-unknown", b"\0\x01\x02"),
    "text with a NUL": ("text/plain", b"a\0b"),
    "text in UTF-16 without its mark": ("text/plain", "Zamówienie".encode("utf-16-le")),
    "text in UTF-16 that ends inside a letter": ("text/plain", "Zamówienie".encode("utf-16")[:-1]),
    "text in UTF-32": ("text/plain", "Zamówienie".encode("utf-32")),
    "a page in UTF-16": ("text/plain", "<html>".encode("utf-16")),
    "a page in UTF-16 behind a word": ("text/plain", b"\xfe\xff" + "x <script>".encode("utf-16-be")),
    "a page in another coding": ("text/plain", " <html>Заказ".encode("cp1251")),
    "a page behind text in another coding": ("text/csv", "Заказ;1\n<script>".encode("cp1251")),
    "a drawing in another coding": ("text/plain", "<svg><title>Заказ</title></svg>".encode("cp1251")),
    "a page behind the mark of UTF-8": ("text/plain", b"\xef\xbb\xbf<p>\xff"),
    "a shell script in another coding": ("text/plain", "#!/bin/sh\n# Заказ".encode("cp1251")),
    "bytes without a NUL": ("text/plain", b"\xc5\xf3\x02\xfe"),
    "a packed file": ("text/csv", b"\x1f\x8b\x08\x08\xff\xff"),
    "a picture that says it is text": ("text/plain", b"\xff\xd8\xff\xdb"),
}

NOWHERE = [
    "/api/files/x/y",
    f"/api/files/{PHOTO}/y",
    f"/api/files/{PHOTO}/{'0' * 64}",
    f"/api/files/{'0' * 26}/{digest_of(JPEG)}",
    f"/api/files/{PHOTO}/..%2f..%2froutebook.db",
    f"/api/files/..%2f..%2f/{digest_of(JPEG)}",
    "/api/files/%00/%00",
    f"/api/files/{'é' * 30}/{'x' * 4_000}",
]


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path / "data") as running:
        await settle_in(running)
        yield running


@pytest_asyncio.fixture
async def client(house: House) -> httpx.AsyncClient:
    """The rep whose customer it is."""
    return await house.signed_in("rep")


async def test_what_reps_send_is_taken(house: House, client: httpx.AsyncClient) -> None:
    for number, (media_type, body) in enumerate(GOOD.items()):
        record = make_id(100 + number)
        await write_file(house, record, body, media_type=media_type, type="document")
        assert (await send(client, record, body))["stored"], media_type


async def test_what_is_no_photo_voice_note_or_document_is_refused(
    house: House, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    for name, (media_type, body) in BAD.items():
        digest = await write_file(house, PHOTO, body, media_type=media_type, type="document")
        a_problem(await append(client, PHOTO, digest, 0, body), 422, "wrong_content")
        assert (kept(tmp_path / "data"), parts(tmp_path / "data")) == ([], []), name


@pytest.mark.parametrize("case", OFFICES, ids=lambda case: str(case["what"]))
async def test_of_zips_office_documents_without_macros_are_taken(
    house: House, client: httpx.AsyncClient, tmp_path: Path, case: dict[str, Any]
) -> None:
    body = base64.b64decode(case["zip"])
    digest = await write_file(house, PHOTO, body, media_type=DOCX, type="document")
    answer = await append(client, PHOTO, digest, 0, body)
    if case["taken"]:
        assert answer.json()["stored"]
    else:
        a_problem(answer, 422, "wrong_content")
        assert (kept(tmp_path / "data"), parts(tmp_path / "data")) == ([], [])


@given(st.binary(max_size=200), st.binary(max_size=80))
def test_no_bytes_are_a_fault_to_whoever_looks_into_a_zip(start: bytes, end: bytes) -> None:
    assert not is_office(io.BytesIO(start + b"PK\x05\x06" + end))


@pytest.mark.parametrize("media_type", ["text/plain", "text/csv"])
@pytest.mark.parametrize("coding", TEXTS)
async def test_text_in_the_coding_of_a_country_is_taken(
    house: House, client: httpx.AsyncClient, coding: str, media_type: str
) -> None:
    for number, body in enumerate((TEXTS[coding].encode(coding), (TEXTS[coding] * HEAD).encode(coding))):
        await write_file(house, make_id(100 + number), body, media_type=media_type, type="document")
        assert (await send(client, make_id(100 + number), body))["stored"]
        assert is_taken(media_type, body[:HEAD])


def test_text_of_the_other_end_first_is_taken() -> None:
    assert is_taken("text/csv", b"\xfe\xff" + "Заказ;价格\n".encode("utf-16-be"))


async def test_one_byte_at_a_time_is_looked_at_all_the_same(
    house: House, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    body = b"<html>"
    digest = await write_file(house, PHOTO, body, media_type="text/plain", type="document")
    for at in range(len(body) - 1):
        assert (await append(client, PHOTO, digest, at, body[at : at + 1])).status_code == 200
    a_problem(await append(client, PHOTO, digest, len(body) - 1, body[-1:]), 422, "wrong_content")
    assert (kept(tmp_path / "data"), parts(tmp_path / "data")) == ([], [])


@given(st.binary(max_size=200))
def test_no_bytes_at_all_are_a_fault_or_of_a_type_that_is_not_taken(head: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"\0\0\0\x1cftyp", b"RIFF", b"\x1aE\xdf\xa3"):
        assert types_of(start + head) <= MEDIA_TYPES


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=3))
def test_text_may_be_cut_anywhere_where_only_its_beginning_is_looked_at(letters: str) -> None:
    whole = ("a" * (HEAD - 2) + letters + "ź" * 9).encode()
    assert is_taken("text/plain", whole[:HEAD]) == is_taken("text/plain", ("a" + letters).encode())


async def test_an_address_of_nothing_finds_nothing(house: House, client: httpx.AsyncClient) -> None:
    await write_file(house, PHOTO, JPEG)
    headers = {"content-type": "application/octet-stream", "upload-offset": "0"}
    for address in NOWHERE:
        for asked in (address, f"{address}/upload"):
            a_problem(await client.get(asked), 404, "not_found")
        a_problem(await client.patch(f"{address}/upload", content=JPEG, headers=headers), 404, "not_found")


async def test_an_offset_that_is_none_is_named(house: House, client: httpx.AsyncClient) -> None:
    digest = await write_file(house, PHOTO, JPEG)
    for offset in ("", "-1", "x", "9" * 40, "1.5"):
        headers = {"content-type": "application/octet-stream", "upload-offset": offset}
        answer = await client.patch(f"/api/files/{PHOTO}/{digest}/upload", content=JPEG, headers=headers)
        a_problem(answer, 400, "wrong_type", "missing_field")


async def test_bytes_that_say_they_are_something_else_are_not_read(house: House, client: httpx.AsyncClient) -> None:
    digest = await write_file(house, PHOTO, JPEG)
    for content_type in ("multipart/form-data", "text/plain", ""):
        headers = {"content-type": content_type, "upload-offset": "0"}
        answer = await client.patch(f"/api/files/{PHOTO}/{digest}/upload", content=JPEG, headers=headers)
        a_problem(answer, 415, "unsupported_type")


async def test_another_sites_page_cannot_send_bytes(house: House, client: httpx.AsyncClient) -> None:
    digest = await write_file(house, PHOTO, JPEG)
    headers = {
        "content-type": "application/octet-stream", "upload-offset": "0", "origin": "https://elsewhere.example",
    }  # fmt: skip
    answer = await client.patch(f"/api/files/{PHOTO}/{digest}/upload", content=JPEG, headers=headers)
    a_problem(answer, 403, "forbidden")


async def test_bytes_are_taken_nowhere_else(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sync", content=b"{}", headers={"content-type": "application/octet-stream"})
    a_problem(answer, 415, "unsupported_type")


async def test_a_record_without_a_size_or_too_large_a_one_is_refused_where_it_is_written(house: House) -> None:
    for wrong in ({"size": 0}, {"size": (32 << 20) + 1}, {"digest": "x"}, {"digest": digest_of(JPEG) + "\n"}):
        with pytest.raises(RefusedError):
            await write_file(house, PHOTO, JPEG, **wrong)


async def test_a_disk_without_room_says_so_and_leaves_some_for_the_records(
    house: House, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    digest = await write_file(house, PHOTO, JPEG)
    await append(client, PHOTO, digest, 0, JPEG[:5_000])
    uploads: Any = house.application.files.uploads
    with monkeypatch.context() as full:
        full.setattr(uploads, "_free", lambda _folder: RESERVE)
        problem = a_problem(await append(client, PHOTO, digest, 5_000, JPEG[5_000:]), 507, "no_space")
        assert problem["retry_after"] > 0
    assert kept(tmp_path / "data") == []
    assert (await send(client, PHOTO, JPEG))["stored"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
async def test_a_disk_that_runs_full_in_the_middle_of_a_chunk_keeps_what_was_answered(
    house: House, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    digest = await write_file(house, PHOTO, JPEG)
    await append(client, PHOTO, digest, 0, JPEG[:5_000])
    write = os.write
    written: list[int] = []

    def write_some(file: int, data: Any) -> int:
        if not written:
            written.append(write(file, data[:100]))
            return written[0]
        raise OSError(code, "no room")

    with monkeypatch.context() as full:
        full.setattr(os, "write", write_some)
        a_problem(await append(client, PHOTO, digest, 5_000, JPEG[5_000:]), 507, "no_space")
    assert written == [100]
    assert (await client.get(f"/api/files/{PHOTO}/{digest}/upload")).json()["offset"] == 5_000
    assert (await send(client, PHOTO, JPEG))["stored"]


async def test_a_disk_that_fails_otherwise_is_a_server_that_cannot_now(
    house: House, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = await write_file(house, PHOTO, JPEG)

    def fail(*_arguments: Any) -> int:
        raise OSError(errno.EIO, "broken")

    with monkeypatch.context() as broken:
        broken.setattr(os, "write", fail)
        a_problem(await append(client, PHOTO, digest, 0, JPEG), 503, "unavailable")
    assert (await send(client, PHOTO, JPEG))["stored"]

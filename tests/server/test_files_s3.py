"""Files in an object store: sent, served and swept over S3's own protocol; parts stay on this machine's disk."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from routebook_server.files.sweeping import KEEP_MS, Swept
from routebook_server.records.store import Values
from server.files import BAKERY, JPEG, digest_of, kept, parts, record_of, send, settle_in, write_file
from server.s3 import KEY, S3, SECRET
from server.team import House, make_id, open_house
from server.test_app_bad_input import a_problem

PHOTO: Final = make_id(31)
PLACE: Final = "s3://bucket/team"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """A bucket on this machine, known to the process as an operator makes it known."""
    with S3() as store:
        settings = {
            "AWS_ENDPOINT_URL": store.address,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "local",
        }
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield store


@pytest_asyncio.fixture
async def house(s3: S3, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path / "data", files=PLACE) as running:
        await settle_in(running)
        yield running


async def test_a_photo_goes_into_the_bucket_and_comes_out_again(house: House, s3: S3, tmp_path: Path) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    await send(client, PHOTO, JPEG)
    assert {key: body for key, (body, _at) in s3.objects.items()} == {
        f"team/{digest[:2]}/{digest}": JPEG,
        f"team/proofs/{digest[:2]}/{digest}/{PHOTO}-{BAKERY}": b"",
    }
    assert (kept(tmp_path / "data"), parts(tmp_path / "data")) == ([], [])
    address = f"/api/files/{PHOTO}/{digest}"
    assert (await client.get(address)).content == JPEG
    answer = await client.get(address, headers={"range": "bytes=100-199"})
    assert (answer.status_code, answer.content) == (206, JPEG[100:200])
    assert s3.unsigned == []


async def test_who_signs_with_another_secret_is_kept_out(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret of somebody else's")
    async with open_house(tmp_path / "data", files=PLACE) as house:
        await settle_in(house)
        client = await house.signed_in("rep")
        digest = await write_file(house, PHOTO, JPEG)
        headers = {"content-type": "application/octet-stream", "upload-offset": "0"}
        answer = await client.patch(f"/api/files/{PHOTO}/{digest}/upload", content=JPEG, headers=headers)
        a_problem(answer, 503, "unavailable")
    assert s3.objects == {}
    assert all(one.endswith("SignatureDoesNotMatch") for one in s3.unsigned)
    assert s3.unsigned


async def test_a_bucket_that_refuses_is_a_server_that_cannot_now_and_nothing_is_sent_twice(
    house: House, s3: S3, tmp_path: Path
) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    s3.refusing = True
    headers = {"content-type": "application/octet-stream", "upload-offset": "0"}
    answer = await client.patch(f"/api/files/{PHOTO}/{digest}/upload", content=JPEG, headers=headers)
    a_problem(answer, 503, "unavailable")
    assert (await record_of(house, PHOTO)).get("stored") is None
    s3.refusing = False
    # The part is whole: the device only asks once more.
    asked = (await client.get(f"/api/files/{PHOTO}/{digest}/upload")).json()
    assert asked["offset"] == len(JPEG)
    assert (await send(client, PHOTO, JPEG))["stored"]
    s3.refusing = True
    a_problem(await client.get(f"/api/files/{PHOTO}/{digest}"), 503, "unavailable")


async def test_what_no_record_names_leaves_the_bucket(house: House, s3: S3) -> None:
    client = await house.signed_in("rep")
    digest = await write_file(house, PHOTO, JPEG)
    await send(client, PHOTO, JPEG)
    key = f"team/{digest[:2]}/{digest}"
    s3.objects[key] = (JPEG, (house.clock() - KEEP_MS) / 1_000 - 60)
    application = house.application
    await application.projector.catch_up()
    assert await application.files.sweeper.sweep() == Swept()
    await application.store.edit([Values("file", PHOTO, BAKERY, {"digest": digest_of(b"x"), "stored": None})])
    await application.projector.catch_up()
    assert await application.files.sweeper.sweep() == Swept(blobs=1)
    assert s3.objects == {}
    assert s3.unsigned == [], "what lists and deletes is signed too"

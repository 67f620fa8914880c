"""Every door goes by the rights that a sender has once his body is there, and waits for none for ever (G5)."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest

from routebook_server.files.uploads import Uploads
from routebook_server.web.problems import JsonRequest
from routebook_sync.messages import ProblemCode
from server.files import JPEG, append, digest_of, kept, parts, record_of, settle_in, write_file
from server.slowly import Slowly
from server.team import EWA, MAREK, NORTH, PASSWORD, House, make_id
from server.test_live_rights import deactivate, revoke, sign_out, take_cover, wipe

Change = Callable[[House, httpx.AsyncClient], Awaitable[None]]
CHANGES: Final[list[Change]] = [revoke, wipe, deactivate, sign_out]
PHOTO: Final = make_id(31)
DIGEST: Final = digest_of(JPEG)
PLACES: Final = [{"latitude": 52_000_000, "longitude": 21_000_000}, {"latitude": 52_100_000, "longitude": 21_000_000}]
DOORS: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "password": ("POST", "/api/password", {"old": PASSWORD, "new": "a better one"}),
    "person": (
        "POST",
        "/api/people",
        {"name": "Zoe", "email": "zoe@demo.example", "password": PASSWORD, "role": "rep"},
    ),
    "person's change": ("PATCH", f"/api/people/{MAREK}", {"active": True}),
    "cover": ("PUT", f"/api/territories/{NORTH}/cover", {"cover": [{"person": EWA}]}),
    "push": ("PUT", "/api/push/subscription", {"endpoint": "https://push.example/1", "p256dh": "", "auth": ""}),
    "zone": ("PUT", "/api/time-zone", {"time_zone": "Europe/Warsaw"}),
    "roads": ("POST", "/api/roads", {"places": PLACES}),
}
OPEN_DOORS: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "sign-in": ("POST", "/api/session", {"email": "marek@demo.example", "password": PASSWORD}),
    "shown": ("POST", f"/api/reminders/{make_id(90)}/shown", {"token": "x"}),
    "act": ("POST", f"/api/reminders/{make_id(90)}/act", {"token": "x", "action": "done"}),
}
"""They ask for no session: who signs in has none yet, and a reminder's secret is in the body."""


def photo(client: httpx.AsyncClient, offset: int = 0) -> Slowly:
    path = f"/api/files/{PHOTO}/{DIGEST}/upload"
    sent_as = "application/octet-stream"
    return Slowly(client, path, JPEG[offset:], method="PATCH", sent_as=sent_as, upload_offset=str(offset))


async def arrive(house: House, client: httpx.AsyncClient, slowly: Slowly, change: Change) -> None:
    """Send a request whose sender's rights change before its last byte is there."""
    answering = asyncio.create_task(slowly.run(house.application))
    await slowly.began.wait()
    await change(house, client)
    slowly.let_through.set()
    await answering


@pytest.mark.parametrize("change", CHANGES)
async def test_bytes_of_a_file_are_taken_by_the_rights_of_when_they_are_there(
    house: House, change: Change, tmp_path: Path
) -> None:
    await settle_in(house)
    await write_file(house, PHOTO, JPEG)
    client = await house.signed_in("rep")
    slowly = photo(client)
    await arrive(house, client, slowly, change)

    assert slowly.status == 401
    assert (kept(tmp_path / "data"), parts(tmp_path / "data")) == ([], [])


async def test_nobody_sends_bytes_to_a_customer_whom_he_has_lost_meanwhile(house: House, tmp_path: Path) -> None:
    await settle_in(house)
    await write_file(house, PHOTO, JPEG, person=EWA)
    client = await house.signed_in("rep")
    slowly = photo(client)
    await arrive(house, client, slowly, take_cover)

    assert (slowly.status, slowly.code) == (404, ProblemCode.NOT_FOUND)
    assert parts(tmp_path / "data") == []


async def test_nobody_is_listened_to_whom_nobody_knows(house: House) -> None:
    slowly = photo(house.client())
    await slowly.run(house.application)

    assert (slowly.status, slowly.began.is_set()) == (401, False)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("step", ["append", "put"])
async def test_a_file_is_stored_by_the_rights_of_when_all_of_it_is_kept(
    house: House, change: Change, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settle_in(house)
    await write_file(house, PHOTO, JPEG)
    client = await house.signed_in("rep")
    whose: Any = Uploads if step == "append" else type(house.application.files.blobs)
    work = getattr(whose, step)

    async def work_late(self: Any, *given: Any) -> Any:
        done = await work(self, *given)
        await change(house, client)
        return done

    monkeypatch.setattr(whose, step, work_late)
    answer = await append(client, PHOTO, DIGEST, 0, JPEG)

    assert answer.status_code == 401
    assert "stored" not in await record_of(house, PHOTO)
    manager = await house.signed_in("administrator")
    assert (await manager.get(f"/api/files/{PHOTO}/{DIGEST}")).status_code == 404
    monkeypatch.setattr(whose, step, work)
    if change is revoke:  # Who signs in again goes on where he was.
        again = await append(await house.signed_in("rep"), PHOTO, DIGEST, len(JPEG), b"")
        assert again.json()["stored"]


@pytest.mark.parametrize("door", DOORS)
async def test_a_request_is_taken_by_the_rights_of_when_its_body_is_there(house: House, door: str) -> None:
    method, path, asked = DOORS[door]
    client = await house.signed_in("administrator")
    slowly = Slowly(client, path, msgspec.json.encode(asked), method=method)
    await arrive(house, client, slowly, revoke)

    assert (slowly.status, slowly.code) == (401, ProblemCode.DEVICE_REVOKED)


@pytest.mark.parametrize("door", [*DOORS, *OPEN_DOORS, "photo"])
async def test_no_door_waits_for_ever(house: House, door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await house.signed_in("administrator")
    if door == "photo":
        slowly = photo(client)
    else:
        method, path, asked = {**DOORS, **OPEN_DOORS}[door]
        slowly = Slowly(client, path, msgspec.json.encode(asked), method=method)
    monkeypatch.setattr(JsonRequest, "body_s", 0.01)
    async with asyncio.timeout(30):
        await slowly.run(house.application)

    assert (slowly.status, slowly.code) == (503, ProblemCode.UNAVAILABLE)

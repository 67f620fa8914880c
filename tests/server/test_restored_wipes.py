"""A wipe that was done before the backup is done after a restore; one whose device may have more to bring is not."""

from pathlib import Path
from typing import Any

import pytest

from routebook_server.backup.bans import DeviceBan, either
from routebook_server.backup.restoring import restore_backup
from routebook_server.backup.taking import take_backup
from routebook_sync.clock import Clock, stamp_from_clock
from server.team import MAREK, NORTH, START_MS, House, make_id, open_house
from server.test_backup import RESTORED_MS, signed_in_device, sync, unseen

BAKERY = make_id(50)
IDLE = {"version": "1"}


def edit(n: int, device: int, values: dict[str, Any]) -> dict[str, Any]:
    stamp = stamp_from_clock(Clock(START_MS - 1000 + n, 0, device))
    return {"n": n, "kind": "customer", "id": BAKERY, "root": BAKERY, "v": values, "at": stamp}


async def wipe(house: House, phone: Any, device: int) -> None:
    """Have a device wiped, and let it tell that nothing waits."""
    administrator, _ = await signed_in_device(house, "administrator")
    assert (await administrator.post(f"/api/devices/{device}/wipe", json={})).status_code == 204
    reply = await sync(phone, device, report=IDLE)
    assert "wipe" in [asked.control for asked in reply.control]


async def found_after(house: House, before: Any, device: int) -> tuple[dict[str, Any], list[str]]:
    """Return a device as the list has it, and what becomes of an edit that its cookie sends."""
    phone = house.client()
    phone.cookies = before.cookies
    manager, _ = await signed_in_device(house, "manager")
    listed = next(one for one in (await manager.get("/api/devices")).json() if one["number"] == device)
    reply = await sync(phone, device, edits=[edit(2, device, {"city": "Hel"})])
    assert "wipe" in [asked.control for asked in reply.control]
    return listed, [f"{verdict.verdict} {verdict.code}" for verdict in reply.verdicts]


async def test_a_phone_that_was_wiped_before_the_backup_is_wiped_after_a_restore_and_its_cookie_changes_nothing(
    address: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path / "data", database=address) as house:
        marek, device = await signed_in_device(house)
        await sync(marek, device, edits=[edit(1, device, {"name": "Bakery", "territory": NORTH})])
        await wipe(house, marek, device)
        await take_backup(house.application.database, tmp_path / "book.backup", unseen)
    await restore_backup(tmp_path / "book.backup", address, RESTORED_MS, unseen)
    async with open_house(tmp_path / "data", again=True, database=address) as house:
        listed, became = await found_after(house, marek, device)
        assert (listed["wiped_at"], listed["revoked_at"]) == (START_MS, START_MS)
        assert became == ["held forbidden"]


async def test_a_phone_that_was_wiped_since_is_not_asked_again_where_the_backup_has_all_that_it_brought(
    address: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path / "data", database=address) as house:
        marek, device = await signed_in_device(house)
        await sync(marek, device, edits=[edit(1, device, {"name": "Bakery", "territory": NORTH})])
        await take_backup(house.application.database, tmp_path / "book.backup", unseen)
        await wipe(house, marek, device)
    await restore_backup(tmp_path / "book.backup", address, RESTORED_MS, unseen)
    async with open_house(tmp_path / "data", again=True, database=address) as house:
        listed, became = await found_after(house, marek, device)
        assert (listed["wiped_at"], listed["revoked_at"]) == (START_MS, START_MS)
        assert became == ["held forbidden"]


def ban(wiped_at: int | None = None, revoked_at: int | None = None, pushed: int = 5) -> DeviceBan:
    return DeviceBan(MAREK, revoked_at, wiped_at, pushed)


OPEN, REVOKED, TO_WIPE, WIPED = ban(), ban(revoked_at=1), ban(wiped_at=2), ban(2, 3)
EXPECTED = {
    "let in": (OPEN, OPEN, OPEN),
    "revoked since": (OPEN, REVOKED, REVOKED),
    "revoked before": (REVOKED, REVOKED, REVOKED),
    "revoked before, to be wiped since": (REVOKED, TO_WIPE, TO_WIPE),
    "revoked before, wiped since": (REVOKED, WIPED, WIPED),
    "to be wiped since": (OPEN, TO_WIPE, TO_WIPE),
    "to be wiped before": (TO_WIPE, TO_WIPE, TO_WIPE),
    "wiped since, all in the backup": (OPEN, WIPED, WIPED),
    "wiped since, not all in the backup": (OPEN, ban(2, 3, pushed=6), TO_WIPE),
    "wiped before": (WIPED, WIPED, WIPED),
    "wiped before, and heard from since": (WIPED, ban(2, 3, pushed=6), WIPED),
}


@pytest.mark.parametrize(("backed_up", "last", "restored"), EXPECTED.values(), ids=EXPECTED)
def test_a_device_is_let_in_as_both_books_say_together(
    backed_up: DeviceBan, last: DeviceBan, restored: DeviceBan
) -> None:
    assert either(backed_up, last) == restored

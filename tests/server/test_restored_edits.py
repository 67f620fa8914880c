"""What was acknowledged is there after a restore, whoever comes first and whatever its author may do by then (G2)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from routebook_server.backup.restoring import restore_backup
from routebook_server.backup.taking import take_backup
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.messages import Row, SyncReply
from server.team import EWA, MAREK, NORTH, SOUTH, START_MS, House, make_id, open_house
from server.test_backup import RESTORED_MS, signed_in_device, sync, unseen

BAKERY, OLA = make_id(50), make_id(51)
BACKUP = "book.backup"


def edit(n: int, device: int, ms: int, values: dict[str, Any]) -> dict[str, Any]:
    stamp = stamp_from_clock(Clock(START_MS - 1000 + ms, 0, device))
    return {"n": n, "kind": "customer", "id": BAKERY, "root": BAKERY, "v": values, "at": stamp}


@asynccontextmanager
async def restored(address: str, folder: Path) -> AsyncIterator[House]:
    """Restore the backup of a house and open it again."""
    await restore_backup(folder / BACKUP, address, RESTORED_MS, unseen)
    async with open_house(folder / "data", again=True, database=address) as house:
        yield house


def signed_in_still(house: House, before: Any) -> Any:
    """Return a client with the session that another had ``before`` the restore."""
    client = house.client()
    client.cookies = before.cookies
    return client


async def cover(client: Any, territory: str, *people: str) -> None:
    answer = await client.put(
        f"/api/territories/{territory}/cover", json={"cover": [{"person": one} for one in people]}
    )
    assert answer.status_code < 300, answer.text


def offers(reply: SyncReply) -> list[Row]:
    return [row for rows in reply.rows.values() for row in rows if row.k == "held_edit"]


async def test_an_edit_of_a_customer_who_came_after_the_backup_waits_for_the_move_to_come_back(
    address: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path / "data", database=address) as house:
        marek, one = await signed_in_device(house)
        ewa, two = await signed_in_device(house, "other_rep")
        anna, three = await signed_in_device(house, "manager")
        await sync(marek, one, edits=[edit(1, one, 1, {"name": "Bakery", "territory": NORTH})])
        await sync(ewa, two)
        await take_backup(house.application.database, tmp_path / BACKUP, unseen)
        moved = await sync(anna, three, edits=[edit(1, three, 2, {"territory": SOUTH})])
        hers = await sync(ewa, two)
        told = await sync(ewa, two, cursors=hers.cursors, edits=[edit(1, two, 3, {"city": "Hel"})])
        assert (told.pushed, told.verdicts) == (1, [])
    async with restored(address, tmp_path) as house:
        phone, desk = signed_in_still(house, ewa), signed_in_still(house, anna)
        reply = await sync(phone, two, cursors=told.cursors, ack=1)
        assert reply.pushed == 0
        reply = await sync(phone, two, cursors=reply.cursors, again=[1], edits=[edit(1, two, 3, {"city": "Hel"})])
        assert [(verdict.verdict, verdict.code) for verdict in reply.verdicts] == [("held", "forbidden")]
        back = await sync(desk, three, cursors=moved.cursors, ack=1)
        await sync(desk, three, cursors=back.cursors, again=[1], edits=[edit(1, three, 2, {"territory": SOUTH})])
        last = await sync(phone, two, cursors={}, ack=1)
        [offer] = [row for row in offers(last) if row.r == BAKERY]
        assert offer.v["values"] == {"city": "Hel"}, "it came to her with the customer, and is hers to apply"


async def test_an_edit_is_kept_for_whoever_has_the_customer_that_was_taken_from_its_author(
    address: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path / "data", database=address) as house:
        marek, device = await signed_in_device(house)
        administrator, _ = await signed_in_device(house, "administrator")
        await sync(marek, device, edits=[edit(1, device, 1, {"name": "Bakery", "territory": NORTH})])
        await take_backup(house.application.database, tmp_path / BACKUP, unseen)
        told = await sync(marek, device, edits=[edit(2, device, 2, {"city": "Hel"})])
        assert (told.pushed, told.verdicts) == (2, [])
        await cover(administrator, NORTH, EWA)
        dropped = await sync(marek, device, cursors=told.cursors, ack=2)
        assert f"t:{NORTH}" not in dropped.grants
    async with restored(address, tmp_path) as house:
        phone = signed_in_still(house, marek)
        reply = await sync(phone, device, cursors=dropped.cursors, ack=2)
        assert reply.pushed == 1
        edits = [edit(2, device, 2, {"city": "Hel"})]
        reply = await sync(phone, device, cursors=reply.cursors, ack=1, again=[2], edits=edits)
        assert [(verdict.verdict, verdict.code) for verdict in reply.verdicts] == [("held", "forbidden")]


async def test_a_late_repetition_that_meets_a_restored_server_first_takes_no_number_and_its_device_offers_it_again(
    address: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path / "data", database=address) as house:
        marek, device = await signed_in_device(house)
        administrator, _ = await signed_in_device(house, "administrator")
        first = await sync(marek, device)
        await take_backup(house.application.database, tmp_path / BACKUP, unseen)
        await cover(administrator, SOUTH, MAREK)
        edits = [edit(1, device, 1, {"name": "Bakery", "territory": SOUTH})]
        told = await sync(marek, device, cursors=first.cursors, edits=edits)
        assert (told.pushed, told.verdicts) == (1, [])
    async with restored(address, tmp_path) as house:
        phone = signed_in_still(house, marek)
        late = await sync(phone, device, cursors=first.cursors, edits=edits)
        assert (late.pushed, late.verdicts) == (0, []), "its device has not heard of the restore"
        other = [edit(1, device, 2, {"name": "Butcher", "territory": SOUTH})]
        reply = await sync(phone, device, cursors=late.cursors, edits=other)
        assert [(verdict.verdict, verdict.code) for verdict in reply.verdicts] == [("rejected", "forbidden")], (
            "who has heard of the restore has no such rights"
        )
        offered = [{**edits[0], "n": 2}]
        again = await sync(phone, device, cursors=reply.cursors, ack=1, edits=offered, again=[2])
        assert [(verdict.verdict, verdict.code) for verdict in again.verdicts] == [("held", "forbidden")]


async def test_what_others_changed_waits_after_a_restore_until_whoever_made_it_brings_it_back(
    address: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path / "data", database=address) as house:
        marek, device = await signed_in_device(house)
        anna, desk = await signed_in_device(house, "manager")
        await take_backup(house.application.database, tmp_path / BACKUP, unseen)
        made = [
            edit(1, device, 1, {"name": "Bakery", "territory": NORTH}),
            {**edit(2, device, 2, {"customer": BAKERY, "name": "Ola"}), "kind": "contact", "id": OLA},
        ]
        told = await sync(marek, device, edits=made)
        changed = [
            {**edit(1, desk, 3, {"phone": "123"}), "kind": "contact", "id": OLA},
            edit(2, desk, 4, {"city": "Hel"}),
        ]
        hers = await sync(anna, desk, edits=changed)
        assert (told.pushed, hers.pushed) == (2, 2)
    async with restored(address, tmp_path) as house:
        phone, again = signed_in_still(house, marek), signed_in_still(house, anna)
        heard = await sync(again, desk, cursors=hers.cursors, ack=2)
        waits = await sync(again, desk, cursors=heard.cursors, again=[1, 2], edits=changed)
        waiting = [(one.verdict, one.code, one.field) for one in waits.verdicts]
        assert waiting == [("held", "missing_root", "id")] * 2
        heard = await sync(phone, device, cursors=told.cursors, ack=2)
        heard = await sync(phone, device, cursors=heard.cursors, again=[1], edits=made[:1])
        await sync(phone, device, cursors=heard.cursors, again=[2], edits=made[1:])
        last = await sync(again, desk, ack=2)
        values = {row.i: row.v for rows in last.rows.values() for row in rows if row.k in {"customer", "contact"}}
        assert (values[BAKERY]["city"], values[OLA]["phone"]) == ("Hel", "123")
        assert [row.v["status"] for row in offers(last)] == ["applied", "applied"]


async def test_what_a_manager_did_is_kept_where_the_restored_server_does_not_know_that_he_is_one(
    address: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path / "data", database=address) as house:
        administrator, _ = await signed_in_device(house, "administrator")
        marek, device = await signed_in_device(house)
        first = await sync(marek, device, edits=[edit(1, device, 1, {"name": "Bakery", "territory": NORTH})])
        await take_backup(house.application.database, tmp_path / BACKUP, unseen)
        answer = await administrator.patch(f"/api/people/{MAREK}", json={"role": "manager"})
        assert answer.status_code < 300, answer.text
        await cover(administrator, SOUTH, MAREK)
        work = [
            edit(2, device, 2, {"territory": SOUTH}),
            {**edit(3, device, 3, {"name": "Flour"}), "kind": "product", "id": OLA, "root": "shared"},
        ]
        told = await sync(marek, device, cursors=first.cursors, edits=work)
        assert (told.pushed, [one.verdict for one in told.verdicts if one.verdict != "merged"]) == (3, [])
    async with restored(address, tmp_path) as house:
        phone = signed_in_still(house, marek)
        heard = await sync(phone, device, cursors=told.cursors, ack=3)
        reply = await sync(phone, device, cursors=heard.cursors, ack=1, again=[2, 3], edits=work)
        assert [(one.verdict, one.code) for one in reply.verdicts] == [
            ("held", "forbidden_field"),
            ("held", "forbidden"),
        ]
        new = edit(4, device, 4, {"territory": SOUTH})
        reply = await sync(phone, device, cursors=reply.cursors, ack=3, edits=[new])
        assert [(one.verdict, one.code) for one in reply.verdicts] == [("rejected", "forbidden_field")]


async def test_what_was_held_for_a_decision_is_held_for_one_again(address: str, tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", database=address) as house:
        marek, device = await signed_in_device(house)
        administrator, _ = await signed_in_device(house, "administrator")
        first = await sync(marek, device, edits=[edit(1, device, 1, {"name": "Bakery", "territory": NORTH})])
        await cover(administrator, NORTH, EWA)
        await take_backup(house.application.database, tmp_path / BACKUP, unseen)
        told = await sync(marek, device, cursors=first.cursors, edits=[edit(2, device, 2, {"city": "Hel"})])
        assert [verdict.verdict for verdict in told.verdicts] == ["held"]
        after = await sync(marek, device, cursors=told.cursors, ack=2)
    async with restored(address, tmp_path) as house:
        phone = signed_in_still(house, marek)
        reply = await sync(phone, device, cursors=after.cursors, ack=2)
        assert reply.pushed == 1
        edits = [edit(2, device, 2, {"city": "Hel"})]
        reply = await sync(phone, device, cursors=reply.cursors, ack=1, again=[2], edits=edits)
        assert [verdict.verdict for verdict in reply.verdicts] == ["held"]


@pytest.mark.parametrize("is_done", [False, True])
async def test_a_device_that_is_to_be_wiped_first_hands_over_what_the_restored_server_has_lost(
    address: str, tmp_path: Path, *, is_done: bool
) -> None:
    """``is_done``: the former server had noted that nothing waits, and the device has not heard of it."""
    async with open_house(tmp_path / "data", database=address) as house:
        marek, device = await signed_in_device(house)
        administrator, _ = await signed_in_device(house, "administrator")
        await sync(marek, device, edits=[edit(1, device, 1, {"name": "Bakery", "territory": NORTH})])
        await take_backup(house.application.database, tmp_path / BACKUP, unseen)
        told = await sync(marek, device, edits=[edit(2, device, 2, {"city": "Hel"})])
        assert (told.pushed, told.verdicts) == (2, [])
        assert (await administrator.post(f"/api/devices/{device}/wipe", json={})).status_code == 204
        if is_done:
            await sync(marek, device, cursors=told.cursors, ack=2, report={"version": "1"})
    async with restored(address, tmp_path) as house:
        phone = signed_in_still(house, marek)
        idle = {"version": "1"}
        reply = await sync(phone, device, cursors=told.cursors, ack=2, report=idle)
        assert (reply.pushed, [asked.control for asked in reply.control if asked.control == "wipe"]) == (1, ["wipe"])
        edits = [edit(2, device, 2, {"city": "Hel"})]
        reply = await sync(phone, device, ack=1, again=[2], edits=edits, report=idle)
        assert (reply.pushed, reply.verdicts) == (2, [])
        history = (await house.signed_in("manager")).get(f"/api/history/{BAKERY}")
        assert (await history).json()[0]["changes"][0]["new"] == "Hel"


async def test_a_wipe_that_followed_a_revocation_still_takes_unsent_work_after_a_restore(
    address: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path / "data", database=address) as house:
        marek, device = await signed_in_device(house)
        administrator, _ = await signed_in_device(house, "administrator")
        told = await sync(marek, device, edits=[edit(1, device, 1, {"name": "Bakery", "territory": NORTH})])
        assert (await administrator.delete(f"/api/devices/{device}")).status_code == 204
        await take_backup(house.application.database, tmp_path / BACKUP, unseen)
        assert (await administrator.post(f"/api/devices/{device}/wipe", json={})).status_code == 204
    async with restored(address, tmp_path) as house:
        phone = signed_in_still(house, marek)
        edits = [edit(2, device, 2, {"city": "Hel"})]
        reply = await sync(phone, device, cursors=told.cursors, ack=1, edits=edits, report={"version": "1"})
        assert (reply.pushed, [asked.control for asked in reply.control if asked.control == "wipe"]) == (2, ["wipe"])

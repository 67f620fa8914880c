"""A restore gives nobody back what was taken from him since the backup, and knows whoever joined since."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from routebook_server.backup.restoring import restore_backup
from routebook_server.backup.taking import take_backup
from routebook_server.backup.withdrawing import within
from routebook_server.identity.accounts import find_account
from routebook_server.identity.cover import cover_of
from routebook_server.identity.directory import find_names
from routebook_server.records.tables import record
from routebook_server.records.verify import bucket_names, verify_bucket
from routebook_sync.entities.person import Role
from server.team import ANNA, EWA, MAREK, NORTH, PASSWORD, SOUTH, START_MS, House, open_house, sign_in

RESTORED_MS = START_MS + 86_400_000
LIN = "lin@demo.example"


def unseen(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


async def cover(client: Any, territory: str, *people: str) -> None:
    wanted = {"cover": [{"person": person} for person in people]}
    answer = await client.put(f"/api/territories/{territory}/cover", json=wanted)
    assert answer.status_code < 300, answer.text


async def change(client: Any, person: str, **changed: Any) -> None:
    answer = await client.patch(f"/api/people/{person}", json=changed)
    assert answer.status_code < 300, answer.text


async def covering(house: House, territory: str) -> list[str]:
    found = await house.application.database.read(lambda connection: cover_of(connection, territory))
    return [entry.person for entry in found]


async def test_what_was_taken_from_somebody_since_the_backup_stays_taken(address: str, tmp_path: Path) -> None:
    backup, folder = tmp_path / "book.backup", tmp_path / "data"
    async with open_house(folder, database=address) as house:
        administrator = await house.signed_in("administrator")
        await cover(administrator, NORTH, MAREK, EWA)
        await change(administrator, EWA, role="rep")
        await take_backup(house.application.database, backup, unseen)
        await cover(administrator, NORTH, EWA)
        await cover(administrator, SOUTH, EWA, MAREK)
        await change(administrator, ANNA, role="rep")
        await change(administrator, EWA, role="manager")
        await change(administrator, MAREK, active=False)
    restored = await restore_backup(backup, address, RESTORED_MS, unseen)
    assert (restored.withdrawn.lowered, restored.withdrawn.covers) == (1, 1)
    async with open_house(folder, again=True, database=address) as house:
        assert await covering(house, NORTH) == [EWA]
        assert MAREK not in await covering(house, SOUTH), "what he was given since is not in the backup"

        def look(connection: Connection) -> list[Any]:
            accounts = [find_account(connection, person) for person in (ANNA, EWA, MAREK)]
            assert [fault for name in bucket_names(connection) for fault in verify_bucket(connection, name)] == []
            return [(account.role, account.active) for account in accounts if account is not None]

        found = await house.application.database.read(look)
        assert found == [(Role.REP, True), (Role.REP, True), (Role.REP, False)]
        statement = select(record.c.doc).where(record.c.id == ANNA)
        doc = await house.application.database.read(lambda connection: connection.execute(statement).scalar_one())
        assert '"role":"rep"' in doc, "colleagues see what her account is"


async def test_who_joined_since_the_backup_signs_in_as_the_same_person(address: str, tmp_path: Path) -> None:
    backup, folder = tmp_path / "book.backup", tmp_path / "data"
    async with open_house(folder, database=address) as house:
        administrator = await house.signed_in("administrator")
        await take_backup(house.application.database, backup, unseen)
        offer = {"name": "Lin Wei", "email": LIN, "password": PASSWORD, "role": "rep"}
        person = (await administrator.post("/api/people", json=offer)).json()["person"]
        await cover(administrator, NORTH, person)
    restored = await restore_backup(backup, address, RESTORED_MS, unseen)
    assert restored.withdrawn.joined == 1
    async with open_house(folder, again=True, database=address) as house:
        client = house.client()
        assert (await sign_in(client, LIN)).status_code == 200
        assert (await client.get("/api/session")).json()["person"] == person
        assert person in await covering(house, NORTH)
        assert (await house.application.database.read(find_names))[person] == "Lin Wei"


async def test_a_session_that_was_ended_since_the_backup_stays_ended_and_its_device_can_be_wiped(
    address: str, tmp_path: Path
) -> None:
    backup, folder = tmp_path / "book.backup", tmp_path / "data"
    async with open_house(folder, database=address) as house:
        phone, administrator = await house.signed_in("rep"), await house.signed_in("administrator")
        await take_backup(house.application.database, backup, unseen)
        await change(administrator, MAREK, password="a whole new password 17")
    await restore_backup(backup, address, RESTORED_MS, unseen)
    async with open_house(folder, again=True, database=address) as house:
        again = house.client()
        again.cookies = phone.cookies
        assert (await again.get("/api/session")).json()["code"] == "session_expired"
        assert (await (await house.signed_in("administrator")).post("/api/devices/1/wipe", json={})).status_code == 204
        request = {"protocol": 2, "schema": "", "device": 1, "now": house.clock.now_ms}
        assert {"control": "wipe"} in (await again.post("/sync", json=request)).json()["control"]


async def test_somebody_can_administer_also_where_the_administrator_is_another_one_since(
    address: str, tmp_path: Path
) -> None:
    backup, folder = tmp_path / "book.backup", tmp_path / "data"
    async with open_house(folder, database=address) as house:
        administrator = await house.signed_in("administrator")
        await take_backup(house.application.database, backup, unseen)
        everybody = (await administrator.get("/api/people")).json()
        former = [one["person"] for one in everybody if one["role"] == "administrator"]
        await change(administrator, MAREK, role="administrator")
        for person in former:
            await change(await house.signed_in("rep"), person, role="rep")
    await restore_backup(backup, address, RESTORED_MS, unseen)
    async with open_house(folder, again=True, database=address) as house:
        everybody = (await (await house.signed_in("rep")).get("/api/people")).json()
        assert [one["person"] for one in everybody if one["role"] == "administrator"] == [MAREK]


@pytest.mark.parametrize(
    ("backed_up", "last", "both"),
    [
        ([(0, None)], [(0, None)], [(0, None)]),
        ([(0, None)], [], []),
        ([(0, None)], [(0, 50)], [(0, 50)]),
        ([(0, 50)], [(0, None)], [(0, 50)]),
        ([(0, 10), (20, 30)], [(5, 25)], [(5, 10), (20, 25)]),
        ([(0, 10)], [(10, None)], []),
        ([(0, None), (5, 10)], [(5, None)], [(5, None)]),
    ],
)
def test_a_cover_holds_while_both_books_say_so(backed_up: list[Any], last: list[Any], both: list[Any]) -> None:
    assert within(backed_up, last) == both

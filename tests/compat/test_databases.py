"""A database of every released version is opened, loses nothing, and goes on with the devices that knew it."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest_asyncio
from sqlalchemy import Connection

from compat import client_1
from routebook_server.records.verify import Fault, bucket_names, verify_bucket
from routebook_server.settings import DATABASE_NAME
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.generate import schema_hash
from routebook_sync.messages import PROTOCOL, SyncReply
from server.team import MAREK, NORTH, HandClock, House, make_id, open_house

KEPT: Final = Path(__file__).parent / "protocol_1"
PHONE: Final[dict[str, Any]] = msgspec.json.decode((KEPT / "phone.json").read_bytes())
BEFORE: Final = sqlite3.connect(":memory:")
BEFORE.executescript((KEPT / "book.sql").read_text(encoding="utf-8"))
BAKERY: Final = make_id(101)


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The server of today over the book of then."""
    data = tmp_path / "data"
    data.mkdir()
    with sqlite3.connect(data / DATABASE_NAME) as database:
        BEFORE.backup(database)
    database.close()
    clock = HandClock()
    clock.now_ms = PHONE["now"] + 60_000
    async with open_house(data, clock) as running:
        yield running


async def read(house: House, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    return await house.application.database.read(
        lambda connection: [tuple(row) for row in connection.exec_driver_sql(sql)]
    )


async def sync(house: House, **request: Any) -> bytes:
    """Send a request as the phone of then, with the cookie that it had; return the reply."""
    client = house.client()
    client.cookies.update(PHONE["cookies"])
    about = {"protocol": 1, "schema": PHONE["schema"], "device": PHONE["device"], "now": house.clock.now_ms}
    answer = await client.post("/sync", json={**about, "cursors": PHONE["cursors"], **request})
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_every_row_is_as_it_was(house: House) -> None:
    for columns, table in (
        ("bucket, seq, id, kind, root, home, device, doc", "record"),
        ("bucket, epoch, seq", "bucket"),
        ("number, id, stamp, device, person, received_at, new, old", "history"),
        ("device, person, pushed, clamped", "replica"),
        ("device, n, doc", "verdict"),
        ("person, email, role, active", "account"),
        ("root, code, received_at, author", "held"),
    ):
        sql = f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3"
        assert await read(house, sql) == BEFORE.execute(sql).fetchall(), table


async def test_its_custody_is_found_by_record(house: House) -> None:
    held = await read(house, "SELECT device, record, edits FROM held")
    names = {(device, edit["id"], record) for device, record, edits in held for edit in msgspec.json.decode(edits)}

    assert len(held) == 2
    assert {tuple(row) for row in await read(house, "SELECT device, id, record FROM held_record")} == names


async def test_its_checksums_are_there_and_right(house: House) -> None:
    def verify(connection: Connection) -> list[Fault]:
        return [fault for name in bucket_names(connection) for fault in verify_bucket(connection, name)]

    assert await house.application.database.read(verify) == []
    assert sum(count for (count,) in await read(house, "SELECT rows FROM bucket")) == 16


async def test_its_phone_goes_on_where_it_was(house: House) -> None:
    at = stamp_from_clock(Clock(house.clock.now_ms, 0, PHONE["device"]))
    number = PHONE["pushed"] + 1
    edit = {"n": number, "kind": "customer", "id": BAKERY, "root": BAKERY, "v": {"phone": "7"}, "at": at}
    reply = msgspec.json.decode(await sync(house, edits=[edit]), type=client_1.Reply)

    assert reply.pushed == number
    assert {asked.control for asked in reply.control} == {"upgrade"}, "and its buckets are not read anew"
    assert [verdict.n for verdict in reply.verdicts] == [7, 10], "what it had not acknowledged"
    assert f"t:{NORTH}" in reply.complete


async def test_its_phone_gets_the_app_of_today_and_checksums_with_it(house: House) -> None:
    answer = await sync(house, protocol=PROTOCOL, schema=schema_hash(), verify=True)
    reply = msgspec.json.decode(answer, type=SyncReply)
    assert reply.control == [], "nothing is read anew: a rep's view is what it was sent then"
    assert {bucket: count for bucket, (_sum, count) in reply.sums.items()} == {
        f"u:{MAREK}": 0,
        "shared": 9,
        f"t:{NORTH}": 5,
    }


async def test_what_was_held_until_its_root_came_is_released_today(house: House) -> None:
    [(shop, note)] = BEFORE.execute("SELECT root, json_extract(edit, '$.id') FROM held WHERE code = 'missing_root'")
    manager = await house.signed_in("manager")
    device = (await manager.get("/api/session")).json()["device"]
    at = stamp_from_clock(Clock(house.clock.now_ms, 0, device))
    edit = {"n": 1, "kind": "customer", "id": shop, "root": shop, "v": {"name": "Shop", "territory": NORTH}, "at": at}
    about = {"protocol": PROTOCOL, "schema": "", "device": device, "now": house.clock.now_ms}
    answer = (await manager.post("/sync", json={**about, "edits": [edit]})).json()
    assert answer["pushed"] == 1
    assert note in {row["i"] for row in answer["rows"][f"t:{NORTH}"]}

"""Hidden fields on the wire: no byte that a rep is sent tells one, and a manager who becomes a rep keeps none."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest_asyncio

from routebook_server.records.store import Values
from routebook_sync.checksum import bucket_checksum, text_from_sums
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.generate import schema_hash
from routebook_sync.messages import PARTITIONS, PROTOCOL, Row
from server.team import ANNA, MAREK, NORTH, SOUTH, House, make_id, open_house

BAKERY, FLOUR, SUGAR = make_id(101), make_id(102), make_id(103)
SECRETS: Final = range(7_770_001, 7_770_009)
"""Values that stand in hidden fields alone."""
NOTHING: Final = text_from_sums([0] * PARTITIONS)


class Phone:
    """A device that remembers every byte that ever came."""

    def __init__(self, client: httpx.AsyncClient, house: House, number: int) -> None:
        self.client = client
        self.house = house
        self.number = number
        self.heard = bytearray()
        self.rows: dict[str, Row] = {}
        self.cursors: dict[str, Any] = {}
        self.view = ""
        self._edits = 0

    def edit(self, kind: str, record: str, root: str, **values: Any) -> dict[str, Any]:
        """Return the next edit, of what the device has never seen."""
        self._edits += 1
        self.house.clock.advance(seconds=1)
        at = stamp_from_clock(Clock(self.house.clock.now_ms, self._edits, self.number))
        return {"n": self._edits, "kind": kind, "id": record, "root": root, "v": values, "at": at}

    async def get(self, path: str) -> Any:
        """Ask for something else than /sync."""
        answer = await self.client.get(path)
        self.heard += answer.content + str(answer.headers).encode()
        return answer.json() if answer.content else None

    async def sync(self, *edits: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Make one round trip and hold what came, as a device does: a bucket that is reset is read anew."""
        request = {
            "protocol": PROTOCOL,
            "schema": schema_hash(),
            "device": self.number,
            "now": self.house.clock.now_ms,
            "cursors": self.cursors,
            "view": self.view,
            "edits": edits,
            "verify": True,
        }
        answer = await self.client.post("/sync", json={**request, **more})
        assert answer.status_code == 200, answer.text
        self.heard += answer.content
        reply: dict[str, Any] = answer.json()
        if any(asked["control"] == "reset" for asked in reply.get("control", [])):
            self.rows.clear()
        self.rows |= {row["i"]: msgspec.convert(row, Row) for rows in reply.get("rows", {}).values() for row in rows}
        self.cursors, self.view = reply["cursors"], reply["view"]
        return reply

    def knows(self) -> set[int]:
        """Return the secrets that ever came over the wire."""
        return {secret for secret in SECRETS if str(secret).encode() in self.heard}

    def holds(self) -> set[int]:
        """Return the secrets in the rows that it holds."""
        text = msgspec.json.encode(list(self.rows.values()))
        return {secret for secret in SECRETS if str(secret).encode() in text}


@pytest_asyncio.fixture
async def house(address: str, tmp_path: Path) -> AsyncIterator[House]:
    """A running server over either database."""
    async with open_house(tmp_path / "data", database=address) as running:
        yield running


@pytest_asyncio.fixture
async def phones(house: House) -> AsyncIterator[dict[str, Phone]]:
    """The devices of the team: two reps, a manager, an administrator."""
    roles = ("rep", "other_rep", "manager", "administrator")
    found = {}
    for number, role in enumerate(roles, 1):
        found[role] = Phone(await house.signed_in(role), house, number)
    yield found


async def work(house: House, phones: dict[str, Phone]) -> None:
    """Have the team work for a day with records that have hidden fields: conflicts, moves, histories, deletions."""
    rep, other, manager, administrator = phones.values()
    await manager.sync(
        manager.edit("customer", BAKERY, BAKERY, name="Bakery", territory=NORTH),
        manager.edit("product", FLOUR, "shared", name="Flour", price=5, cost=SECRETS[0]),
        manager.edit("product", SUGAR, "shared", name="Sugar", cost=SECRETS[1]),
    )
    await house.application.store.edit([Values("customer", BAKERY, BAKERY, {"cost_to_serve_12m": SECRETS[2]})])
    for phone in phones.values():
        await phone.sync()
    # Two managers change one hidden field without seeing each other; the loser is told and kept.
    await administrator.sync(administrator.edit("product", FLOUR, "shared", cost=SECRETS[3]))
    told = await manager.sync(manager.edit("product", FLOUR, "shared", cost=SECRETS[4]))
    assert told["verdicts"][0]["losers"][0]["value"] == SECRETS[3]
    await manager.sync(
        manager.edit("product", SUGAR, "shared", deleted=True),
        manager.edit("customer", BAKERY, BAKERY, territory=SOUTH),
    )
    refused = await rep.sync(
        rep.edit("customer", BAKERY, BAKERY, city="Hel", cost_to_serve_12m=SECRETS[2] + 1_000),
        rep.edit("product", FLOUR, "shared", cost=1),
    )
    assert [verdict["verdict"] for verdict in refused["verdicts"]] == ["rejected", "rejected"]
    await other.sync(other.edit("customer", BAKERY, BAKERY, city="Hel"))
    await house.application.store.edit([Values("customer", BAKERY, BAKERY, {"cost_to_serve_12m": SECRETS[5]})])
    for phone in phones.values():
        await phone.sync(cursors={})
        await phone.sync(check=dict.fromkeys(phone.cursors, NOTHING))
        for record in (BAKERY, FLOUR, SUGAR, MAREK):
            await phone.get(f"/api/history/{record}")
            await phone.get(f"/api/history/{record}?limit=1")
        for path in ("session", "devices", "people", "projection", f"territories/{NORTH}/cover"):
            await phone.get(f"/api/{path}")


async def test_no_byte_that_a_rep_is_sent_tells_a_hidden_value(house: House, phones: dict[str, Phone]) -> None:
    await work(house, phones)

    assert phones["rep"].knows() == set()
    assert phones["other_rep"].knows() == set()
    assert phones["other_rep"].rows[BAKERY].v["city"] == "Hel"
    assert phones["manager"].knows() == phones["administrator"].knows() == set(SECRETS[:6])


async def test_what_a_rep_holds_has_the_checksum_that_he_is_told(house: House, phones: dict[str, Phone]) -> None:
    await work(house, phones)
    for phone in phones.values():
        reply = await phone.sync(cursors={})
        for bucket, rows in reply["rows"].items():
            assert reply["sums"][bucket] == [*sums_of(rows)]


def sums_of(rows: list[dict[str, Any]]) -> tuple[int, int]:
    """Return checksum and count of rows as a reply has them."""
    return bucket_checksum(msgspec.convert(rows, list[Row]))


async def test_a_history_of_hidden_changes_alone_is_empty_for_a_rep(house: House, phones: dict[str, Phone]) -> None:
    await work(house, phones)
    ours = await phones["rep"].get(f"/api/history/{FLOUR}?limit=1")
    theirs = await phones["manager"].get(f"/api/history/{FLOUR}?limit=1")
    assert [change["field"] for change in theirs[0]["changes"]] == ["cost"]
    # The newest entry that says something to him, not the newest one cut to nothing.
    assert [change["field"] for change in ours[0]["changes"]] == ["name", "price"]
    assert await phones["rep"].get(f"/api/history/{FLOUR}?before={ours[0]['number']}") == []


async def test_a_manager_who_becomes_a_rep_holds_no_hidden_value_afterwards(
    house: House, phones: dict[str, Phone]
) -> None:
    await work(house, phones)
    manager, administrator = phones["manager"], phones["administrator"]
    held = manager.edit("product", FLOUR, "shared", cost=SECRETS[6])
    await manager.sync(held, hold=[held["n"]])
    await manager.sync()
    assert manager.holds() == {SECRETS[4], SECRETS[1], SECRETS[5], SECRETS[6]}
    await administrator.client.patch(f"/api/people/{ANNA}", json={"role": "rep"})
    manager.heard.clear()

    reply = await manager.sync()
    while reply.get("more"):
        reply = await manager.sync()

    assert manager.holds() == set()
    await manager.get(f"/api/history/{FLOUR}")
    assert manager.knows() == set(), "not even the loser of a conflict that he had not acknowledged"
    await administrator.client.patch(f"/api/people/{ANNA}", json={"role": "manager"})
    await manager.sync()
    assert manager.holds() == {SECRETS[4], SECRETS[1], SECRETS[5], SECRETS[6]}

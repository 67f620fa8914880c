"""A device that hears no answer about an edit, though the server has it: no other is taken for it (R40, R42, R46)."""

from collections.abc import Callable
from typing import Any, Final

import msgspec
import pytest
from httpx import AsyncClient, Response

from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.person import Role
from routebook_sync.messages import DeviceReport, Edit, Problem, SyncReply, VerdictKind
from routebook_sync.replica.change import Change, Saved
from routebook_sync.replica.replica import Replica, World
from routebook_sync.replica.session import Session, edits_of
from routebook_sync.replica.storage import Storage
from routebook_sync.replica.tables import Account, Schema, Tables
from server.team import MAREK, NORTH, House, make_id

A: Final = make_id(50)
B: Final = make_id(51)


class Phone:
    """A rep's phone: the model device over the real server, with a network that loses what a test wants."""

    def __init__(self, house: House, client: AsyncClient) -> None:
        self.house, self.client = house, client
        self._open(Tables(Storage()), house.clock)

    def _open(self, tables: Tables, now: Callable[[], int]) -> None:
        world = World(now, lambda count: bytes(range(count)))
        self.replica = Replica(tables, Account(MAREK, Role.REP, 1), Schema("x", ENTITY_TYPES), world)
        self.session = Session(self.replica)

    def put_its_clock_ahead(self) -> None:
        """Set its clock a day ahead of the server's."""
        self._open(self.replica.tables, lambda: self.house.clock.now_ms + 86_400_000)

    def save(self, record: str, **values: Any) -> None:
        self.house.clock.advance(seconds=1)
        saved = self.replica.write([Change("customer", record, record, values)], f"{record}{values}")
        assert isinstance(saved, Saved)

    async def trip(self, *, loses: str = "", arrives: bool = True) -> None:
        """Make a round trip; the answer to edits that write the trade ``loses`` is lost, or the request is."""
        self.house.clock.advance(seconds=1)
        request = self.session.request(DeviceReport())
        is_lost = bool(loses) and any(edit.v.get("trade") == loses for edit in edits_of(request))
        if is_lost and not arrives:
            self.session.take_fault(request)
            return
        answer: Response = await self.client.post(
            "/sync", content=msgspec.json.encode(request), headers={"content-type": "application/json"}
        )
        if is_lost:
            self.session.take_timeout(request)
        elif answer.status_code != 200:
            self.session.take_problem(msgspec.json.decode(answer.content, type=Problem), request)
        else:
            reply = msgspec.json.decode(answer.content, type=SyncReply)
            self.session.take_reply(reply, request, request.now, self.house.clock.now_ms)

    @property
    def trades_waiting(self) -> list[str]:
        return [str(edit.v["trade"]) for edit in self.replica.tables.unsent()]

    def name_of(self, record: str) -> str:
        return str(self.replica.tables.row.get(record).doc.v["name"])  # type: ignore[union-attr]

    def attention(self) -> list[tuple[VerdictKind, str]]:
        return [(one.verdict, str(one.edit.v.get("trade"))) for one in self.replica.tables.attention.values()]


async def with_two_customers(house: House) -> tuple[Phone, AsyncClient]:
    """Return a phone that has made two customers, and a manager's device."""
    phone = Phone(house, await house.signed_in("rep"))
    manager = await house.signed_in("manager")
    phone.save(A, name="A", territory=NORTH)
    phone.save(B, name="B", territory=NORTH)
    for _ in range(3):
        await phone.trip()
    assert phone.replica.waiting == 0
    return phone, manager


async def trades(manager: AsyncClient, record: str) -> list[str]:
    history = (await manager.get(f"/api/history/{record}")).json()
    return [change["new"] for entry in history for change in entry["changes"] if change["field"] == "trade"]


async def held_trades(house: House, manager: AsyncClient) -> list[str]:
    ask = {"protocol": 1, "schema": "", "device": 2, "now": house.clock.now_ms, "cursors": {}, "budget": 4_000_000}
    page = (await manager.post("/sync", json=ask)).json()
    rows = [row for rows in page["rows"].values() for row in rows if row["k"] == "held_edit"]
    return [row["v"]["values"]["trade"] for row in rows if "offer" not in row["v"]]


async def rename(house: House, manager: AsyncClient, record: str, name: str, n: int) -> None:
    house.clock.advance(seconds=1)
    edit = Edit(n, "customer", record, record, {"name": name}, stamp_from_clock(Clock(house.clock.now_ms, 0, 2)))
    ask = {"protocol": 1, "schema": "", "device": 2, "now": house.clock.now_ms}
    answer = await manager.post("/sync", json={**ask, "edits": [msgspec.to_builtins(edit)]})
    assert answer.json()["pushed"] == n


@pytest.mark.parametrize("lost", [1, 2, 3, 6])
async def test_one_lost_answer_to_a_hold_costs_no_other_edit(house: House, lost: int) -> None:
    phone, manager = await with_two_customers(house)
    phone.save(A, trade="X")
    phone.save(B, trade="Y")
    while not phone.replica.tables.waiting()[0].hold:
        await phone.trip(loses="X", arrives=False)
    for _ in range(2 * lost):
        await phone.trip(loses="X")
    for _ in range(8):
        await phone.trip()
    assert phone.replica.waiting == 0
    assert await trades(manager, B) == ["Y"]
    assert await held_trades(house, manager) == ["X"], "in custody, and once"
    assert phone.attention() == [(VerdictKind.HELD, "X")]


async def test_what_was_applied_and_then_held_for_want_of_an_answer_is_not_held_as_well(house: House) -> None:
    phone, manager = await with_two_customers(house)
    await rename(house, manager, A, "A2", 1)
    phone.save(A, trade="X")
    for _ in range(3):
        await phone.trip(loses="X")
    while not phone.replica.tables.waiting()[0].hold:
        await phone.trip(loses="X")
    phone.save(B, trade="Y")
    for _ in range(14):
        await phone.trip(loses="X")
    assert phone.trades_waiting == ["X"], "the other one did not wait"
    for _ in range(6):
        await phone.trip()
    assert phone.replica.waiting == 0
    assert (await trades(manager, A), await trades(manager, B)) == (["X"], ["Y"])
    assert await held_trades(house, manager) == []
    assert phone.attention() == []


async def test_what_others_did_is_read_while_one_edit_s_answers_never_come(house: House) -> None:
    phone, manager = await with_two_customers(house)
    phone.save(A, trade="X")
    for _ in range(12):
        await phone.trip(loses="X")
    await rename(house, manager, B, "B2", 1)
    before = phone.replica.tables.number("contact")
    for _ in range(2):
        await phone.trip(loses="X")
    assert phone.name_of(B) == "B2"
    assert phone.replica.tables.number("contact") > before, "which keeps the lease, too"
    assert phone.trades_waiting == ["X"]


async def test_what_is_read_before_the_verdict_stands_after_it(house: House) -> None:
    """The rep's clock is ahead: the server's stamp of his change is not his own."""
    phone, manager = await with_two_customers(house)
    phone.put_its_clock_ahead()
    phone.save(A, trade="X")
    for _ in range(4):
        await phone.trip(loses="X")
    await rename(house, manager, A, "A2", 1)
    for _ in range(4):
        await phone.trip(loses="X")
    assert phone.name_of(A) == "A2"
    for _ in range(4):
        await phone.trip()
    row = phone.replica.tables.row.get(A)
    assert row is not None
    assert (row.doc.v["name"], row.doc.v["trade"]) == ("A2", "X")
    assert phone.replica.tables.number("repairs") == 0

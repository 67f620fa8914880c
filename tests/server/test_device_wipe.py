"""Wiping a device: it hands over what it has not sent, hears that its data has to go, and is let in no more."""

from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from routebook_server.identity.audit import AUDIT
from routebook_server.logs import configure_logs
from routebook_server.records import custody
from routebook_server.settings import Settings
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.messages import MAX_BUDGET, MIN_BUDGET
from server.team import ANNA, EMAIL_BY_ROLE, MAREK, NORTH, START_MS, House, make_id, open_house, sign_in

CUSTOMER = make_id(50)


def edit(n: int, device: int, trade: str) -> dict[str, Any]:
    """Return edit ``n`` of a device: a customer of the north, or another trade of it."""
    values = {"name": "Bakery", "territory": NORTH} if n == 1 else {}
    stamp = stamp_from_clock(Clock(START_MS - 1000 + n, 0, device))
    return {"n": n, "kind": "customer", "id": CUSTOMER, "root": CUSTOMER, "v": {**values, "trade": trade}, "at": stamp}


async def sync(client: httpx.AsyncClient, house: House, device: int, **given: Any) -> httpx.Response:
    """Send one request of the protocol."""
    request = {"protocol": 1, "schema": "", "device": device, "now": house.clock.now_ms, **given}
    return await client.post("/sync", json=request)


async def device_of(client: httpx.AsyncClient, number: int) -> dict[str, Any]:
    """Return a device as the list shows it."""
    found: list[dict[str, Any]] = (await client.get("/api/devices")).json()
    return next(device for device in found if device["number"] == number)


async def wiped_phone(house: House) -> tuple[httpx.AsyncClient, httpx.AsyncClient]:
    """Return Marek's phone, device 1, with a customer on it, and the manager who has just had it wiped."""
    phone = await house.signed_in("rep")
    manager = await house.signed_in("manager")
    assert (await sync(phone, house, 1, edits=[edit(1, 1, "Bread")])).status_code == 200
    assert (await manager.post("/api/devices/1/wipe", json={})).status_code == 204
    return phone, manager


async def test_a_wiped_device_hands_over_its_edits_and_gets_nothing_but_the_wipe(house: House) -> None:
    phone, manager = await wiped_phone(house)
    answer = (await sync(phone, house, 1, edits=[edit(2, 1, "Bread and cake")], cursors={f"t:{NORTH}": [1, 0]})).json()
    assert answer["pushed"] == 2
    assert "verdicts" not in answer
    assert [asked["control"] for asked in answer["control"] if asked["control"] != "upgrade"] == ["wipe"]
    assert answer["grants"] == []
    assert not {"rows", "cursors", "complete", "more"} & answer.keys()
    history = (await manager.get(f"/api/history/{CUSTOMER}")).json()
    assert history[0]["changes"][0]["new"] == "Bread and cake"


async def test_the_wipe_is_done_only_when_nothing_is_left_to_send(house: House) -> None:
    phone, manager = await wiped_phone(house)
    assert (await device_of(manager, 1))["wiped_at"] == START_MS
    house.clock.advance(seconds=5)
    await sync(phone, house, 1, report={"waiting": 1})
    assert (await device_of(manager, 1))["revoked_at"] is None
    house.clock.advance(seconds=5)
    await sync(phone, house, 1, edits=[edit(2, 1, "Cake")], report={"waiting": 0})
    done = await device_of(manager, 1)
    assert (done["wiped_at"], done["revoked_at"]) == (START_MS, START_MS + 10_000)


async def test_a_lost_wipe_is_said_again(house: House) -> None:
    phone, _ = await wiped_phone(house)
    for _ in range(3):
        answer = await sync(phone, house, 1)
        assert {"control": "wipe"} in answer.json()["control"]


async def held_values(house: House) -> list[dict[str, Any]]:
    """Return what of the customer waits for somebody who may decide on it, as a manager is sent it."""
    manager = await house.signed_in("manager")
    device = (await manager.get("/api/session")).json()["device"]
    rows = (await sync(manager, house, device, cursors={}, protocol=2)).json()["rows"][f"t:{NORTH}"]
    return [row["v"]["values"] for row in rows if row["k"] == "held_edit"]


async def test_after_the_wipe_is_done_nothing_that_comes_is_applied_before_somebody_looks(house: House) -> None:
    phone, manager = await wiped_phone(house)
    await sync(phone, house, 1, report={"waiting": 0})
    house.clock.advance(days=80)
    late = {**edit(2, 1, ""), "v": {"deleted": True}}
    answer = (await sync(phone, house, 1, edits=[late])).json()
    assert [(verdict["verdict"], verdict["code"]) for verdict in answer["verdicts"]] == [("held", "forbidden")]
    assert (answer["control"][0], answer["grants"]) == ({"control": "wipe"}, [])
    assert len((await manager.get(f"/api/history/{CUSTOMER}")).json()) == 1, "the customer as it was made"
    assert await held_values(house) == [{"deleted": True}]


@pytest.mark.parametrize("has_left", [False, True])
async def test_what_was_saved_while_the_first_reply_that_says_wipe_was_under_way_is_kept(
    house: House, *, has_left: bool
) -> None:
    phone, manager = await wiped_phone(house)
    administrator = await house.signed_in("administrator")
    if has_left:
        assert (await administrator.patch(f"/api/people/{MAREK}", json={"active": False})).status_code == 200
    idle = {"waiting": 0}
    first = (await sync(phone, house, 1, cursors={f"t:{NORTH}": [1, 1]}, report=idle)).json()
    assert {"control": "wipe"} in first["control"]
    saved_meanwhile = edit(2, 1, "Cake")
    for _ in range(2):
        cursors = {f"t:{NORTH}": [1, 0]}
        answer = (await sync(phone, house, 1, edits=[saved_meanwhile], cursors=cursors, report=idle)).json()
        assert (answer["pushed"], answer["control"][0]) == (2, {"control": "wipe"}), "repeated, it is answered again"
    assert await held_values(house) == [{"trade": "Cake"}]
    assert (await device_of(manager, 1))["revoked_at"] is not None, "the wipe is done all the same"


async def test_who_missed_that_the_wipe_is_done_hears_it_again_with_whatever_he_brings(house: House) -> None:
    phone, manager = await wiped_phone(house)
    last = edit(2, 1, "Cake")
    await sync(phone, house, 1, edits=[last], report={"waiting": 0})
    assert (await device_of(manager, 1))["revoked_at"] is not None
    again = (await sync(phone, house, 1, edits=[last])).json()
    assert (again["pushed"], again["control"][0]) == (2, {"control": "wipe"}), "the server has what he repeats"
    written_since = (await sync(phone, house, 1, edits=[edit(3, 1, "Pie")], cursors={f"t:{NORTH}": [1, 7]})).json()
    assert (written_since["pushed"], written_since["control"][0]) == (3, {"control": "wipe"}), "his rows have to go"
    assert len((await manager.get(f"/api/history/{CUSTOMER}")).json()) == 2


async def bring_much(house: House, phone: httpx.AsyncClient) -> list[tuple[int, str]]:
    """Let the phone of somebody who has left bring six edits at once; return what was refused."""
    administrator = await house.signed_in("administrator")
    assert (await administrator.patch(f"/api/people/{MAREK}", json={"active": False})).status_code == 200
    edits = [edit(n, 1, f"Cake {n}") for n in range(2, 8)]
    cursors = {f"t:{NORTH}": [1, 1]}
    answer = (await sync(phone, house, 1, edits=edits, cursors=cursors, report={"waiting": 0})).json()
    return [(told["n"], told["code"]) for told in answer["verdicts"] if told["verdict"] == "rejected"]


async def test_what_a_device_hands_over_is_kept_beyond_the_room_that_others_have(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custody, "MAX_HELD_EDITS", 2)
    phone, manager = await wiped_phone(house)

    assert await bring_much(house, phone) == []
    assert len(await held_values(house)) == 6
    assert (await device_of(manager, 1))["revoked_at"] is not None


async def test_a_wipe_is_not_done_in_a_reply_that_had_no_room(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custody, "MAX_HELD_EDITS", 2)
    monkeypatch.setattr(custody, "PARTING_TIMES", 2)
    phone, manager = await wiped_phone(house)

    assert await bring_much(house, phone) == [(6, "custody_full"), (7, "custody_full")]
    assert (await device_of(manager, 1))["revoked_at"] is None, "it may be sent again"

    answer = (await sync(phone, house, 1, ack=7, report={"waiting": 0})).json()
    assert {"control": "wipe"} in answer["control"]
    assert (await device_of(manager, 1))["revoked_at"] is not None


async def test_a_wipe_is_not_done_before_the_device_was_told_of_every_edit(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custody, "MAX_HELD_EDITS", 2)
    monkeypatch.setattr(custody, "PARTING_TIMES", 1)
    phone, manager = await wiped_phone(house)
    house.clock.advance(seconds=5)
    desk = (await manager.get("/api/session")).json()["device"]
    written = edit(1, desk, "Cakes")
    written |= {"v": {"trade": "Cakes"}, "at": stamp_from_clock(Clock(house.clock.now_ms, 0, desk))}
    assert (await sync(manager, house, desk, edits=[written])).json()["pushed"] == 1
    # What met the desk's value fills a reply; of what the server shall keep, one has no room.
    edits = [edit(n, 1, f"{n}".ljust(200, "x")) for n in range(2, 102)]
    kept = [102, 103, 104]
    edits += [edit(n, 1, "Cake") for n in kept]
    bring = {"protocol": 2, "hold": kept, "cursors": {f"t:{NORTH}": [1, 1]}, "report": {"waiting": 0}}

    told = (await sync(phone, house, 1, edits=edits, ack=1, budget=MIN_BUDGET, **bring)).json()
    assert {verdict["verdict"] for verdict in told["verdicts"]} == {"conflict"}
    assert (told["pushed"] < 101, told.get("more"), told["control"][0]) == (True, True, {"control": "wipe"})
    assert (await device_of(manager, 1))["revoked_at"] is None

    left = edits[told["pushed"] - 1 :]
    for _ in range(2):
        rest = (await sync(phone, house, 1, edits=left, ack=told["pushed"], budget=MAX_BUDGET, **bring)).json()
        assert (rest["pushed"], "more" in rest) == (104, False)
        assert [verdict["n"] for verdict in rest["verdicts"] if verdict.get("code") == "custody_full"] == [104]
        assert (await device_of(manager, 1))["revoked_at"] is None, "what had no room may be sent again"

    await sync(phone, house, 1, ack=104, report={"waiting": 0})
    assert (await device_of(manager, 1))["revoked_at"] is not None


async def test_a_value_that_reads_like_a_refusal_does_not_keep_a_wipe_from_being_done(house: House) -> None:
    phone, manager = await wiped_phone(house)
    unknown = {**edit(2, 1, "Cake"), "v": {"custody_full": 1}}
    answer = (await sync(phone, house, 1, edits=[unknown], report={"waiting": 0})).json()
    assert [(told["verdict"], told["field"]) for told in answer["verdicts"]] == [("rejected", "custody_full")]
    assert (await device_of(manager, 1))["revoked_at"] is not None


async def test_a_part_of_the_edits_without_a_report_does_not_end_the_handing_over(house: House) -> None:
    phone, manager = await wiped_phone(house)
    for n in (2, 3):
        assert (await sync(phone, house, 1, edits=[edit(n, 1, f"Cake {n}")])).json()["pushed"] == n
    assert (await device_of(manager, 1))["revoked_at"] is None


async def test_everything_else_is_closed_to_a_wiped_device(house: House) -> None:
    phone, _ = await wiped_phone(house)
    for path in ("/api/session", "/api/devices", f"/api/history/{CUSTOMER}", "/live"):
        answer = await phone.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "device_revoked"), path


async def test_signing_in_on_a_wiped_device_makes_a_new_one_of_it(house: House) -> None:
    phone, _ = await wiped_phone(house)
    offer = {"name": "Chrome", "number": 1}
    answer = await sign_in(phone, EMAIL_BY_ROLE["rep"], device=offer)
    assert answer.json()["device"] == 3
    assert {"control": "wipe"} not in (await sync(phone, house, 3)).json()["control"]


async def test_a_revoked_device_can_still_be_wiped(house: House) -> None:
    phone, manager = await house.signed_in("rep"), await house.signed_in("manager")
    await manager.delete("/api/devices/1")
    assert (await sync(phone, house, 1)).json()["code"] == "device_revoked"
    assert (await manager.post("/api/devices/1/wipe", json={})).status_code == 204
    assert (await device_of(manager, 1))["revoked_at"] is None
    assert {"control": "wipe"} in (await sync(phone, house, 1)).json()["control"]
    assert (await device_of(manager, 1))["revoked_at"] == house.clock.now_ms


async def test_asking_twice_keeps_the_first_time(house: House) -> None:
    phone, manager = await wiped_phone(house)
    await sync(phone, house, 1)
    house.clock.advance(days=1)
    assert (await manager.post("/api/devices/1/wipe", json={})).status_code == 204
    device = await device_of(manager, 1)
    assert (device["wiped_at"], device["revoked_at"]) == (START_MS, START_MS)


async def test_a_wipe_reaches_a_device_whose_session_is_over_or_whose_person_has_left(house: House) -> None:
    phone, _ = await wiped_phone(house)
    administrator = await house.signed_in("administrator")
    assert (await administrator.patch(f"/api/people/{MAREK}", json={"active": False})).status_code == 200
    house.clock.advance(days=120)
    answer = (await sync(phone, house, 1, edits=[edit(2, 1, "Cake")])).json()
    assert answer["pushed"] == 2
    assert {"control": "wipe"} in answer["control"]


LEAVING: dict[str, dict[str, Any]] = {
    "deactivated": {"active": False},
    "a new password": {"password": "a whole new password 17"},
}


@pytest.mark.parametrize("change", LEAVING.values(), ids=LEAVING)
async def test_a_wipe_reaches_a_device_that_was_signed_out_before_and_its_edits_wait_for_others(
    house: House, change: dict[str, Any]
) -> None:
    phone, administrator = await house.signed_in("rep"), await house.signed_in("administrator")
    await sync(phone, house, 1, edits=[edit(1, 1, "Bread")])
    assert (await administrator.patch(f"/api/people/{MAREK}", json=change)).status_code == 200
    assert (await sync(phone, house, 1)).json()["code"] == "session_expired"
    house.clock.advance(days=80)
    assert (await administrator.post("/api/devices/1/wipe", json={})).status_code == 204
    house.clock.advance(days=500)
    manager = await house.signed_in("manager")
    answer = (await sync(phone, house, 1, edits=[edit(2, 1, "Cake")], report={"waiting": 0})).json()
    assert (answer["pushed"], answer["control"][0], answer["grants"]) == (2, {"control": "wipe"}, [])
    assert [(verdict["verdict"], verdict["code"]) for verdict in answer["verdicts"]] == [("held", "forbidden")]
    assert len((await manager.get(f"/api/history/{CUSTOMER}")).json()) == 1, "nobody has applied it yet"
    offers = (await sync(manager, house, 3, cursors={}, protocol=2)).json()["rows"][f"t:{NORTH}"]
    assert [row["v"]["values"] for row in offers if row["k"] == "held_edit"] == [{"trade": "Cake"}]
    assert (await device_of(manager, 1))["revoked_at"] == house.clock.now_ms


async def test_a_use_that_is_written_down_late_does_not_begin_an_ended_session_again(house: House) -> None:
    phone, administrator = await house.signed_in("rep"), await house.signed_in("administrator")
    house.clock.advance(seconds=70)
    assert (await sync(phone, house, 1)).status_code == 200, "and this use waits to be written down"
    change = {"password": "a whole new password 17"}
    assert (await administrator.patch(f"/api/people/{MAREK}", json=change)).status_code == 200
    await house.application.presence.write()
    assert (await sync(phone, house, 1)).json()["code"] == "session_expired"


async def test_a_device_that_is_not_there_is_not_found(house: House) -> None:
    manager = await house.signed_in("manager")
    for number in (77, 0, 1 << 40):
        assert (await manager.post(f"/api/devices/{number}/wipe", json={})).json()["code"] == "not_found"


@pytest.fixture
def quiet_log(own_log: None) -> None:
    """The log of an operator who chose nothing."""
    configure_logs(Settings())


async def test_who_wiped_and_signed_out_whose_device_is_written_down_at_every_log_level(
    house: House, caplog: pytest.LogCaptureFixture, quiet_log: None
) -> None:
    _, manager = await house.signed_in("rep"), await house.signed_in("manager")
    await manager.delete("/api/devices/1")
    await manager.post("/api/devices/1/wipe", json={})
    # Of requests, which are less important, there is nothing.
    written = [cast("dict[str, Any]", record.msg) for record in caplog.records]
    assert [(line["logger"], line["event"], line["device"], line["person"], line["by"]) for line in written] == [
        (AUDIT, "device revoked", 1, MAREK, ANNA),
        (AUDIT, "device wiped", 1, MAREK, ANNA),
    ]


@pytest.mark.parametrize("days", [14, 0])
async def test_the_reply_says_how_long_the_app_may_be_used_without_contact(tmp_path: Path, days: int) -> None:
    async with open_house(tmp_path / "data", offline_lease_days=days) as house:
        phone = await house.signed_in("rep")
        assert (await sync(phone, house, 1)).json().get("lease", 0) == days * 86_400_000


async def test_to_let_in_no_more_what_is_being_wiped_does_not_cost_its_unsent_work(house: House) -> None:
    phone, manager = await wiped_phone(house)
    assert (await manager.delete("/api/devices/1")).status_code == 204
    assert (await device_of(manager, 1))["revoked_at"] is None, "it is let in no more once nothing waits"
    assert (await sync(phone, house, 1, edits=[edit(2, 1, "Cake")], report={"waiting": 0})).json()["pushed"] == 2
    assert (await device_of(manager, 1))["revoked_at"] is not None

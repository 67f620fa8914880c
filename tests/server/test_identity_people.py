"""Administration: people, their shared records, and the cover of territories."""

import json

import pytest

from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.entities.person import Role
from server.team import ANNA, COAST, EMAIL_BY_ROLE, EWA, JAN, MAREK, NORTH, PASSWORD, House, make_id, sign_in

OLA = {"name": "Ola Nowak", "email": "Ola@Demo.example", "password": "a password", "role": "rep", "locale": "pl"}


async def shared_people(house: House) -> dict[str, dict[str, object]]:
    """Return the values of every person record, by id, as the store has them."""
    rows = await house.application.database.read(
        lambda connection: connection.exec_driver_sql("SELECT id, doc FROM record WHERE kind = 'person'").all()
    )
    return {row.id: json.loads(row.doc)["v"] for row in rows}


async def test_somebody_new_can_sign_in_and_is_a_colleague_in_the_shared_book(house: House) -> None:
    administrator = await house.signed_in("administrator")
    answer = await administrator.post("/api/people", json=OLA)
    assert answer.status_code == 201
    person = answer.json()["person"]
    assert answer.json() == {
        "person": person,
        "name": "Ola Nowak",
        "email": "ola@demo.example",
        "role": "rep",
        "active": True,
        "created": house.clock.now_ms,
    }
    shared = {"name": "Ola Nowak", "role": "rep", "email": "ola@demo.example", "active": True, "locale": "pl"}
    assert (await shared_people(house))[person] == shared
    me = (await sign_in(house.client(), "ola@demo.example", "a password")).json()
    assert (me["person"], me["name"], me["locale"]) == (person, "Ola Nowak", "pl")


async def test_an_email_belongs_to_one_person_however_it_is_written(house: House) -> None:
    administrator = await house.signed_in("administrator")
    for answer in (
        await administrator.post("/api/people", json=OLA | {"email": "MAREK@demo.example"}),
        await administrator.patch(f"/api/people/{EWA}", json={"email": " marek@DEMO.example "}),
    ):
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "taken", "email")
    assert len((await administrator.get("/api/people")).json()) == 4


async def test_a_change_says_only_what_is_different(house: House) -> None:
    administrator = await house.signed_in("administrator")
    before = (await shared_people(house))[MAREK]
    answer = await administrator.patch(f"/api/people/{MAREK}", json={"name": "Marek K."})
    assert answer.json()["name"] == "Marek K."
    assert (await shared_people(house))[MAREK] == before | {"name": "Marek K."}
    assert (await sign_in(house.client(), "marek@demo.example")).json()["name"] == "Marek K."


async def test_what_an_account_decides_is_not_written_past_it(house: House) -> None:
    administrator = await house.signed_in("administrator")
    device = (await administrator.get("/api/session")).json()["device"]
    before = await shared_people(house)
    ghost = make_id(50)
    tries: list[tuple[str, dict[str, object]]] = [
        (MAREK, {"role": "administrator"}),
        (MAREK, {"active": False}),
        (MAREK, {"email": "other@demo.example"}),
        (MAREK, {"deleted": True}),
        (ghost, {"name": "Ghost", "role": "rep"}),
        (MAREK, {"phone": "+48 600 100 200"}),
    ]
    edits = [
        {
            "n": n,
            "kind": "person",
            "id": person,
            "root": "shared",
            "v": values,
            "at": stamp_from_clock(Clock(n, 0, device)),
        }
        for n, (person, values) in enumerate(tries, 1)
    ]
    request = {"protocol": 1, "schema": "", "device": device, "now": house.clock.now_ms, "edits": edits}
    reply = (await administrator.post("/sync", json=request)).json()
    refused = {verdict["n"]: verdict["code"] for verdict in reply["verdicts"] if verdict["verdict"] == "rejected"}
    # A new person is the server's to make altogether, whatever the fields.
    assert refused == dict.fromkeys(range(1, 5), "forbidden_field") | {5: "forbidden"}
    assert await shared_people(house) == before | {MAREK: before[MAREK] | {"phone": "+48 600 100 200"}}


async def test_a_role_is_the_same_in_the_account_and_in_the_shared_book(house: House) -> None:
    administrator = await house.signed_in("administrator")
    await administrator.patch(f"/api/people/{MAREK}", json={"role": "manager"})
    assert (await shared_people(house))[MAREK]["role"] == Role.MANAGER.value
    assert (await sign_in(house.client(), "marek@demo.example")).json()["role"] == "manager"


async def test_a_password_that_an_administrator_sets_ends_the_sessions(house: House) -> None:
    administrator, rep = await house.signed_in("administrator"), await house.signed_in("rep")
    await administrator.patch(f"/api/people/{MAREK}", json={"password": "a better one"})
    assert (await rep.get("/api/session")).json()["code"] == "session_expired"
    assert (await sign_in(house.client(), "marek@demo.example", PASSWORD)).status_code == 401
    assert (await sign_in(house.client(), "marek@demo.example", "a better one")).status_code == 200


@pytest.mark.parametrize("change", [{"role": "rep"}, {"active": False}])
async def test_the_last_administrator_stays(house: House, change: dict[str, object]) -> None:
    administrator = await house.signed_in("administrator")
    answer = await administrator.patch(f"/api/people/{JAN}", json=change)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    await administrator.patch(f"/api/people/{ANNA}", json={"role": "administrator"})
    assert (await administrator.patch(f"/api/people/{JAN}", json=change)).status_code == 200


async def test_cover_is_what_was_put_and_changes_no_record(house: House) -> None:
    manager = await house.signed_in("manager")
    before = await shared_head(house)
    until = {"person": MAREK, "valid_from": 1, "valid_to": 1_800_000_000_000}
    wanted = {"cover": [until, {"person": EWA, "valid_from": 2}]}
    assert (await manager.put(f"/api/territories/{NORTH}/cover", json=wanted)).json() == wanted
    assert (await manager.get(f"/api/territories/{NORTH}/cover")).json() == wanted
    assert await shared_head(house) == before


async def shared_head(house: House) -> object:
    """Return where the shared bucket stands."""
    return (await house.application.store.read_heads(["shared"]))["shared"]


async def test_who_sees_a_territory_is_told_to_those_who_see_it_themselves(house: House) -> None:
    manager, rep = await house.signed_in("manager"), await house.signed_in("rep")
    administrator = await house.signed_in("administrator")
    ended = {"person": EWA, "valid_from": 0, "valid_to": 2}
    await manager.put(f"/api/territories/{NORTH}/cover", json={"cover": [{"person": MAREK}, ended]})
    told = await rep.get(f"/api/territories/{NORTH}/people")
    assert told.json() == {"people": sorted([MAREK, ANNA, JAN])}, "the rep, his manager and the administrator"
    assert (await rep.get(f"/api/territories/{COAST}/people")).status_code == 404
    await administrator.patch(f"/api/people/{ANNA}", json={"active": False})
    assert (await rep.get(f"/api/territories/{NORTH}/people")).json() == {"people": sorted([MAREK, JAN])}


@pytest.mark.parametrize(
    ("cover", "field"),
    [
        ([{"person": COAST}], "cover.0.person"),
        ([{"person": MAREK, "valid_from": 10, "valid_to": 10}], "cover.0.valid_to"),
        ([{"person": MAREK}, {"person": MAREK}], "cover.1"),
    ],
)
async def test_cover_that_makes_no_sense_changes_nothing(house: House, cover: list[object], field: str) -> None:
    manager = await house.signed_in("manager")
    answer = await manager.put(f"/api/territories/{NORTH}/cover", json={"cover": cover})
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert (await manager.get(f"/api/territories/{NORTH}/cover")).json() == {"cover": [{"person": MAREK}]}


async def test_a_territory_that_is_not_there_has_no_cover(house: House) -> None:
    administrator = await house.signed_in("administrator")
    answer = await administrator.get(f"/api/territories/{MAREK}/cover")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_history_names_the_devices_also_those_of_colleagues(house: House) -> None:
    administrator = await house.signed_in("administrator")
    rep = house.client()
    await sign_in(rep, EMAIL_BY_ROLE["rep"], device={"name": "Chrome · Android"})
    device = (await rep.get("/api/session")).json()["device"]
    stamp = stamp_from_clock(Clock(house.clock.now_ms - 1, 0, device))
    customer = make_id(70)
    values = {"name": "Bakery", "territory": NORTH}
    edit = {"n": 1, "kind": "customer", "id": customer, "root": customer, "v": values, "at": stamp}
    request = {"protocol": 1, "schema": "", "device": device, "now": house.clock.now_ms, "edits": [edit]}
    assert (await rep.post("/sync", json=request)).json()["pushed"] == 1

    [entry] = (await administrator.get(f"/api/history/{customer}")).json()
    assert (entry["person"], entry["device_name"]) == (MAREK, "Chrome · Android")

    await administrator.patch(f"/api/people/{MAREK}", json={"name": "Marek K."})
    [by_the_server] = (await administrator.get(f"/api/history/{MAREK}")).json()
    assert (by_the_server["device"], by_the_server["device_name"]) == (0, "")

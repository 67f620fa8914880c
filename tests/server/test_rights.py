"""Rights: every endpoint with every kind of caller, and which buckets each person holds."""

import asyncio
from typing import Any, Final

import httpx
import pytest

from routebook_sync.clock import Clock, stamp_from_clock
from server.team import ANNA, COAST, EWA, JAN, MAREK, NORTH, PASSWORD, REGION, SOUTH, House, make_id

CALLERS: Final = ("anonymous", "expired", "revoked", "rep", "other_rep", "manager", "administrator")

NEW_PERSON: Final = {"name": "Ola", "email": "ola@demo.example", "password": "a password", "role": "rep"}
SIGN_IN: Final = {"email": "marek@demo.example", "password": PASSWORD}
SYNC: Final = {"protocol": 1, "schema": "", "now": 0}
SUBSCRIPTION: Final = {
    "endpoint": "https://push.example.com/x",
    "p256dh": "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
    "auth": "AAAAAAAAAAAAAAAAAAAAAA",
}
NOBODYS: Final = {"anonymous": 401, "expired": 401, "revoked": 401}
"""What those get who are not signed in."""


def only(**status_by_caller: int) -> dict[str, int]:
    """Return the expected status of every caller; strangers get 401, signed-in people not named 403."""
    signed_in = dict.fromkeys(("rep", "other_rep", "manager", "administrator"), 403)
    return {**NOBODYS, **signed_in, **status_by_caller}


def everybody(status: int, **status_by_caller: int) -> dict[str, int]:
    """Return the expected status of every caller: ``status`` for whoever is not named, signed in or not."""
    return {**dict.fromkeys(CALLERS, status), **status_by_caller}


SIGNED_IN: Final = {"rep": 200, "other_rep": 200, "manager": 200, "administrator": 200}
MISSING: Final = {"rep": 404, "other_rep": 404, "manager": 404, "administrator": 404}
DONE: Final = {"rep": 204, "other_rep": 204, "manager": 204, "administrator": 204}

EXPECTED: Final[dict[tuple[str, str], tuple[str, Any, dict[str, int]]]] = {
    ("GET", "/api/health"): ("/api/health", None, everybody(200)),
    ("GET", "/api/schema"): ("/api/schema", None, everybody(200)),
    ("GET", "/api/schema/openapi.json"): ("/api/schema/openapi.json", None, everybody(200)),
    ("GET", "/api/schema/{path}"): ("/api/schema/other", None, everybody(404)),
    ("POST", "/api/session"): ("/api/session", SIGN_IN, everybody(200)),
    ("DELETE", "/api/session"): ("/api/session", None, everybody(204)),
    ("GET", "/api/session"): ("/api/session", None, only(**SIGNED_IN)),
    ("POST", "/api/password"): ("/api/password", {"old": PASSWORD, "new": "a better one"}, only(**DONE)),
    ("GET", "/api/devices"): ("/api/devices", None, only(**SIGNED_IN)),
    # Device 3 is Marek's. Whoever may not see it is not told that it is there.
    ("DELETE", "/api/devices/{number}"): (
        "/api/devices/3",
        None,
        only(rep=204, other_rep=404, manager=204, administrator=204),
    ),
    ("POST", "/api/devices/{number}/wipe"): (
        "/api/devices/3/wipe",
        {},
        only(rep=204, other_rep=404, manager=204, administrator=204),
    ),
    ("GET", "/api/people"): ("/api/people", None, only(administrator=200)),
    ("POST", "/api/people"): ("/api/people", NEW_PERSON, only(administrator=201)),
    ("PATCH", "/api/people/{person}"): (f"/api/people/{MAREK}", {"name": "Marek K."}, only(administrator=200)),
    ("GET", "/api/territories/{territory}/cover"): (
        f"/api/territories/{NORTH}/cover",
        None,
        only(manager=200, administrator=200),
    ),
    # Whoever does not see the territory is not told that it is there.
    ("GET", "/api/territories/{territory}/people"): (
        f"/api/territories/{NORTH}/people",
        None,
        only(rep=200, other_rep=404, manager=200, administrator=200),
    ),
    ("PUT", "/api/territories/{territory}/cover"): (
        f"/api/territories/{NORTH}/cover",
        {"cover": [{"person": EWA}]},
        only(manager=200, administrator=200),
    ),
    ("GET", "/api/push/key"): ("/api/push/key", None, everybody(200)),
    ("GET", "/api/push/subscription"): ("/api/push/subscription", None, only(**SIGNED_IN)),
    ("PUT", "/api/push/subscription"): ("/api/push/subscription", SUBSCRIPTION, only(**SIGNED_IN)),
    ("DELETE", "/api/push/subscription"): ("/api/push/subscription", None, only(**DONE)),
    ("PUT", "/api/time-zone"): ("/api/time-zone", {"time_zone": "Europe/Warsaw"}, only(**SIGNED_IN)),
    ("GET", "/api/reminders"): ("/api/reminders", None, only(**SIGNED_IN)),
    ("POST", "/api/reminders/test"): (
        "/api/reminders/test",
        {},
        only(rep=200, other_rep=200, manager=200, administrator=200),
    ),
    # By the secret of each message, whoever is signed in; a wrong one is told nothing.
    ("POST", "/api/reminders/{delivery}/shown"): ("/api/reminders/x/shown", {"token": "x"}, everybody(404)),
    ("POST", "/api/reminders/{delivery}/act"): (
        "/api/reminders/x/act",
        {"token": "x", "action": "done"},
        everybody(404),
    ),
    ("GET", "/api/calendar"): ("/api/calendar", None, only(**SIGNED_IN)),
    ("POST", "/api/calendar"): ("/api/calendar", {}, only(rep=201, other_rep=201, manager=201, administrator=201)),
    ("DELETE", "/api/calendar"): ("/api/calendar", None, only(**DONE)),
    ("GET", "/api/calendar.ics"): ("/api/calendar.ics?key=x", None, everybody(404)),
    ("HEAD", "/api/calendar.ics"): ("/api/calendar.ics?key=x", None, everybody(404)),
    # Person records are shared by all.
    ("GET", "/api/history/{record_id}"): (f"/api/history/{MAREK}", None, only(**SIGNED_IN)),
    # No customer, whoever asks; whose customers' older records one may read, their own tests tell.
    ("GET", "/api/customers/{customer}/older"): (f"/api/customers/{MAREK}/older", None, only(**MISSING)),
    # No file, whoever asks; whose files one may read and write, their own tests tell.
    ("GET", "/api/files/{record}/{digest}"): (f"/api/files/{MAREK}/{'0' * 64}", None, only(**MISSING)),
    ("GET", "/api/files/{record}/{digest}/upload"): (f"/api/files/{MAREK}/{'0' * 64}/upload", None, only(**MISSING)),
    ("PATCH", "/api/files/{record}/{digest}/upload"): (
        f"/api/files/{MAREK}/{'0' * 64}/upload",
        {},
        only(**MISSING),
    ),
    # Here there is no routing server, whoever asks.
    ("POST", "/api/roads"): ("/api/roads", {"places": [{"latitude": 0, "longitude": 0}] * 2}, only(**MISSING)),
    ("GET", "/api/projection"): ("/api/projection", None, only(**SIGNED_IN)),
    ("ASGI", "/sync"): ("/sync", SYNC, only(**SIGNED_IN)),
    ("ASGI", "/live"): ("/live", None, only(**SIGNED_IN)),
}
"""Address, body and expected status by caller, for every route of the server."""


def routes_of(house: House) -> set[tuple[str, str]]:
    """Return every route as method and path, as the application itself tells."""
    found = set()
    for route in house.application.litestar.routes:
        path = "/" + "/".join(part if isinstance(part, str) else f"{{{part.name}}}" for part in route.path_components)
        methods = getattr(route, "methods", None) or {"ASGI"}
        found |= {(str(method), path) for method in methods if method != "OPTIONS"}
    return found


async def caller(house: House, kind: str) -> httpx.AsyncClient:
    """Return a client of this kind; a rep has device 3."""
    if kind == "anonymous":
        return house.client()
    if kind in {"expired", "revoked"}:
        client = await house.signed_in("rep")
        if kind == "expired":
            house.clock.advance(days=91)
        else:
            await client.delete("/api/devices/1")
        return client
    for _ in range(2):
        await house.signed_in("administrator")
    mareks = await house.signed_in("rep")
    return mareks if kind == "rep" else await house.signed_in(kind)


async def test_every_route_is_in_the_table(house: House) -> None:
    assert routes_of(house) == set(EXPECTED)


@pytest.mark.parametrize("kind", CALLERS)
@pytest.mark.parametrize("route", sorted(set(EXPECTED) - {("ASGI", "/live")}), ids=" ".join)
async def test_each_endpoint_lets_in_whom_it_should(house: House, route: tuple[str, str], kind: str) -> None:
    path, body, expected = EXPECTED[route]
    client = await caller(house, kind)
    if path == "/sync":
        number = {"rep": 3, "other_rep": 4, "manager": 4, "administrator": 4}.get(kind, 1)
        body = {**body, "device": number, "now": house.clock.now_ms}
    method = "POST" if path == "/sync" else route[0]
    headers = {"upload-offset": "0"} if method == "PATCH" and path.endswith("/upload") else {}
    answer = await client.request(method, path, json=body, headers=headers)
    assert answer.status_code == expected[kind], answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        strangers = {"anonymous": "not_signed_in", "expired": "session_expired", "revoked": "device_revoked"}
        code_by_status = {401: strangers.get(kind), 403: "forbidden", 404: "not_found"}
        if method != "HEAD":
            assert answer.json()["code"] == code_by_status[answer.status_code]


@pytest.mark.parametrize("kind", CALLERS)
async def test_the_live_stream_lets_in_whom_it_should(house: House, kind: str) -> None:
    client = await caller(house, kind)
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    started = asyncio.Event()
    status = 0

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            started.set()

    async def receive() -> dict[str, Any]:
        await started.wait()
        return {"type": "http.disconnect"}

    scope = {
        "type": "http", "method": "GET", "path": "/live", "raw_path": b"/live", "query_string": b"", "scheme": "http",
        "headers": [(b"cookie", cookie.encode())], "root_path": "", "http_version": "1.1", "server": ("test", 80),
        "client": ("192.0.2.1", 1), "asgi": {"version": "3.0"},
    }  # fmt: skip
    async with asyncio.timeout(30):
        await house.application(scope, receive, send)
    assert status == EXPECTED["ASGI", "/live"][2][kind]


async def grants(client: httpx.AsyncClient, house: House) -> list[str]:
    """Return the buckets that a sync grants."""
    device = (await client.get("/api/session")).json()["device"]
    answer = await client.post("/sync", json={**SYNC, "device": device, "now": house.clock.now_ms})
    found: list[str] = answer.json()["grants"]
    return found


@pytest.mark.parametrize(
    ("role", "person", "territories"),
    [
        ("rep", MAREK, [NORTH]),
        ("other_rep", EWA, [SOUTH]),
        ("manager", ANNA, [REGION, NORTH, SOUTH]),
        ("administrator", JAN, [REGION, NORTH, SOUTH, COAST]),
    ],
)
async def test_each_person_holds_exactly_his_buckets_the_most_useful_first(
    house: House, role: str, person: str, territories: list[str]
) -> None:
    expected = [f"u:{person}", "shared", *(f"t:{territory}" for territory in territories)]
    assert await grants(await house.signed_in(role), house) == expected


async def test_a_rep_never_gets_rows_of_a_bucket_that_he_only_asks_for(house: House) -> None:
    client = await house.signed_in("rep")
    cursors = {f"t:{SOUTH}": [1, 0], f"u:{EWA}": [1, 0]}
    answer = await client.post("/sync", json={**SYNC, "device": 1, "now": house.clock.now_ms, "cursors": cursors})
    assert not {f"t:{SOUTH}", f"u:{EWA}"} & (set(answer.json()["rows"]) | set(answer.json()["cursors"]))


async def test_a_change_of_cover_counts_from_the_next_request_on(house: House) -> None:
    rep, other, manager = [await house.signed_in(role) for role in ("rep", "other_rep", "manager")]
    assert f"t:{NORTH}" in await grants(rep, house)
    answer = await manager.put(f"/api/territories/{NORTH}/cover", json={"cover": [{"person": EWA}]})
    assert answer.status_code == 200
    assert f"t:{NORTH}" not in await grants(rep, house)
    assert await grants(other, house) == [f"u:{EWA}", "shared", f"t:{NORTH}", f"t:{SOUTH}"]


async def test_a_cover_begins_and_ends_by_itself(house: House) -> None:
    rep, manager = await house.signed_in("rep"), await house.signed_in("manager")
    begins, ends = house.clock.now_ms + 3_600_000, house.clock.now_ms + 7_200_000
    holiday = {"cover": [{"person": EWA}, {"person": MAREK, "valid_from": begins, "valid_to": ends}]}
    assert (await manager.put(f"/api/territories/{SOUTH}/cover", json=holiday)).status_code == 200
    seen = []
    for _ in range(3):
        seen.append(f"t:{SOUTH}" in await grants(rep, house))
        house.clock.advance(seconds=3_600)
    assert seen == [False, True, False]


async def test_a_new_place_in_the_tree_counts_from_the_next_request_on(house: House) -> None:
    manager, administrator = await house.signed_in("manager"), await house.signed_in("administrator")
    assert f"t:{COAST}" not in await grants(manager, house)
    at = "01k7s0000000000002"
    edit = {"n": 1, "kind": "territory", "id": COAST, "root": "shared", "v": {"parent": REGION}, "at": at, "base": {}}
    device = (await administrator.get("/api/session")).json()["device"]
    request = {**SYNC, "device": device, "now": house.clock.now_ms, "edits": [edit]}
    answer = (await administrator.post("/sync", json=request)).json()
    assert "verdicts" not in answer or answer["verdicts"][0]["verdict"] != "rejected", answer
    assert f"t:{COAST}" in await grants(manager, house)


async def test_a_new_role_counts_from_the_next_request_on(house: House) -> None:
    rep, administrator = await house.signed_in("rep"), await house.signed_in("administrator")
    assert (await rep.get("/api/people")).status_code == 403
    assert (await administrator.patch(f"/api/people/{MAREK}", json={"role": "administrator"})).status_code == 200
    assert (await rep.get("/api/people")).status_code == 200
    assert f"t:{COAST}" in await grants(rep, house)


async def test_a_manager_has_no_say_outside_his_region(house: House) -> None:
    manager = await house.signed_in("manager")
    for method in ("GET", "PUT"):
        answer = await manager.request(
            method, f"/api/territories/{COAST}/cover", json={"cover": []} if method == "PUT" else None
        )
        assert answer.json()["code"] == "forbidden"


async def test_a_manager_sees_the_devices_of_his_people_and_no_administrators(house: House) -> None:
    for role in ("rep", "other_rep", "administrator"):
        await house.signed_in(role)
    manager = await house.signed_in("manager")
    cover = {"cover": [{"person": MAREK}, {"person": JAN}]}
    assert (await manager.put(f"/api/territories/{NORTH}/cover", json=cover)).status_code == 200
    people = {device["person"] for device in (await manager.get("/api/devices")).json()}
    assert people == {MAREK, EWA, ANNA}
    rep = await house.signed_in("rep")
    assert {device["person"] for device in (await rep.get("/api/devices")).json()} == {MAREK}


@pytest.mark.parametrize(("cursors", "verdict"), [({f"t:{NORTH}": [1, 0]}, "held"), ({}, "rejected")])
async def test_what_was_in_ones_hands_when_the_territory_went_is_kept_for_a_decision(
    house: House, cursors: dict[str, list[int]], verdict: str
) -> None:
    rep, manager = await house.signed_in("rep"), await house.signed_in("manager")
    request = {**SYNC, "device": 1, "now": house.clock.now_ms}
    stamps = [stamp_from_clock(Clock(house.clock.now_ms - 10 + n, 0, 1)) for n in range(2)]
    customer = make_id(60)
    edit = {"kind": "customer", "id": customer, "root": customer}
    made = {**edit, "n": 1, "v": {"name": "Bakery", "territory": NORTH}, "at": stamps[0]}
    assert (await rep.post("/sync", json={**request, "edits": [made]})).json()["pushed"] == 1
    await manager.put(f"/api/territories/{NORTH}/cover", json={"cover": []})
    # A request without edits has told the device already that the territory is gone.
    assert f"t:{NORTH}" not in (await rep.post("/sync", json=request)).json()["grants"]

    changed = {**edit, "n": 2, "v": {"trade": "Bread"}, "at": stamps[1]}
    answer = (await rep.post("/sync", json={**request, "edits": [changed], "cursors": cursors})).json()
    assert [told["verdict"] for told in answer["verdicts"]] == [verdict]

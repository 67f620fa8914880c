"""Bad input: every endpoint answers it with a problem that has a code and names the field, never with a fault."""

import json
import re
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from routebook_server.app import MAX_BODY_BYTES
from routebook_server.database import SqliteDatabase, driver_of
from routebook_sync.messages import ProblemCode
from server.team import MAREK, NORTH, PASSWORD, House, open_house, sign_in
from server.test_rights import routes_of

GOOD: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("POST", "/api/session"): {"email": "marek@demo.example", "password": PASSWORD, "device": {"name": "Chrome"}},
    ("POST", "/api/password"): {"old": PASSWORD, "new": "a better one"},
    ("POST", "/api/people"): {"name": "Ola", "email": "ola@demo.example", "password": "a password", "role": "rep"},
    ("PATCH", f"/api/people/{MAREK}"): {"name": "Marek K."},
    ("PUT", f"/api/territories/{NORTH}/cover"): {"cover": [{"person": MAREK}]},
}
"""A good body for every endpoint of identity that takes one."""
REQUIRED: Final = {
    ("POST", "/api/session"): ["email", "password"],
    ("POST", "/api/password"): ["old", "new"],
    ("POST", "/api/people"): ["name", "email", "password", "role"],
    ("PUT", f"/api/territories/{NORTH}/cover"): ["cover"],
}
BROKEN: Final = {
    "nothing": b"",
    "cut short": b'{"email": "marek',
    "not UTF-8": b'{"email": "\xff\xfe"}',
    "a list": b"[]",
    "a word": b"hello",
    "null": b"null",
    "a number": b"17",
    "very deep": b"[" * 50_000,
    "a number without end": b"1" * 5_000,
}
ADDRESSES: Final = sorted(GOOD)


def a_problem(answer: httpx.Response, status: int, *codes: str) -> dict[str, Any]:
    """Return the problem after checking its form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    body: dict[str, Any] = answer.json()
    assert body["code"] in codes, body
    assert body["type"] == f"urn:routebook:problem:{ProblemCode(body['code']).value}"
    assert body["status"] == status
    assert body["title"]
    assert "Traceback" not in answer.text
    return body


@pytest.fixture
async def client(house: House) -> httpx.AsyncClient:
    """An administrator, who may do everything."""
    return await house.signed_in("administrator")


@pytest.mark.parametrize("address", ADDRESSES, ids=" ".join)
@pytest.mark.parametrize("what", BROKEN)
async def test_a_body_that_cannot_be_read_is_a_problem(
    client: httpx.AsyncClient, address: tuple[str, str], what: str
) -> None:
    headers = {"content-type": "application/json"}
    answer = await client.request(*address, content=BROKEN[what], headers=headers)
    a_problem(answer, 400, "malformed", "wrong_type", "missing_field")


@pytest.mark.parametrize("address", ADDRESSES, ids=" ".join)
async def test_each_field_of_a_wrong_type_is_named(client: httpx.AsyncClient, address: tuple[str, str]) -> None:
    for field in GOOD[address]:
        answer = await client.request(*address, json=GOOD[address] | {field: 17})
        assert a_problem(answer, 400, "wrong_type")["field"] == field


@pytest.mark.parametrize("address", sorted(REQUIRED), ids=" ".join)
async def test_each_missing_field_is_named(client: httpx.AsyncClient, address: tuple[str, str]) -> None:
    for field in REQUIRED[address]:
        body = {name: value for name, value in GOOD[address].items() if name != field}
        assert a_problem(await client.request(*address, json=body), 400, "missing_field")["field"] == field


@pytest.mark.parametrize("address", ADDRESSES, ids=" ".join)
async def test_an_unknown_field_is_named(client: httpx.AsyncClient, address: tuple[str, str]) -> None:
    answer = await client.request(*address, json=GOOD[address] | {"surprise": 1})
    assert a_problem(answer, 400, "unknown_field")["field"] == "surprise"


@pytest.mark.parametrize("address", ADDRESSES, ids=" ".join)
async def test_too_much_is_refused_whether_announced_or_not(
    client: httpx.AsyncClient, address: tuple[str, str]
) -> None:
    body = json.dumps(GOOD[address] | {"surprise": "x" * MAX_BODY_BYTES}).encode()

    async def in_parts() -> Any:
        for at in range(0, len(body), 10_000):
            yield body[at : at + 10_000]

    headers = {"content-type": "application/json"}
    a_problem(await client.request(*address, content=body, headers=headers), 413, "too_large")
    a_problem(await client.request(*address, content=in_parts(), headers=headers), 413, "too_large")


@pytest.mark.parametrize("address", [*ADDRESSES, ("POST", "/sync")], ids=" ".join)
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_body_that_does_not_say_it_is_json_is_not_read(
    client: httpx.AsyncClient, address: tuple[str, str], content_type: str
) -> None:
    body = json.dumps(GOOD.get(address, {})).encode()
    answer = await client.request(*address, content=body, headers={"content-type": content_type})
    a_problem(answer, 415, "unsupported_type")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("email", "no address"),
        ("email", "two@at@signs.example"),
        ("email", "x" * 200 + "@demo.example"),
        ("password", "short"),
        ("password", "x" * 201),
        ("role", "king"),
        ("name", ""),
        ("name", "x" * 201),
    ],
)
async def test_a_value_that_will_not_do_is_named(client: httpx.AsyncClient, field: str, wrong: str) -> None:
    answer = await client.post("/api/people", json=GOOD["POST", "/api/people"] | {field: wrong})
    assert a_problem(answer, 400, "wrong_type")["field"] == field


async def test_a_value_inside_is_named_by_its_path(client: httpx.AsyncClient) -> None:
    address = f"/api/territories/{NORTH}/cover"
    answer = await client.put(address, json={"cover": [{"person": MAREK}, {"person": "nobody"}]})
    assert a_problem(answer, 400, "wrong_type")["field"] == "cover.1.person"
    answer = await client.put(address, json={"cover": [{"person": MAREK, "surprise": 1}]})
    assert a_problem(answer, 400, "unknown_field")["field"] == "cover.0.surprise"
    answer = await sign_in(client, "marek@demo.example", device={"name": "Chrome", "number": 0})
    assert a_problem(answer, 400, "wrong_type")["field"] == "device.number"


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("PUT", "/api/session"),
        ("GET", "/api/password"),
        ("POST", "/api/devices"),
        ("DELETE", "/api/people"),
        ("POST", "/api/health"),
        ("PUT", "/sync"),
        ("POST", "/live"),
        ("POST", "/"),
        ("DELETE", "/index.html"),
    ],
)
async def test_a_wrong_method_is_a_problem(client: httpx.AsyncClient, method: str, address: str) -> None:
    answer = await client.request(method, address, headers={"content-type": "application/json"})
    a_problem(answer, 405, "method_not_allowed")


@pytest.mark.parametrize(
    "address",
    [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/devices/7/more",
        "/api/history",
        "/sync/more",
        "/live/more",
        "/nothing.js",
        "/_app/immutable/gone.0123456789.js",
        "/_app/immutable/gone",
        "/%2e%2e/%2e%2e/etc/passwd.txt",
        "/..%2f..%2fpyproject.toml",
    ],
)
async def test_a_wrong_address_is_a_problem(client: httpx.AsyncClient, address: str) -> None:
    a_problem(await client.get(address), 404, "not_found")


@pytest.mark.parametrize("number", [0, -1, 7, 2**63, 10**40, "seven"])
async def test_a_device_that_is_not_there_is_a_problem(client: httpx.AsyncClient, number: object) -> None:
    a_problem(await client.delete(f"/api/devices/{number}"), 404, "not_found")


@pytest.mark.parametrize("person", ["nobody", "0" * 26, "%00", "'; DROP TABLE account; --", "x" * 5_000])
async def test_a_person_that_is_not_there_is_a_problem(client: httpx.AsyncClient, person: str) -> None:
    a_problem(await client.patch(f"/api/people/{person}", json={"name": "Somebody"}), 404, "not_found")


async def test_a_nul_in_an_address_reaches_no_route_on_either_database(address: str, tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", database=address) as house:
        client = await house.signed_in("administrator")
        for method, path in sorted(routes_of(house)):
            verb, whole = "POST" if method == "ASGI" else method, re.sub(r"{\w+}", NORTH, path)
            for parameter in re.findall(r"{\w+}", path):
                spoilt = re.sub(r"{\w+}", NORTH, path.replace(parameter, "a%00b"))
                a_problem(await client.request(verb, spoilt, json={}), 404, "not_found")
            for query in ("before=%00", "key=a%00b", "%00"):
                answer = await client.request(verb, f"{whole}?{query}", json={})
                if verb == "HEAD":
                    assert answer.status_code == 400
                else:
                    a_problem(answer, 400, "malformed")


@pytest.mark.parametrize(
    "cookie", ["routebook_session=", "routebook_session=x", "a=b", "=;;=;", "routebook_session=" + "x" * 5_000]
)
async def test_a_strange_cookie_is_no_session(house: House, cookie: str) -> None:
    answer = await house.client(Cookie=cookie).get("/api/session")
    a_problem(answer, 401, "not_signed_in", "session_expired")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://routebook.test:8080"},
        {"origin": "http://[broken"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("address", [*ADDRESSES, ("DELETE", "/api/session"), ("POST", "/sync")], ids=" ".join)
async def test_another_sites_page_changes_nothing(
    client: httpx.AsyncClient, address: tuple[str, str], headers: dict[str, str]
) -> None:
    answer = await client.request(*address, json=GOOD.get(address, {}), headers=headers)
    a_problem(answer, 403, "forbidden")


@pytest.mark.parametrize(
    "headers", [{"origin": "http://routebook.test"}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}]
)
async def test_the_apps_own_page_is_let_through(house: House, headers: dict[str, str]) -> None:
    assert (await sign_in(house.client(**headers), "marek@demo.example")).status_code == 200


async def test_a_fault_of_ours_is_told_by_a_number_and_without_its_story(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = await house.signed_in("rep")
    monkeypatch.setattr(house.application.database, "read_now", lambda work: 1 / 0)
    body = a_problem(await client.get("/api/session"), 500, "internal")
    number = body["detail"].split()[-1].rstrip(".")
    assert "division" not in json.dumps(body)
    assert number in capsys.readouterr().out


async def test_the_log_keeps_no_password_cookie_or_query(
    house: House, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "request")
    client = await house.signed_in("rep")
    await sign_in(client, "marek@demo.example", "a secret typed wrong")
    await client.get("/api/session?secret=in-the-query")
    logged = capsys.readouterr().out
    assert "/api/session" in logged
    for secret in (PASSWORD, "typed wrong", "in-the-query", *client.cookies.values()):
        assert secret not in logged.replace("data/", ""), secret


async def test_a_full_disk_is_no_fault_of_ours_and_says_when_to_come_again(house: House) -> None:
    administrator = await house.signed_in("administrator")
    database = house.application.database
    assert isinstance(database, SqliteDatabase)
    pages = await database.read(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    await database.write(lambda connection: driver_of(connection).execute(f"PRAGMA max_page_count = {pages}"))
    answers: list[httpx.Response] = []
    while not answers or answers[-1].status_code == 201:  # until the free pages are used up
        ola = {"name": "Ola", "email": f"ola{len(answers)}@demo.example", "password": PASSWORD, "role": "rep"}
        answers.append(await administrator.post("/api/people", json=ola))
    assert (answers[-1].status_code, answers[-1].json()["code"]) == (503, "unavailable")
    assert int(answers[-1].headers["retry-after"]) > 0

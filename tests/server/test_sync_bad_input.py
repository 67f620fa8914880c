"""Bad input gets a clear problem or verdict, never a fault of the server, and nothing is lost."""

import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from routebook_sync.messages import MAX_BUCKETS, MAX_EDIT_BYTES, MAX_EDITS, MAX_REQUEST_BYTES, ProblemCode
from server.devices import ANNA, BAKERY, MIRA, Team, make_id, open_team, problem_of

VISIT = make_id(1)
VALUES: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "status": "planned"}


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


def edits_of(*edits: bytes) -> bytes:
    return b'{"protocol":1,"schema":"test","device":1,"now":1,"edits":[' + b",".join(edits) + b"]}"


def request_with(**changed: Any) -> bytes:
    return msgspec.json.encode({"protocol": 1, "schema": "test", "device": 1, "now": 1, **changed})


def edit_json(**changed: Any) -> bytes:
    edit = {"n": 1, "kind": "visit", "id": VISIT, "root": BAKERY, "v": VALUES, "at": "0" * 14 + "0001"}
    return msgspec.json.encode({**edit, **changed})


def nested(depth: int, value: Any = 1) -> Any:
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"null", "malformed"),
        (b"[]", "malformed"),
        (b"{", "malformed"),
        (b"{}", "malformed"),
        (b'{"protocol":"1"}', "malformed"),
        (b'{"protocol":0,"schema":"","device":1,"now":1}', "malformed"),
        (b'{"protocol":1,"schema":"","device":0,"now":1}', "malformed"),
        (b'{"protocol":1,"schema":"","device":1,"now":-1}', "malformed"),
        (b'{"protocol":1,"schema":"","device":1,"now":1e999}', "malformed"),
        (b'{"protocol":1,"schema":"","device":1,"now":NaN}', "malformed"),
        (b'{"protocol":1,"schema":"","device":1,"now":1,"cursors":{"shared":[1]}}', "malformed"),
        (b'{"protocol":1,"schema":"","device":1,"now":1,"cursors":{"shared":[1,-1]}}', "malformed"),
        (b'{"protocol":1,"schema":"","device":1,"now":1,"cursors":{"shared":[1,99999999999999999999]}}', "malformed"),
        (b'{"protocol":1,"schema":"","device":1,"now":1,"edits":{}}', "malformed"),
        (b'{"protocol":99,"schema":"","device":1,"now":1}', "future_protocol"),
        (b'{"protocol":9,"hello":[]}', "future_protocol"),
        (b'{"protocol":1,"schema":"","device":2,"now":1}', "wrong_device"),
        (edits_of(b"[" * 50_000 + b"]" * 50_000), "malformed"),
        (edits_of(b"null"), "malformed"),
        (edits_of(b"{}"), "malformed"),
        (edits_of(edit_json(n=0)), "malformed"),
        (edits_of(edit_json(n=-5)), "malformed"),
        (edits_of(edit_json(n="1")), "malformed"),
        (edits_of(edit_json(n=1.5)), "malformed"),
        (edits_of(edit_json(n=2)), "gap"),
        (request_with(cursors={"t:\x00": [1, 0]}), "malformed"),
        (request_with(check={"t:\x00": ""}), "malformed"),
        (edits_of(*[b"{}"] * (MAX_EDITS + 1)), "too_large"),
        (request_with(cursors={f"bucket{number}": [1, 0] for number in range(MAX_BUCKETS + 1)}), "too_large"),
        (edits_of(b'"' + b"x" * MAX_REQUEST_BYTES + b'"'), "too_large"),
    ],
)
async def test_a_request_that_cannot_be_taken_gets_its_code_and_changes_nothing(
    team: Team, body: bytes, code: str
) -> None:
    phone = team.device(1, ANNA)
    before = await team.read("SELECT * FROM record")
    problem = problem_of(await phone.post(body))

    assert problem.code == code
    assert problem.title
    assert await team.read("SELECT * FROM record") == before
    assert await team.read("SELECT * FROM held") == []
    assert await team.read("SELECT * FROM replica") == []


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (b'{"n":1}', "malformed"),
        (b'{"n":1,"kind":7}', "malformed"),
        (edit_json(id="short"), "malformed"),
        (edit_json(id=VISIT.upper() + "Z"), "malformed"),
        (edit_json(id="../../etc/passwd"), "malformed"),
        (edit_json(root="x" * 27), "malformed"),
        (edit_json(root="x" * 26), "foreign_root"),
        (edit_json(root=""), "foreign_root"),
        (edit_json(v=[]), "malformed"),
        (edit_json(v=None), "malformed"),
        (edit_json(at="yesterday"), "bad_stamp"),
        (edit_json(at="z" * 18), "bad_stamp"),
        (edit_json(base={"note": "?"}), "bad_stamp"),
        (edit_json(at="0" * 14 + "0002"), "bad_stamp"),
        (edit_json(kind="' OR 1=1"), "unknown_kind"),
        (edit_json(kind="x" * 10_000), "unknown_kind"),
        (edit_json(v={**VALUES, "note": "a\x00b"}), "wrong_type"),
        (edit_json(v={**VALUES, "comments": {"1" * 18: "a\x00b"}}), "wrong_type"),
        (edit_json(kind="vis\x00it"), "wrong_type"),
        (edit_json(v={**VALUES, "a\x00": 1}), "wrong_type"),
        (edit_json(v={**VALUES, "note": "x" * 10_001}), "wrong_type"),
        (edit_json(v={**VALUES, "note": "x" * MAX_EDIT_BYTES}), "too_large"),
        (msgspec.json.encode({"n": 1, "kind": "گ" * (MAX_EDIT_BYTES // 2)}), "too_large"),
        (edit_json(v={**VALUES, "latitude": 10**400}), "wrong_type"),
        (edit_json(v={**VALUES, "latitude": -(10**30)}), "wrong_type"),
        (edit_json(v={**VALUES, "latitude": 1e300}), "wrong_type"),
        (edit_json(kind="setting", root=ANNA, v={"name": "x", "value": nested(40)}), "wrong_type"),
        (edit_json(kind="setting", root=ANNA, v={"name": "x", "value": nested(900)}), "wrong_type"),
        (edit_json(kind="setting", root=ANNA, v={"name": "x", "value": nested(900, "a\x00b")}), "wrong_type"),
        (edit_json(kind="setting", root=ANNA, v={"name": "x", "value": nested(900, {"a\x00": 1})}), "wrong_type"),
        (edit_json(v={**VALUES, "note": nested(900)}).replace(b"[1]", rb'["\ufffd"]'), "wrong_type"),
        (edit_json(v={**VALUES, "note": nested(900)}).replace(b"[1]", rb'["\ud800"]'), "wrong_type"),
    ],
)
async def test_an_edit_that_cannot_be_taken_is_refused_by_number_and_the_next_is_stored(
    team: Team, edit: bytes, code: str
) -> None:
    phone = team.device(1, ANNA)
    good = edit_json(n=2, id=make_id(2))
    response = await phone.post(edits_of(edit, good))

    assert response.status_code == 200, response.text
    reply = response.json()
    assert [(verdict["n"], verdict["verdict"], verdict["code"]) for verdict in reply["verdicts"]] == [
        (1, "rejected", code)
    ]
    assert reply["pushed"] == 2
    assert await team.row(VISIT) is None
    assert await team.row(make_id(2)) is not None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (r"half \ud83d", "half \ufffd"),
        (r"\ud800x", "\ufffdx"),
        (r"\udc00\ud800", "\ufffd\ufffd"),
        (r"whole \ud83d\ude00 and \uD83D", "whole \U0001f600 and \ufffd"),
        (r"\\ud800 is no surrogate \ud800", "\\ud800 is no surrogate \ufffd"),
    ],
)
async def test_half_a_character_is_mended_and_said(team: Team, written: str, kept: str) -> None:
    phone = team.device(1, ANNA)
    broken = edit_json(v={**VALUES, "note": "?"}).replace(b"?", written.encode())
    reply = (await phone.post(edits_of(broken, edit_json(n=2, id=make_id(2))))).json()

    assert [(verdict["n"], verdict["verdict"]) for verdict in reply["verdicts"]] == [(1, "repaired")]
    row = await team.row(VISIT)
    assert row is not None
    assert row["v"]["note"] == kept
    assert VISIT in {row["i"] for rows in reply["rows"].values() for row in rows}


def bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([packer.compress(b" " * 1_000_000) for _ in range(500)]) + packer.flush()


@pytest.mark.parametrize(
    ("make_body", "encoding", "code"),
    [
        (bomb, "gzip", "too_large"),
        (lambda: b"not gzip", "gzip", "malformed"),
        (lambda: gzip.compress(b"{}")[:-4], "gzip", "malformed"),
        (lambda: gzip.compress(b"{}") + b"tail", "gzip", "malformed"),
        (lambda: b"{}", "br", "malformed"),
    ],
)
async def test_a_packed_body_that_cannot_be_taken_gets_its_code(
    team: Team, make_body: Callable[[], bytes], encoding: str, code: str
) -> None:
    phone = team.device(1, ANNA)
    assert problem_of(await phone.post(make_body(), **{"content-encoding": encoding})).code == code


async def test_a_packed_request_is_read_and_the_reply_is_packed_for_whoever_takes_it(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    body = gzip.compress(msgspec.json.encode(phone.request()))
    response = await phone.post(body, **{"content-encoding": "gzip", "accept-encoding": "gzip, br"})
    assert response.headers["content-encoding"] == "gzip"
    assert response.json()["pushed"] == 1

    plain = await phone.post(body, **{"content-encoding": "gzip", "accept-encoding": "gzip;q=0, identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json()["pushed"] == 1


async def test_whoever_is_not_signed_in_gets_nothing(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    del phone.http.headers["device"]
    for method, path in (
        ("POST", "/sync"),
        ("GET", "/live"),
        ("GET", f"/api/history/{BAKERY}"),
        ("GET", "/api/projection"),
    ):
        response = await phone.http.request(
            method, path, content=msgspec.json.encode(phone.request()) if method == "POST" else None
        )
        assert problem_of(response).code is ProblemCode.NOT_SIGNED_IN
    assert await team.row(VISIT) is None


async def test_sync_takes_only_post_and_live_only_get(team: Team) -> None:
    phone = team.device(1, ANNA)
    for method, path in (("GET", "/sync"), ("PUT", "/sync"), ("DELETE", "/sync"), ("POST", "/live")):
        assert problem_of(await phone.http.request(method, path)).code is ProblemCode.METHOD_NOT_ALLOWED


async def test_a_history_asked_for_beyond_every_number_is_refused(team: Team) -> None:
    phone = team.device(1, ANNA)
    for name, value in (("before", 1 << 63), ("before", 10**30), ("limit", 1 << 63)):
        response = await phone.http.get(f"/api/history/{BAKERY}", params={name: value})
        assert problem_of(response).code is ProblemCode.WRONG_TYPE


async def test_a_device_cannot_speak_for_another(team: Team) -> None:
    phone, other = team.device(1, ANNA), team.device(2, MIRA)
    assert (await phone.problem(device=other.number)).code is ProblemCode.WRONG_DEVICE


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
async def test_a_full_disk_answers_unavailable_and_the_edit_is_stored_later(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, VALUES)
    pages = (await team.read("PRAGMA page_count"))[0][0]
    await team.database.write(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").close())
    fill = [
        phone.edit(
            "note", make_id(100 + n), BAKERY, {"customer": BAKERY, "person": ANNA, "written_at": 1, "body": "x" * 9_000}
        )
        for n in range(50)
    ]
    response = await phone.send()
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert int(response.headers["retry-after"]) > 0

    await team.database.write(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 1000000").close())
    assert (await phone.sync()).pushed == len(fill) + 1
    assert await team.row(VISIT) is not None

"""Signing in, staying signed in, and being let in no more."""

from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from routebook_server.identity import door, sessions
from routebook_server.identity.attempts import FREE_BY_EMAIL
from routebook_server.identity.door import COOKIE
from routebook_server.identity.passwords import Passwords
from server.team import ANNA, CHEAP, MAREK, PASSWORD, HandClock, House, open_house, sign_in


async def test_signing_in_tells_who_one_is_and_on_which_device(house: House) -> None:
    answer = await sign_in(house.client(), "marek@demo.example", device={"name": "Chrome", "platform": "Android"})
    assert answer.json() == {
        "person": MAREK,
        "name": "Marek Kowal",
        "email": "marek@demo.example",
        "role": "rep",
        "device": 1,
        "organisation": "Routebook Demo",
        "locale": "en",
    }


async def test_an_email_is_the_same_however_it_is_typed(house: House) -> None:
    assert (await sign_in(house.client(), "  MAREK@Demo.example ")).status_code == 200


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(house: House) -> None:
    answer = await sign_in(house.client(), "marek@demo.example")
    flags = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= flags
    assert "secure" not in flags
    assert not any(flag.startswith("domain") for flag in flags)


async def test_over_https_the_cookie_is_secure(house: House) -> None:
    answer = await sign_in(house.client(origin="https://routebook.test"), "marek@demo.example")
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(("trusted", "is_secure"), [(True, True), (False, False)])
async def test_a_proxys_word_for_https_counts_only_where_the_operator_said_so(
    tmp_path: Path, trusted: bool, is_secure: bool
) -> None:
    async with open_house(tmp_path / "data", trust_proxy=trusted) as house:
        client = house.client(**{"X-Forwarded-Proto": "https"})
        answer = await sign_in(client, "marek@demo.example")
        assert ("secure" in answer.headers["set-cookie"].lower()) is is_secure
        assert ("strict-transport-security" in answer.headers) is is_secure


async def test_an_unknown_email_and_a_wrong_password_get_the_same_answer(house: House) -> None:
    unknown = await sign_in(house.client(), "nobody@demo.example", "wrong password")
    wrong = await sign_in(house.client(), "marek@demo.example", "wrong password")
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json() == wrong.json()
    assert wrong.json()["code"] == "wrong_credentials"
    assert "set-cookie" not in wrong.headers


async def test_an_unknown_email_costs_a_password_check_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    verify = PasswordHasher.verify

    def noted(self: PasswordHasher, password_hash: str, password: str) -> bool:
        checked.append(password_hash)
        return verify(self, password_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    await sign_in(house.client(), "nobody@demo.example", "wrong password")
    assert [kept.split("$")[1:4] for kept in checked] == [CHEAP.hash("any").split("$")[1:4]]


async def test_nobody_signs_in_with_the_password_of_nobody(house: House) -> None:
    assert (await sign_in(house.client(), "nobody@demo.example", "nobody's password")).status_code == 401


async def test_signing_out_ends_the_session_and_takes_the_cookie(house: House) -> None:
    client = await house.signed_in("rep")
    token = client.cookies[COOKIE]
    answer = await client.delete("/api/session")
    assert answer.status_code == 204
    assert COOKIE not in client.cookies
    again = await house.client(Cookie=f"{COOKIE}={token}").get("/api/session")
    assert again.json()["code"] == "session_expired"


async def test_a_session_lasts_ninety_days_from_its_last_use(house: House) -> None:
    client = await house.signed_in("rep")
    for _ in range(3):
        house.clock.advance(days=89)
        assert (await client.get("/api/session")).status_code == 200
        await house.application.presence.write()
    house.clock.advance(days=90)
    answer = await client.get("/api/session")
    assert (answer.status_code, answer.json()["code"]) == (401, "session_expired")


async def test_sync_keeps_a_session_alive_as_every_other_request(house: House) -> None:
    client = await house.signed_in("rep")
    house.clock.advance(days=60)
    request = {"protocol": 1, "schema": "", "device": 1, "now": house.clock.now_ms}
    assert (await client.post("/sync", json=request)).status_code == 200
    await house.application.presence.write()
    house.clock.advance(days=60)
    assert (await client.get("/api/session")).status_code == 200


async def test_a_restart_keeps_the_sessions(tmp_path: Path) -> None:
    clock = HandClock()
    async with open_house(tmp_path / "data", clock) as house:
        token = (await house.signed_in("rep")).cookies[COOKIE]
    async with open_house(tmp_path / "data", clock) as house:
        answer = await house.client(Cookie=f"{COOKIE}={token}").get("/api/session")
        assert answer.json()["person"] == MAREK


async def test_the_database_holds_neither_tokens_nor_passwords(house: House) -> None:
    token = (await house.signed_in("rep")).cookies[COOKIE]
    await house.application.database.write(lambda connection: connection.exec_driver_sql("SELECT 1"))
    kept = b"".join(path.read_bytes() for path in house.application.settings.data.iterdir())
    assert b"$argon2id$" in kept
    assert token.encode() not in kept
    assert PASSWORD.encode() not in kept.replace(b"Routebook", b"")


async def test_a_device_keeps_its_number_when_the_same_person_comes_back(house: House) -> None:
    first = await sign_in(house.client(), "marek@demo.example")
    again = await sign_in(house.client(), "marek@demo.example", device={"name": "Chrome", "number": 1})
    assert first.json()["device"] == again.json()["device"] == 1


async def test_coming_back_on_a_device_ends_its_former_session(house: House) -> None:
    former = await house.signed_in("rep")
    await sign_in(house.client(), "marek@demo.example", device={"name": "Chrome", "number": 1})
    assert (await former.get("/api/session")).json()["code"] == "session_expired"


@pytest.mark.parametrize("number", [1, 77])
async def test_a_number_that_is_anothers_or_nobodys_is_not_given_out(house: House, number: int) -> None:
    await sign_in(house.client(), "marek@demo.example")
    answer = await sign_in(house.client(), "ewa@demo.example", device={"name": "Chrome", "number": number})
    assert answer.json()["device"] == 2


async def test_a_revoked_device_hears_why_and_gets_a_new_number(house: House) -> None:
    client = await house.signed_in("rep")
    assert (await client.delete("/api/devices/1")).status_code == 204
    answer = await client.get("/api/session")
    assert answer.json()["code"] == "device_revoked"
    again = await sign_in(client, "marek@demo.example", device={"name": "Chrome", "number": 1})
    assert again.json()["device"] == 2
    assert (await client.get("/api/session")).status_code == 200


async def test_a_new_password_ends_the_other_sessions_only(house: House) -> None:
    here, there = await house.signed_in("rep"), await house.signed_in("rep")
    answer = await here.post("/api/password", json={"old": PASSWORD, "new": "a better one"})
    assert answer.status_code == 204
    assert (await here.get("/api/session")).status_code == 200
    assert (await there.get("/api/session")).json()["code"] == "session_expired"
    assert (await sign_in(house.client(), "marek@demo.example")).status_code == 401
    assert (await sign_in(house.client(), "marek@demo.example", "a better one")).status_code == 200


async def test_a_wrong_old_password_changes_nothing_and_counts_as_an_attempt(house: House) -> None:
    client = await house.signed_in("rep")
    for _ in range(FREE_BY_EMAIL):
        answer = await client.post("/api/password", json={"old": "not this one", "new": "a better one"})
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
    answer = await client.post("/api/password", json={"old": PASSWORD, "new": "a better one"})
    assert answer.json()["code"] == "rate_limited"
    assert (await house.client().get("/api/session")).json()["code"] == "not_signed_in"


@pytest.mark.parametrize("step", ["verify", "hash"])
@pytest.mark.parametrize(
    ("change", "opens"), [({"password": "what the office chose"}, "what the office chose"), ({"active": False}, "")]
)
async def test_a_password_that_was_set_anew_or_shut_out_meanwhile_is_not_changed_by_who_knew_the_old_one(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str, change: dict[str, object], opens: str
) -> None:
    thief, administrator = await house.signed_in("rep"), await house.signed_in("administrator")
    work = getattr(Passwords, step)

    async def work_late(self: Passwords, *given: Any) -> Any:
        done = await work(self, *given)
        monkeypatch.setattr(Passwords, step, work)
        assert (await administrator.patch(f"/api/people/{MAREK}", json=change)).status_code == 200
        return done

    monkeypatch.setattr(Passwords, step, work_late)
    answer = await thief.post("/api/password", json={"old": PASSWORD, "new": "the thief's own"})

    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
    if not opens:
        assert (await administrator.patch(f"/api/people/{MAREK}", json={"active": True})).status_code == 200
    told = [
        (await sign_in(house.client(), "marek@demo.example", password)).status_code
        for password in ("the thief's own", opens or PASSWORD)
    ]
    assert told == [401, 200]


async def test_somebody_who_left_is_let_in_no_more(house: House) -> None:
    rep, administrator = await house.signed_in("rep"), await house.signed_in("administrator")
    assert (await administrator.patch(f"/api/people/{MAREK}", json={"active": False})).status_code == 200
    assert (await rep.get("/api/session")).json()["code"] == "session_expired"
    assert (await sign_in(house.client(), "marek@demo.example")).json()["code"] == "wrong_credentials"


async def test_an_account_closed_by_whatever_way_closes_its_sessions(house: House) -> None:
    rep = await house.signed_in("rep")
    await house.application.database.write(
        lambda connection: connection.exec_driver_sql("UPDATE account SET active = 0 WHERE person = ?", (MAREK,))
    )
    assert (await rep.get("/api/session")).json()["code"] == "session_expired"


async def test_last_seen_is_written_at_most_once_a_minute(house: House) -> None:
    client, administrator = await house.signed_in("rep"), await house.signed_in("administrator")
    signed_in_at = house.clock.now_ms

    async def last_seen() -> int:
        devices = (await administrator.get("/api/devices")).json()
        found: int = next(device["last_seen"] for device in devices if device["number"] == 1)
        return found

    house.clock.advance(seconds=59)
    await client.get("/api/session")
    assert await last_seen() == signed_in_at
    house.clock.advance(seconds=1)
    await client.get("/api/session")
    assert await last_seen() == signed_in_at + 60_000


async def test_a_device_is_known_by_what_it_last_told(house: House) -> None:
    client = await house.signed_in("manager")
    request = {
        "protocol": 1,
        "schema": "",
        "device": 1,
        "now": house.clock.now_ms,
        "report": {"version": "7", "waiting": 3},
    }
    await client.post("/sync", json=request)
    device = (await client.get("/api/devices")).json()[0]
    assert (device["person"], device["report"]["waiting"]) == (ANNA, 3)


@pytest.mark.parametrize(("length", "code"), [(5_000, "session_expired"), (60_000, "not_signed_in")])
async def test_what_strangers_send_for_a_session_is_not_remembered(house: House, length: int, code: str) -> None:
    def remembered() -> tuple[int, int]:
        return door._short_token.cache_info().currsize, sessions._known_hash.cache_info().currsize

    before = remembered()
    for number in range(3):
        answer = await house.client(cookie=f"{COOKIE}={'q' * length}{number}").get("/api/session")
        assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert remembered() == before


async def test_a_session_is_found_among_other_cookies(house: House) -> None:
    client = house.client()
    await sign_in(client, "marek@demo.example")
    token = client.cookies[COOKIE]
    assert len(token) == sessions.TOKEN_LENGTH
    for others in ("", "a=b", "a=" + "b" * 1_000):
        answer = await house.client(cookie=f"{others}; {COOKIE}={token}; c=d").get("/api/session")
        assert answer.status_code == 200

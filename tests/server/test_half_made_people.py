"""People of whom only half is there: the account was written, and then the database went away."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from routebook_server.records.store import UnavailableError
from server.team import MAREK, House, sign_in
from server.test_identity_people import OLA, shared_people


async def half_made(house: House, monkeypatch: pytest.MonkeyPatch) -> tuple[httpx.AsyncClient, str]:
    """Return an administrator, and the account that he made without a record."""

    async def fail(_person: str, _values: Mapping[str, Any]) -> None:
        raise UnavailableError("the database went away between the two writes")

    administrator = await house.signed_in("administrator")
    with monkeypatch.context() as away:
        away.setattr(house.application.people, "_edit_person", fail)
        assert (await administrator.post("/api/people", json=OLA)).status_code == 503
    [person] = [
        found["person"]
        for found in (await administrator.get("/api/people")).json()
        if found["email"] == "ola@demo.example"
    ]
    assert person not in await shared_people(house)
    return administrator, person


WHOLE = {"name": "ola@demo.example", "role": "rep", "email": "ola@demo.example", "active": True}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": "Ola Nowak"}, {"name": "Ola Nowak"}),
        ({"active": False}, {"active": False}),
        ({"role": "manager", "locale": "pl"}, {"role": "manager", "locale": "pl"}),
        ({"password": "a better one"}, {}),
    ],
    ids=str,
)
async def test_whatever_changes_about_him_writes_the_record_that_is_missing(
    house: House, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], expected: dict[str, Any]
) -> None:
    administrator, person = await half_made(house, monkeypatch)
    answer = await administrator.patch(f"/api/people/{person}", json=change)
    assert answer.status_code == 200, answer.text
    assert (await shared_people(house))[person] == WHOLE | expected


async def test_to_add_him_again_makes_him_whole(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    administrator, person = await half_made(house, monkeypatch)
    again = await administrator.post("/api/people", json=OLA | {"password": "another one", "role": "manager"})
    assert (again.status_code, again.json()["person"], again.json()["role"]) == (201, person, "manager")
    assert (await shared_people(house))[person] == WHOLE | {"name": OLA["name"], "role": "manager", "locale": "pl"}
    assert (await sign_in(house.client(), "ola@demo.example", "a password")).status_code == 401
    assert (await sign_in(house.client(), "ola@demo.example", "another one")).status_code == 200
    assert (await administrator.post("/api/people", json=OLA)).json()["code"] == "taken"


SENSELESS = {
    "an e-mail that is long once it is written plainly": ("email", "ﷺ" * 88 + "@e.com"),
    "an e-mail with two signs once it is written plainly": ("email", "a\uff20b@e.com"),
    "a name that is a blank": ("name", " "),
    "a name of blanks that nobody sees": ("name", "\u200b\u00a0\t"),
}


@pytest.mark.parametrize(("field", "value"), SENSELESS.values(), ids=SENSELESS)
async def test_what_makes_no_sense_of_a_person_is_refused_with_its_field(house: House, field: str, value: str) -> None:
    administrator = await house.signed_in("administrator")
    for answer in (
        await administrator.post("/api/people", json=OLA | {field: value}),
        await administrator.patch(f"/api/people/{MAREK}", json={field: value}),
    ):
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "wrong_type", field)
    assert len((await administrator.get("/api/people")).json()) == 4


async def test_blanks_around_a_name_are_not_part_of_it(house: House) -> None:
    administrator = await house.signed_in("administrator")
    ola = (await administrator.post("/api/people", json=OLA | {"name": "  Ola Nowak\n"})).json()
    marek = (await administrator.patch(f"/api/people/{MAREK}", json={"name": " Marek K. "})).json()
    assert (ola["name"], marek["name"]) == ("Ola Nowak", "Marek K.")

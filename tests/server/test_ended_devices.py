"""Whose devices a manager may sign out and have wiped, and what the log says of what was done to people and cover."""

from typing import Any, cast

import httpx
import pytest

from routebook_server.identity.audit import AUDIT
from routebook_server.logs import configure_logs
from routebook_server.settings import Settings
from server.team import ANNA, COAST, EWA, JAN, MAREK, NORTH, PASSWORD, SOUTH, House, sign_in

ENDS = (("DELETE", "/api/devices/{}"), ("POST", "/api/devices/{}/wipe"))


async def join(house: House, administrator: httpx.AsyncClient, name: str, role: str) -> tuple[str, int]:
    """Let somebody join and sign in; return him and his device."""
    offer = {"name": name, "email": f"{name}@demo.example", "password": PASSWORD, "role": role}
    person = (await administrator.post("/api/people", json=offer)).json()["person"]
    device = (await sign_in(house.client(), offer["email"])).json()["device"]
    return person, device


async def cover(client: httpx.AsyncClient, territory: str, *people: str) -> None:
    """Let these people cover a territory."""
    wanted = {"cover": [{"person": person} for person in people]}
    assert (await client.put(f"/api/territories/{territory}/cover", json=wanted)).status_code == 200


async def tries(client: httpx.AsyncClient, device: int) -> list[str]:
    """Return what comes of signing a device out and of wiping it."""
    answers = [await client.request(method, path.format(device), json={}) for method, path in ENDS]
    return ["done" if answer.status_code == 204 else answer.json()["code"] for answer in answers]


async def may_end(client: httpx.AsyncClient) -> dict[int, bool]:
    """Return what the list says of each device: whether whoever asks may end it."""
    return {device["number"]: device["may_end"] for device in (await client.get("/api/devices")).json()}


@pytest.mark.parametrize(("role", "elsewhere"), [("manager", True), ("manager", False), ("rep", True)])
async def test_who_is_put_into_a_managers_cover_for_a_moment_is_not_his_to_end(
    house: House, role: str, *, elsewhere: bool
) -> None:
    administrator, manager = await house.signed_in("administrator"), await house.signed_in("manager")
    person, device = await join(house, administrator, "zoe", role)
    if elsewhere:
        await cover(administrator, COAST, person)
    assert await tries(manager, device) == ["not_found", "not_found"]
    await cover(manager, NORTH, MAREK, person)
    assert (await may_end(manager))[device] is False
    assert await tries(manager, device) == ["forbidden", "forbidden"]
    assert (await may_end(administrator))[device] is True
    assert await tries(administrator, device) == ["done", "done"]


async def test_a_manager_ends_the_devices_of_his_reps_and_his_own_wherever_he_covers_something(house: House) -> None:
    administrator, manager, rep = [await house.signed_in(role) for role in ("administrator", "manager", "rep")]
    await cover(administrator, COAST, EWA)
    await cover(manager, SOUTH, MAREK, EWA)
    lost = (await sign_in(house.client(), "manager@demo.example")).json()["device"]
    assert await may_end(manager) == {2: True, 3: True, lost: True}
    assert await may_end(rep) == {3: True}
    assert await tries(manager, 3) == ["done", "done"]
    assert await tries(manager, lost) == ["done", "done"]


@pytest.fixture
def lines(own_log: None, caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What the log of an operator who chose nothing says, as it comes."""
    configure_logs(Settings())
    return cast("list[dict[str, Any]]", _Messages(caplog))


class _Messages(list[Any]):
    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        super().__init__()
        self._caplog = caplog

    def __iter__(self) -> Any:
        hidden = {"level", "timestamp", "logger"}
        for record in self._caplog.records:
            message = cast("dict[str, Any]", record.msg)
            assert message["logger"] == AUDIT, "of requests, which are less important, there is nothing"
            yield {name: value for name, value in message.items() if name not in hidden}


BY_ANNA = {"by": ANNA, "by_device": 1}
BY_JAN = {"by": JAN, "by_device": 1}


async def test_who_put_whom_into_a_cover_is_written_down_and_nothing_where_it_stays(
    house: House, lines: list[dict[str, Any]]
) -> None:
    manager = await house.signed_in("manager")
    await cover(manager, NORTH, MAREK, EWA)
    await cover(manager, NORTH, EWA, MAREK)
    await cover(manager, NORTH, EWA)
    put, taken = [{"person": EWA}], [{"person": MAREK}]
    assert list(lines) == [
        {"event": "cover changed", "territory": NORTH, "put": put, "taken": [], **BY_ANNA},
        {"event": "cover changed", "territory": NORTH, "put": [], "taken": taken, **BY_ANNA},
    ]


async def test_who_changed_whose_role_password_e_mail_and_account_is_written_down_without_secrets(
    house: House, lines: list[dict[str, Any]]
) -> None:
    administrator = await house.signed_in("administrator")
    path = f"/api/people/{MAREK}"
    changes: list[dict[str, Any]] = [
        {"name": "Marek K.", "role": "rep", "active": True, "email": "marek@demo.example"},
        {"role": "manager", "active": False},
        {"active": True},
        {"password": "a better one"},
        {"email": "mk@demo.example"},
    ]
    for change in changes:
        assert (await administrator.patch(path, json=change)).status_code == 200
    person, _device = await join(house, administrator, "zoe", "rep")
    own = {"old": PASSWORD, "new": "my own secret"}
    assert (await administrator.post("/api/password", json=own)).status_code == 204

    marek = {"person": MAREK, **BY_JAN}
    assert list(lines) == [
        {"event": "role changed", "before": "rep", "role": "manager", **marek},
        {"event": "account closed", **marek},
        {"event": "account opened", **marek},
        {"event": "password changed", **marek},
        {"event": "e-mail changed", **marek},
        {"event": "person added", "role": "rep", "person": person, **BY_JAN},
        {"event": "password changed", "person": JAN, **BY_JAN},
    ]

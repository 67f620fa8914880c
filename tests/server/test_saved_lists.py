"""Saved lists: one's own are nobody else's, and those that a manager shares reach the team."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from routebook_sync.entities.base import SHARED_ROOT
from server.devices import ANNA, MIRA, Team, make_id, open_team

OWN, SHARED = make_id(1), make_id(2)
UNKNOWN = {"name": "moon_phase", "values": ["full"], "amount": 3}
"""Of a newer version of the app."""
LISTED: dict[str, Any] = {
    "name": "Unseen",
    "subject": "customer",
    "person": ANNA,
    "filters": [{"name": "not_seen", "amount": 30}, UNKNOWN],
    "sort": "last_visit",
}


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


async def test_a_list_is_on_its_owners_devices_only_and_keeps_what_a_newer_app_has_put_into_it(team: Team) -> None:
    phone, tablet, desk = team.device(1, ANNA), team.device(2, ANNA), team.device(3, MIRA)
    phone.edit("saved_list", OWN, ANNA, LISTED)
    assert (await phone.sync()).verdicts == []
    await tablet.sync()
    await desk.sync()
    assert tablet.confirmed[OWN].v == LISTED
    assert OWN not in desk.confirmed


async def test_a_list_that_a_manager_shares_reaches_everybody_and_is_changed_by_managers_alone(team: Team) -> None:
    desk, phone = team.device(1, MIRA), team.device(2, ANNA)
    desk.edit("saved_list", SHARED, SHARED_ROOT, {**LISTED, "person": MIRA})
    await desk.sync()
    await phone.sync()
    assert phone.confirmed[SHARED].v["name"] == "Unseen"

    phone.edit("saved_list", SHARED, SHARED_ROOT, {"deleted": True})
    [verdict] = (await phone.sync()).verdicts
    assert verdict.code == "forbidden"
    desk.edit("saved_list", SHARED, SHARED_ROOT, {"deleted": True})
    await desk.sync()
    await phone.sync()
    assert phone.confirmed[SHARED].v["deleted"] is True

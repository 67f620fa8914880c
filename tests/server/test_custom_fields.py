"""Custom fields: who may declare them, and what two people keep in them of one customer."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from routebook_server.demo.custom import custom_value_id
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.entities.custom_field import CustomFieldType
from routebook_sync.messages import VerdictKind
from server.devices import ANNA, BAKERY, MIRA, Device, Team, make_id, open_team

FIELD, OTHER = make_id(71), make_id(72)
DECLARED: dict[str, Any] = {
    "label": "Delivery days",
    "label_in": {"fa": "روزهای تحویل"},
    "type": "choices",
    "choices": [{"id": "mon", "label": "Monday"}, {"id": "tue", "label": "Tuesday"}],
    "position": 1,
}


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


def fill(device: Device, field: str, values: dict[str, Any]) -> str:
    """Let a device fill a field of the bakery; return the value's id."""
    value = custom_value_id(BAKERY, field)
    device.edit("custom_value", value, BAKERY, {"customer": BAKERY, "custom_field": field, **values})
    return value


async def settled(*devices: Device) -> list[VerdictKind]:
    """Sync all devices until each has what the others wrote; return what became of the edits."""
    found = [verdict.verdict for device in devices for verdict in (await device.sync()).verdicts]
    for device in devices:
        await device.sync()
    return found


def test_each_type_of_custom_field_has_a_field_that_holds_it() -> None:
    assert set(CustomFieldType) <= set(ENTITY_TYPES["custom_value"].fields)


def test_the_id_of_a_value_is_worked_out_as_in_the_app() -> None:
    worked_out = custom_value_id("06fa0000000000000000000002", "06fa00000000000000000000a7")
    assert worked_out == "06fa00000000000000000000a5"  # as in pwa/src/lib/domain/custom-field.test.ts
    made_by_chance = custom_value_id("01idjr5rk0efj854hs1ei0qtuk", "01hv0000j7vnq5tm3c9p8s2g4r")
    assert made_by_chance == "01idjr5rk0fo98oiig8nqsodqf"


async def test_a_field_of_the_manager_reaches_the_reps_who_cannot_change_it(team: Team) -> None:
    desk, phone = team.device(1, MIRA), team.device(2, ANNA)
    desk.edit("custom_field", FIELD, SHARED_ROOT, DECLARED)
    await desk.sync()
    await phone.sync()
    assert phone.confirmed[FIELD].v == DECLARED

    phone.edit("custom_field", FIELD, SHARED_ROOT, {"archived": True})
    [verdict] = (await phone.sync()).verdicts
    assert (verdict.verdict, verdict.code) == (VerdictKind.REJECTED, "forbidden")


async def test_two_people_who_fill_two_fields_of_one_customer_both_win(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(2, MIRA)
    await settled(phone, desk)
    one = fill(phone, FIELD, {"text": "Back yard"})
    other = fill(desk, OTHER, {"number": 120})

    assert await settled(phone, desk) == []
    for device in (phone, desk):
        assert device.confirmed[one].v["text"] == "Back yard"
        assert device.confirmed[other].v["number"] == 120


async def test_two_people_who_fill_one_field_for_the_first_time_have_one_value_and_a_conflict(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(2, MIRA)
    await settled(phone, desk)
    value = fill(phone, FIELD, {"text": "Back yard"})
    assert fill(desk, FIELD, {"text": "Side gate"}) == value

    assert await settled(phone, desk) == [VerdictKind.CONFLICT]
    assert phone.confirmed[value].v == desk.confirmed[value].v
    assert phone.confirmed[value].v["text"] in {"Back yard", "Side gate"}


async def test_choices_that_two_people_add_are_both_kept(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(2, MIRA)
    await settled(phone, desk)
    value = fill(phone, FIELD, {"choices": {"mon": [[phone.stamp()], []]}})
    fill(desk, FIELD, {"choices": {"tue": [[desk.stamp()], []]}})

    assert VerdictKind.CONFLICT not in await settled(phone, desk)
    assert set(phone.confirmed[value].v["choices"]) == {"mon", "tue"}


@pytest.mark.parametrize(
    "values",
    [
        {"text": 5},
        {"text": "x" * 201},
        {"number": "five"},
        {"number": 1.5},
        {"day": "tomorrow"},
        {"yes_no": "yes"},
        {"choice": "Not an id!"},
        {"phone": "1" * 41},
        {"colour": "red"},
    ],
    ids=json.dumps,
)
async def test_a_value_that_is_none_of_its_type_is_refused(team: Team, values: dict[str, Any]) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    value = fill(phone, FIELD, values)

    [verdict] = (await phone.sync()).verdicts
    assert verdict.verdict is VerdictKind.REJECTED
    assert verdict.code in {"wrong_type", "unknown_field"}
    assert await team.row(value) is None


async def test_a_field_of_an_unknown_type_is_refused(team: Team) -> None:
    desk = team.device(1, MIRA)
    desk.edit("custom_field", FIELD, SHARED_ROOT, {**DECLARED, "type": "hologram"})

    [verdict] = (await desk.sync()).verdicts
    assert (verdict.verdict, verdict.field) == (VerdictKind.REJECTED, "type")


async def test_the_type_of_a_field_stays_what_it_is(team: Team) -> None:
    desk = team.device(1, MIRA)
    desk.edit("custom_field", FIELD, SHARED_ROOT, DECLARED)
    await desk.sync()
    desk.edit("custom_field", FIELD, SHARED_ROOT, {"label": "Delivery", "type": "text"})
    [verdict] = (await desk.sync()).verdicts
    assert (verdict.verdict, verdict.code, verdict.field) == (VerdictKind.REJECTED, "forbidden_field", "type")

    desk.edit("custom_field", FIELD, SHARED_ROOT, {"label": "Deliveries", "type": "choices"})
    assert (await desk.sync()).verdicts == []
    row = await team.row(FIELD)
    assert row is not None
    assert row["v"] == DECLARED | {"label": "Deliveries"}


async def test_values_of_an_archived_field_stay(team: Team) -> None:
    phone, desk = team.device(1, ANNA), team.device(2, MIRA)
    desk.edit("custom_field", FIELD, SHARED_ROOT, DECLARED)
    await settled(desk, phone)
    value = fill(phone, FIELD, {"choices": {"mon": [[phone.stamp()], []]}})
    await settled(phone, desk)
    desk.edit("custom_field", FIELD, SHARED_ROOT, {"archived": True})
    await settled(desk, phone)
    assert phone.confirmed[value].v["choices"]
    assert phone.confirmed[FIELD].v["archived"] is True

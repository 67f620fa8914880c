"""Visit forms: who may put them together, what they may ask, and answers of two devices to one visit."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.messages import VerdictKind
from server.devices import ANNA, BAKERY, MIRA, Device, Team, make_id, open_team

FORM, VISIT = make_id(1), make_id(2)
FRIDGE = {"id": "fridge", "type": "yes_no", "label": "Is our fridge there?", "required": True}
DEGREES = {
    "id": "degrees",
    "type": "number",
    "label": "Temperature",
    "unit": "°C",
    "decimals": 1,
    "show_when": {"match": "any", "rules": [{"question": "fridge", "test": "is", "value": True}]},
}
AT_WALL = {"id": "x", "label": "At the wall"}
WALL = {"id": "wall", "type": "one_of", "label": "Where?", "choices": [AT_WALL]}
PHOTO = {"id": "photo", "type": "photo", "label": "Show the shelf"}
ASKED: dict[str, Any] = {
    "name": "Fridge check",
    "purposes": ["sales", "service"],
    "value_classes": ["vip"],
    "questions": [FRIDGE, DEGREES, {**WALL, "label_in": {"fa": "کجا؟"}}],
}
VISITED = {"customer": BAKERY, "person": ANNA, "status": "open"}


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


def answer(device: Device, question: str, value: Any, form: str = FORM) -> dict[str, str]:
    """Return the entry by which a device answers a question now."""
    return {device.stamp(): msgspec.json.encode([form, question, value]).decode()}


async def test_a_form_of_the_manager_reaches_the_reps(team: Team) -> None:
    desk, phone = team.device(1, MIRA), team.device(2, ANNA)
    desk.edit("visit_form", FORM, SHARED_ROOT, ASKED)

    assert (await desk.sync()).verdicts == []
    await phone.sync()
    assert phone.confirmed[FORM].v == ASKED


async def test_a_question_for_photos_is_answered_with_the_files_of_the_visit(team: Team) -> None:
    desk, phone = team.device(1, MIRA), team.device(2, ANNA)
    desk.edit("visit_form", FORM, SHARED_ROOT, {"name": "Shelf", "questions": [PHOTO]})
    phone.edit("visit", VISIT, BAKERY, VISITED)
    phone.edit("visit", VISIT, BAKERY, {"answers": answer(phone, "photo", [make_id(31), make_id(32)])})
    assert (await desk.sync()).verdicts == []
    assert (await phone.sync()).verdicts == []
    [entry] = phone.confirmed[VISIT].v["answers"].values()
    assert msgspec.json.decode(entry) == [FORM, "photo", [make_id(31), make_id(32)]]


@pytest.mark.parametrize("values", [ASKED, {"questions": []}, {"active": False}, {"deleted": True}])
async def test_a_rep_neither_makes_nor_changes_a_form(team: Team, values: dict[str, Any]) -> None:
    desk, phone = team.device(1, MIRA), team.device(2, ANNA)
    desk.edit("visit_form", FORM, SHARED_ROOT, ASKED)
    await desk.sync()
    await phone.sync()
    phone.edit("visit_form", FORM if values is not ASKED else VISIT, SHARED_ROOT, values)

    [verdict] = (await phone.sync()).verdicts
    assert (verdict.verdict, verdict.code) == (VerdictKind.REJECTED, "forbidden")
    row = await team.row(FORM)
    assert row is not None
    assert row["v"] == ASKED


@pytest.mark.parametrize(
    "question",
    [
        {**FRIDGE, "type": "hologram"},
        {**FRIDGE, "id": "The Fridge"},
        {**FRIDGE, "label": ""},
        {**FRIDGE, "colour": "red"},
        {**FRIDGE, "label_in": {"Persian": "یخچال"}},
        {**WALL, "choices": []},
        {**WALL, "choices": [AT_WALL, AT_WALL]},
        {**DEGREES, "decimals": 9},
        {**DEGREES, "minimum": 5, "maximum": 4},
        {**DEGREES, "minimum": 1.5},
        {**DEGREES, "show_when": {"rules": []}},
        {**DEGREES, "show_when": {"rules": [{"question": "fridge", "test": "smells"}]}},
        {"id": "s", "type": "scale", "label": "How good?", "maximum": 100},
    ],
)
async def test_a_question_that_cannot_be_asked_is_refused(team: Team, question: dict[str, Any]) -> None:
    desk = team.device(1, MIRA)
    desk.edit("visit_form", FORM, SHARED_ROOT, {**ASKED, "questions": [FRIDGE, question]})

    [verdict] = (await desk.sync()).verdicts
    assert (verdict.verdict, verdict.field) == (VerdictKind.REJECTED, "questions")
    assert verdict.code in {"wrong_type", "unknown_field"}
    assert await team.row(FORM) is None


async def test_two_devices_answer_different_questions_of_one_visit_and_both_answers_stand(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, ANNA)
    phone.edit("visit", VISIT, BAKERY, VISITED)
    await phone.sync()
    await tablet.sync()
    of_phone, of_tablet = answer(phone, "fridge", value=True), answer(tablet, "wall", "x")
    phone.edit("visit", VISIT, BAKERY, {"answers": of_phone})
    tablet.edit("visit", VISIT, BAKERY, {"answers": of_tablet})

    assert {verdict.verdict for verdict in (await phone.sync()).verdicts} <= {VerdictKind.MERGED}
    assert {verdict.verdict for verdict in (await tablet.sync()).verdicts} <= {VerdictKind.MERGED}
    await phone.sync()
    for device in (phone, tablet):
        assert device.confirmed[VISIT].v["answers"] == {**of_phone, **of_tablet}


@pytest.mark.parametrize(
    "entry",
    [
        "hello",
        f'["{FORM}","q"]',
        f'["{FORM}","q",1.5]',
        f'["{FORM}","q",{{"a":1}}]',
        f'["{FORM}","Q!",true]',
        '["form","q",true]',
        f'["{FORM}","q",true]\n',
        f'["{FORM}","q","{"x" * 4_000}"]',
    ],
)
async def test_an_answer_that_is_none_is_refused(team: Team, entry: str) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, {**VISITED, "answers": {phone.stamp(): entry}})

    [verdict] = (await phone.sync()).verdicts
    assert (verdict.verdict, verdict.code, verdict.field) == (VerdictKind.REJECTED, "wrong_type", "answers")

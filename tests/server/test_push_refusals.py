"""What is refused (SPEC R40, R44): with a code and a field; it changes nothing, and tells nothing of others."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from routebook_server.records.buckets import person_bucket
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.messages import Verdict, VerdictKind
from server.devices import ANNA, BAKERY, BEN, CHEMIST, MIRA, NOON, NORTH, SOUTH, Team, make_id, open_team

VISIT, NOTE, TASK = make_id(1), make_id(2), make_id(3)
DEAL: dict[str, Any] = {"customer": BAKERY, "title": "Ovens", "stage": "new"}
LIST: dict[str, Any] = {"name": "Near", "subject": "customer", "filters": [{"name": "moon_phase", "values": ["full"]}]}
SEEN: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "seen_at": 1, "competitor": "Baltika"}
VALUES: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "status": "planned"}


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


def rejection(verdicts: list[Verdict]) -> tuple[str, str]:
    """Return code and field of the only verdict, which must be a rejection with a sentence."""
    assert [verdict.verdict for verdict in verdicts] == [VerdictKind.REJECTED]
    assert verdicts[0].message
    return verdicts[0].code, verdicts[0].field


async def test_a_verdict_tells_nothing_of_a_customer_that_was_taken_away_since(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, {**VALUES, "next_step": "first"})
    await phone.sync()
    await tablet.sync()
    tablet.edit("visit", VISIT, BAKERY, {"next_step": "Between us"})
    await tablet.sync()
    team.clock.now_ms += 1
    phone.edit("visit", VISIT, BAKERY, {"next_step": "mine"})
    [told] = (await phone.send()).json()["verdicts"]  # The answer is lost.
    assert [loser["value"] for loser in told["losers"]] == ["Between us"]

    team.territories[ANNA] = []
    answer = await phone.send()

    assert "Between us" not in answer.text
    assert answer.json()["verdicts"] == [{"n": 2, "verdict": "conflict", "field": "next_step"}]


async def test_a_refusal_tells_nothing_of_a_customer_that_is_not_his(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    answers = []
    for guess in (
        {"territory": NORTH},
        {"territory": SOUTH},
        {"deleted": False},
        {"deleted": False, "name": "Chemist"},
    ):
        phone.edit("customer", CHEMIST, CHEMIST, guess)
        answers.append(rejection((await phone.sync()).verdicts))
    assert set(answers) == {("forbidden", "")}


async def test_a_guess_at_a_customer_that_was_his_is_kept_whether_it_is_right_or_wrong(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    team.territories[ANNA] = []
    for guess in (NORTH, SOUTH):
        phone.edit("customer", BAKERY, BAKERY, {"territory": guess})
    verdicts = (await phone.sync()).verdicts
    assert [(verdict.verdict, verdict.code) for verdict in verdicts] == [(VerdictKind.HELD, "forbidden")] * 2


@pytest.mark.parametrize(
    ("edit", "code", "field"),
    [
        (("unicorn", VISIT, BAKERY, VALUES), "unknown_kind", "kind"),
        (("moved", VISIT, BAKERY, {}), "unknown_kind", "kind"),
        (("visit", VISIT, BAKERY, {**VALUES, "colour": "red"}), "unknown_field", "colour"),
        (("visit", VISIT, BAKERY, {**VALUES, "status": "maybe"}), "wrong_type", "status"),
        (("visit", VISIT, BAKERY, {**VALUES, "checked_in_at": "noon"}), "wrong_type", "checked_in_at"),
        (("visit", VISIT, BAKERY, {**VALUES, "checked_in_at": 1.5}), "wrong_type", "checked_in_at"),
        (("visit", VISIT, BAKERY, {**VALUES, "checked_in_at": 10**40}), "wrong_type", "checked_in_at"),
        (("visit", VISIT, BAKERY, {**VALUES, "deleted": 1}), "wrong_type", "deleted"),
        (("visit", VISIT, BAKERY, {**VALUES, "comments": {"soon": "x"}}), "wrong_type", "comments"),
        (("visit", VISIT, BAKERY, {**VALUES, "signature": "<svg onload=alert(1)>"}), "wrong_type", "signature"),
        (("visit", VISIT, BAKERY, {**VALUES, "signature": "M1 1"}), "wrong_type", "signature"),
        (("visit", VISIT, BAKERY, {**VALUES, "signature": "M1 1l2 2\n"}), "wrong_type", "signature"),
        (("visit", VISIT, BAKERY, {**VALUES, "signature": "M1 1" + "l2 2" * 4_000}), "wrong_type", "signature"),
        (("customer", VISIT, VISIT, {"name": "X", "territory": NORTH, "tags": ["vip"]}), "wrong_type", "tags"),
        (
            ("order", VISIT, BAKERY, {"customer": BAKERY, "status": "draft", "ordered_at": 1, "lines": [{"x": 1}]}),
            "unknown_field",
            "lines",
        ),
        (("visit", VISIT, BAKERY, {"customer": BAKERY, "person": ANNA}), "missing_field", "status"),
        (("visit", VISIT, BAKERY, {**VALUES, "status": None}), "wrong_type", "status"),
        (("visit", VISIT, VISIT, VALUES), "missing_root", "root"),
        (("visit", VISIT, NOTE, VALUES), "missing_root", "root"),
        (("visit", VISIT, NORTH, VALUES), "foreign_root", "root"),
        (("visit", VISIT, BAKERY, {**VALUES, "customer": CHEMIST}), "foreign_root", "customer"),
        (("visit", VISIT, CHEMIST, {**VALUES, "customer": CHEMIST}), "forbidden", ""),
        (("visit", VISIT, SHARED_ROOT, VALUES), "foreign_root", "root"),
        (("customer", VISIT, BAKERY, {"name": "X", "territory": NORTH}), "foreign_root", "root"),
        (("customer", VISIT, VISIT, {"name": "X", "territory": SOUTH}), "forbidden", ""),
        (
            ("customer", VISIT, VISIT, {"name": "X", "territory": NORTH, "revenue_12m": 5}),
            "forbidden_field",
            "revenue_12m",
        ),
        (("customer", BAKERY, BAKERY, {"territory": SOUTH}), "forbidden_field", "territory"),
        (("deal", VISIT, BAKERY, {**DEAL, "discount_granted": True}), "forbidden_field", "discount_granted"),
        (("deal", VISIT, BAKERY, {**DEAL, "discount_answered": 5}), "forbidden_field", "discount_answered"),
        (("deal", VISIT, BAKERY, {**DEAL, "discount": 0}), "wrong_type", "discount"),
        (("visit", BAKERY, BAKERY, VALUES), "foreign_root", "kind"),
        (("customer", CHEMIST, CHEMIST, {"name": "Mine"}), "forbidden", ""),
        (("shelf_check", VISIT, BAKERY, {**SEEN, "stock": "plenty"}), "wrong_type", "stock"),
        (("shelf_check", VISIT, BAKERY, {**SEEN, "facings": -1}), "wrong_type", "facings"),
        (("shelf_check", VISIT, BAKERY, {"customer": BAKERY, "person": ANNA}), "missing_field", "seen_at"),
        (("shelf_check", VISIT, CHEMIST, {**SEEN, "customer": CHEMIST}), "forbidden", ""),
        (("product", VISIT, SHARED_ROOT, {"name": "Flour"}), "forbidden", ""),
        (("person", ANNA, SHARED_ROOT, {"role": "administrator"}), "forbidden", ""),
        (("saved_list", VISIT, SHARED_ROOT, LIST), "forbidden", ""),
        (("saved_list", VISIT, BEN, LIST), "forbidden", ""),
        (("saved_list", VISIT, ANNA, {**LIST, "filters": [{"values": ["x"]}]}), "wrong_type", "filters"),
        (("saved_list", VISIT, ANNA, {**LIST, "filters": [{"name": "city", "amount": -1}]}), "wrong_type", "filters"),
        (("setting", VISIT, BEN, {"name": "x", "value": 1}), "forbidden", ""),
        (("setting", VISIT, ANNA, {"name": "x", "value": 1.5}), "wrong_type", "value"),
        (("setting", VISIT, ANNA, {"name": "x", "value": 2**53}), "wrong_type", "value"),
        (("setting", VISIT, SHARED_ROOT, {"name": "x", "value": 1}), "forbidden", ""),
    ],
)
async def test_a_refused_edit_names_its_code_and_field_and_changes_nothing(
    team: Team, edit: tuple[str, str, str, dict[str, Any]], code: str, field: str
) -> None:
    phone = team.device(1, ANNA)
    records = "SELECT * FROM record WHERE id <> ? AND kind <> 'held_edit' ORDER BY id"
    before = await team.read(records, NOTE)
    phone.edit(*edit)
    phone.edit("note", NOTE, BAKERY, {"customer": BAKERY, "person": ANNA, "written_at": NOON})

    told = await phone.sync()

    if code == "missing_root":
        assert [(verdict.verdict, verdict.code) for verdict in told.verdicts] == [(VerdictKind.HELD, code)]
    else:
        assert rejection(told.verdicts) == (code, field)
    assert told.pushed == 2, "a refused edit must not stop the next one"
    assert await team.read(records, NOTE) == before
    assert await team.row(NOTE) is not None


async def test_a_person_may_keep_own_settings_and_tasks(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("setting", VISIT, ANNA, {"name": "theme", "value": {"dark": True, "sizes": [1, 2]}})
    phone.edit("task", TASK, ANNA, {"title": "Tyres", "person": ANNA, "status": "open"})

    assert (await phone.sync()).verdicts == []
    assert await team.read("SELECT bucket FROM record WHERE id IN (?, ?)", VISIT, TASK) == [(person_bucket(ANNA),)] * 2


async def test_a_stamp_of_another_device_is_refused(team: Team) -> None:
    phone = team.device(1, ANNA)
    edit = phone.edit("visit", VISIT, BAKERY, VALUES)
    edit.at = team.device(2, MIRA).stamp()

    assert rejection((await phone.sync()).verdicts) == ("bad_stamp", "at")


async def test_an_edit_left_out_refuses_the_request_and_names_the_expected_number(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    left_out = phone.outbox.pop()
    phone.edit("visit", VISIT, BAKERY, {"outcome": "order"})

    problem = await phone.problem()
    assert (problem.code, problem.expected) == ("gap", 1)
    assert await team.row(VISIT) is None

    phone.outbox.insert(0, left_out)
    assert (await phone.sync()).pushed == 2

"""Every edit reaches a visible end (SPEC R40-R45): what each verdict means, and what the store then holds."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from routebook_server.records.applying import Applier
from routebook_server.records.buckets import person_bucket, territory_bucket
from routebook_server.records.state import State, Stored
from routebook_sync.clock import CLAMP_MS, ms_from_stamp
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.messages import Loser, Verdict, VerdictKind
from server.devices import ANNA, BAKERY, BEN, CHEMIST, MIRA, NOON, NORTH, SOUTH, Team, make_id, open_team

VISIT, NOTE, TASK = make_id(1), make_id(2), make_id(3)
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


async def test_what_was_acknowledged_to_a_former_life_of_the_server_is_told_again_by_this_one(
    team: Team,
) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("customer", BAKERY, BAKERY, {"nonsense": 1})
    lost = (await phone.send()).json()
    assert [verdict["n"] for verdict in lost["verdicts"]] == [1]
    late = {bucket: [epoch - 1, seq] for bucket, (epoch, seq) in phone.cursors.items()}
    # It was on its way while a backup was restored: it counts what the server of then had said.
    await phone.send(cursors=late, ack=1, edits=[])
    phone.edit("visit", VISIT, BAKERY, VALUES)
    await phone.send(cursors=late, ack=1)

    again = await phone.sync()
    assert (again.pushed, [verdict.n for verdict in again.verdicts]) == (2, [1])


async def test_a_device_of_a_former_life_hears_how_far_this_one_has_its_person_s_other_devices(team: Team) -> None:
    former, stranger, phone = team.device(1, ANNA), team.device(2, MIRA), team.device(3, ANNA)
    for device in (former, stranger):
        device.edit("visit", make_id(30 + device.number), BAKERY, VALUES)
        await device.sync()
    await phone.sync()
    assert "former" not in (await phone.send()).json(), "no news, no word"
    of_before = {bucket: [epoch + 1, seq] for bucket, (epoch, seq) in phone.cursors.items()}
    assert (await phone.send(cursors=of_before)).json()["former"] == {"1": 1}


async def test_another_edit_under_the_number_of_a_held_one_is_not_taken_for_it(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("note", NOTE, VISIT, {"customer": VISIT, "person": ANNA, "written_at": 1})
    assert [verdict.verdict for verdict in (await phone.sync()).verdicts] == [VerdictKind.HELD]
    # The device lost its memory and counts from 1 again.
    lost = team.device(1, ANNA)
    lost.edit("note", TASK, VISIT, {"customer": VISIT, "person": ANNA, "written_at": 2})
    answer = await lost.send()
    assert (answer.status_code, answer.json()["code"], answer.json()["expected"]) == (409, "gap", 2)


async def test_an_edit_that_is_sent_again_under_another_number_stands_in_the_history_once(team: Team) -> None:
    phone = team.device(1, ANNA)
    made = phone.edit("visit", VISIT, BAKERY, {**VALUES, "next_step": "Bring samples"})
    changed = phone.edit("visit", VISIT, BAKERY, {"next_step": "Call"})
    await phone.sync()
    tablet = team.device(2, MIRA)
    await tablet.sync()
    tablet.edit("visit", VISIT, BAKERY, {"outcome": "order"})
    await tablet.sync()

    again = [msgspec.structs.replace(edit, n=edit.n + 2) for edit in (made, changed)]
    reply = (await phone.send(edits=again)).json()

    assert reply["pushed"] == 4
    history = await team.store.history(VISIT, [territory_bucket(NORTH)], 10)
    assert history is not None
    stamps = [entry.stamp for entry in history]
    assert len(stamps) == len(set(stamps)) == 3


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


async def test_two_devices_that_change_different_fields_keep_both(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    first = phone.edit("visit", VISIT, BAKERY, VALUES)
    await phone.sync()
    await tablet.sync()
    phone.edit("visit", VISIT, BAKERY, {"outcome": "order"})
    tablet.edit("visit", VISIT, BAKERY, {"next_step": "Bring samples"})

    assert (await phone.sync()).verdicts == []
    assert (await tablet.sync()).verdicts == [Verdict(1, VerdictKind.MERGED)]
    row = await team.row(VISIT)
    assert row is not None
    assert row["v"] == {**VALUES, "outcome": "order", "next_step": "Bring samples"}
    assert len(row["s"]) == 3
    assert first.at in row["s"]


async def test_of_two_changes_of_one_field_the_later_wins_and_the_loser_is_told_and_kept(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    first = phone.edit("visit", VISIT, BAKERY, {**VALUES, "next_step": "first"})
    await phone.sync()
    await tablet.sync()
    early = phone.edit("visit", VISIT, BAKERY, {"next_step": "early"})
    team.clock.now_ms += 1
    late = tablet.edit("visit", VISIT, BAKERY, {"next_step": "late"})

    await phone.sync()
    told = await tablet.sync()

    assert told.verdicts == [
        Verdict(1, VerdictKind.CONFLICT, field="next_step", losers=[Loser("next_step", "early", early.at, ANNA)])
    ]
    row = await team.row(VISIT)
    assert row is not None
    assert row["v"]["next_step"] == "late"
    history = await team.store.history(VISIT, [territory_bucket(NORTH)], 10)
    assert history is not None
    assert [(entry.person, entry.device, entry.stamp) for entry in history] == [
        (MIRA, 2, late.at),
        (ANNA, 1, early.at),
        (ANNA, 1, first.at),
    ]
    change = history[0].changes[0]
    assert (change.old, change.old_stamp, change.new, change.won, change.concurrent) == (
        "early",
        early.at,
        "late",
        True,
        True,
    )
    assert (change.base, change.base_stamp) == ("first", first.at), "what both began from is kept with the loser"


async def test_a_change_that_comes_after_a_later_one_loses_and_its_author_hears_it(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, {**VALUES, "next_step": "first"})
    await phone.sync()
    await tablet.sync()
    early = phone.edit("visit", VISIT, BAKERY, {"next_step": "early"})
    team.clock.now_ms += 1
    tablet.edit("visit", VISIT, BAKERY, {"next_step": "late"})

    await tablet.sync()
    told = await phone.sync()

    assert [verdict.losers for verdict in told.verdicts] == [[Loser("next_step", "early", early.at, ANNA, MIRA)]]
    assert [row.v["next_step"] for row in told.rows[territory_bucket(NORTH)]] == ["late"]


async def test_the_same_value_twice_is_no_conflict(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, {**VALUES, "note": "first"})
    await phone.sync()
    await tablet.sync()
    for device in (phone, tablet):
        device.edit("visit", VISIT, BAKERY, {"note": "same"})
    await phone.sync()

    assert [verdict.verdict for verdict in (await tablet.sync()).verdicts] == [VerdictKind.MERGED]


async def test_a_tag_added_and_another_removed_at_the_same_time_both_count(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    old = phone.edit("customer", BAKERY, BAKERY, {"tags": {"old": [[phone.stamp()], []]}})
    await phone.sync()
    await tablet.sync()
    added = phone.stamp()
    phone.edit("customer", BAKERY, BAKERY, {"tags": {"new": [[added], []]}})
    seen = old.v["tags"]["old"][0]
    tablet.edit("customer", BAKERY, BAKERY, {"tags": {"old": [[], seen]}})

    await phone.sync()
    await tablet.sync()

    row = await team.row(BAKERY)
    assert row is not None
    assert row["v"]["tags"] == {"old": [seen, seen], "new": [[added], []]}


async def test_a_stamp_from_the_future_is_clamped_and_the_order_of_the_edits_kept(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.skew_ms = 3_600_000
    phone.edit("visit", VISIT, BAKERY, VALUES)
    phone.edit("visit", VISIT, BAKERY, {"outcome": "order"})
    phone.edit("visit", VISIT, BAKERY, {"outcome": "no_need"})

    told = await phone.sync()

    assert [verdict.verdict for verdict in told.verdicts] == [VerdictKind.REPAIRED] * 3
    row = await team.row(VISIT)
    assert row is not None
    assert row["v"]["outcome"] == "no_need"
    assert [ms_from_stamp(stamp) for stamp in row["s"]] == [NOON] * 2
    assert [found.i for found in told.rows[territory_bucket(NORTH)]] == [BAKERY, VISIT]


async def test_a_stamp_within_two_minutes_is_taken_as_it_is(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.skew_ms = CLAMP_MS
    edit = phone.edit("visit", VISIT, BAKERY, VALUES)

    assert (await phone.sync()).verdicts == []
    row = await team.row(VISIT)
    assert row is not None
    assert list(row["s"]) == [edit.at]


async def test_a_clamped_stamp_never_wins_for_ever(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.skew_ms = 10 * 365 * 86_400_000
    phone.edit("visit", VISIT, BAKERY, {**VALUES, "note": "from 2037"})
    await phone.sync()
    await tablet.sync()
    team.clock.now_ms += 1_000
    tablet.edit("visit", VISIT, BAKERY, {"note": "today"})
    await tablet.sync()

    row = await team.row(VISIT)
    assert row is not None
    assert row["v"]["note"] == "today"


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


async def test_a_group_is_applied_whole(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, VALUES, group="g")
    phone.edit("visit", VISIT, BAKERY, {"outcome": "order"}, group="g")
    phone.edit("note", NOTE, BAKERY, {"customer": BAKERY, "person": ANNA, "written_at": NOON}, group="g")

    assert (await phone.sync()).verdicts == []
    assert await team.row(VISIT) is not None
    assert await team.row(NOTE) is not None


async def test_one_bad_edit_refuses_its_whole_group_and_nothing_else(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    phone.edit("visit", VISIT, BAKERY, {"outcome": "order"}, group="g")
    phone.edit("note", NOTE, BAKERY, {"customer": BAKERY, "person": ANNA, "written_at": NOON}, group="g")
    phone.edit("task", TASK, BAKERY, {"title": "", "person": ANNA, "status": "open"}, group="g")
    phone.edit("visit", VISIT, BAKERY, {"next_step": "Call"})

    told = await phone.sync()

    assert [(verdict.n, verdict.code, verdict.field) for verdict in told.verdicts] == [
        (2, "wrong_type", ""),
        (3, "wrong_type", ""),
        (4, "wrong_type", "title"),
    ]
    row = await team.row(VISIT)
    assert row is not None
    assert row["v"] == {**VALUES, "next_step": "Call"}
    assert await team.row(NOTE) is None
    history = await team.store.history(VISIT, [territory_bucket(NORTH)], 10)
    assert history is not None
    assert len(history) == 2


async def test_a_child_that_comes_before_its_customer_is_held_and_applied_when_that_arrives(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    customer = make_id(9)
    phone.edit("visit", VISIT, customer, {**VALUES, "customer": customer})
    told = await phone.sync()
    assert [(verdict.verdict, verdict.code) for verdict in told.verdicts] == [(VerdictKind.HELD, "missing_root")]
    assert await team.row(VISIT) is None

    tablet.edit("customer", customer, customer, {"name": "Kiosk", "territory": NORTH})
    await tablet.sync()

    row = await team.row(VISIT)
    assert row is not None
    assert row["r"] == customer
    assert await team.read("SELECT * FROM held") == []
    replied = await phone.sync()
    assert [found.i for found in replied.rows[territory_bucket(NORTH)]] == [customer, VISIT]
    phone.edit("visit", VISIT, customer, {"outcome": "order"})
    assert (await phone.sync()).pushed == 2, "applying a held edit must not touch the device's number"


async def test_work_for_a_territory_that_was_withdrawn_is_taken_into_custody(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, VALUES)
    team.territories[ANNA] = []

    told = await phone.sync()

    assert [(verdict.verdict, verdict.code) for verdict in told.verdicts] == [(VerdictKind.HELD, "forbidden")]
    assert territory_bucket(NORTH) not in told.grants
    assert await team.row(VISIT) is None
    held = await team.read("SELECT root, code, edits FROM held")
    assert [(root, code) for root, code, _edits in held] == [(BAKERY, "forbidden")]
    assert VISIT in held[0][2]


async def test_a_fault_of_ours_holds_the_edit_and_no_other(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:

    merge = Applier._merge

    def faulty(*arguments: Any) -> Any:
        if arguments[3].id == VISIT:
            raise ZeroDivisionError
        return merge(*arguments)

    monkeypatch.setattr(Applier, "_merge", faulty)
    phone = team.device(1, ANNA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    phone.edit("note", NOTE, BAKERY, {"customer": BAKERY, "person": ANNA, "written_at": NOON})

    told = await phone.sync()

    assert told.pushed == 2
    assert [(verdict.n, verdict.verdict, verdict.code) for verdict in told.verdicts] == [
        (1, VerdictKind.HELD, "internal")
    ]
    assert await team.row(NOTE) is not None
    assert [code for (code,) in await team.read("SELECT code FROM held")] == ["internal"]


async def test_a_fault_while_storing_holds_the_edit_and_no_other(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = State.stored

    def faulty(state: State, seq: int) -> Stored:
        if state.id == VISIT:
            raise ZeroDivisionError
        return stored(state, seq)

    monkeypatch.setattr(State, "stored", faulty)
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    phone.edit("note", NOTE, BAKERY, {"customer": BAKERY, "person": ANNA, "written_at": NOON})
    tablet.edit("task", TASK, BAKERY, {"title": "Call", "person": MIRA, "status": "open"})

    told, other = await phone.sync(), await tablet.sync()

    assert told.pushed == 2
    assert [(verdict.n, verdict.verdict) for verdict in told.verdicts] == [(1, VerdictKind.HELD)]
    assert other.verdicts == []
    assert await team.row(NOTE) is not None
    assert await team.row(TASK) is not None


async def test_a_deleted_record_stays_and_stays_deleted(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, VALUES)
    await phone.sync()
    await tablet.sync()
    phone.edit("visit", VISIT, BAKERY, {"deleted": True})
    await phone.sync()
    tablet.edit("visit", VISIT, BAKERY, {"outcome": "order"})
    await tablet.sync()

    row = await team.row(VISIT)
    assert row is not None
    assert row["v"]["deleted"] is True
    assert row["v"]["outcome"] == "order"

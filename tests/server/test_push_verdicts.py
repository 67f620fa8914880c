"""Every edit reaches a visible end (SPEC R40-R45): what each verdict means, and what the store then holds."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from routebook_server.records.applying import Applier
from routebook_server.records.buckets import territory_bucket
from routebook_server.records.state import State, Stored
from routebook_sync.clock import CLAMP_MS, ms_from_stamp
from routebook_sync.messages import Loser, Verdict, VerdictKind
from server.devices import ANNA, BAKERY, MIRA, NOON, NORTH, Team, make_id, open_team

VISIT, NOTE, TASK = make_id(1), make_id(2), make_id(3)
VALUES: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "status": "planned"}


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


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


async def test_what_was_done_in_the_future_was_done_as_long_ago_as_the_device_says(team: Team) -> None:
    phone, hour = team.device(1, ANNA), 3_600_000
    phone.skew_ms = 10 * 24 * hour
    there = {**VALUES, "status": "open", "planned_at": NOON + phone.skew_ms}
    phone.edit("visit", VISIT, BAKERY, {**there, "checked_in_at": NOON + phone.skew_ms - hour})
    phone.edit("visit", VISIT, BAKERY, {"status": "done", "checked_out_at": NOON + phone.skew_ms})

    told = await phone.sync(now=NOON + phone.skew_ms)

    assert [verdict.verdict for verdict in told.verdicts] == [VerdictKind.REPAIRED] * 2
    row = await team.row(VISIT)
    assert row is not None
    assert row["v"] == {**there, "status": "done", "checked_in_at": NOON - hour, "checked_out_at": NOON}
    assert phone.confirmed[VISIT].v == row["v"], "the phone has what the office has"


async def test_nothing_was_done_later_than_now_whatever_the_clock_says_when_it_is_sent(team: Team) -> None:
    phone = team.device(1, ANNA)
    phone.skew_ms = 86_400_000
    phone.edit("note", NOTE, BAKERY, {"customer": BAKERY, "person": ANNA, "written_at": NOON + 86_400_000, "body": "x"})
    phone.skew_ms = 0  # set right before the network came back

    assert [verdict.field for verdict in (await phone.sync()).verdicts] == ["at"]
    row = await team.row(NOTE)
    assert row is not None
    assert row["v"]["written_at"] == NOON


async def test_who_edits_what_he_has_read_meets_no_conflict_after_the_servers_clock_is_set_back(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    team.clock.now_ms += 3_600_000
    phone.edit("visit", VISIT, BAKERY, {**VALUES, "next_step": "first", "outcome": "order"})
    await phone.sync()
    team.clock.now_ms -= 3_600_000
    await tablet.sync()
    tablet.edit("visit", VISIT, BAKERY, {"next_step": "second"})
    assert [(told.verdict, told.code) for told in (await tablet.sync()).verdicts] == [
        (VerdictKind.REPAIRED, "bad_stamp")
    ]
    await phone.sync()
    phone.edit("visit", VISIT, BAKERY, {"next_step": "third"})

    told = await phone.sync()

    assert [(verdict.verdict, verdict.losers) for verdict in told.verdicts] == [(VerdictKind.REPAIRED, [])]
    row = await team.row(VISIT)
    assert row is not None
    assert row["v"]["next_step"] == "third"


async def test_after_the_servers_clock_is_set_back_two_who_have_not_seen_each_other_are_still_told(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    team.clock.now_ms += 3_600_000
    phone.edit("visit", VISIT, BAKERY, {**VALUES, "next_step": "first"})
    await phone.sync()
    team.clock.now_ms -= 3_600_000
    await tablet.sync()
    tablet.edit("visit", VISIT, BAKERY, {"next_step": "second"})
    await tablet.sync()
    phone.edit("visit", VISIT, BAKERY, {"next_step": "third"})

    told = await phone.sync()

    losers = [loser for verdict in told.verdicts for loser in verdict.losers]
    assert [(loser.value, loser.person, loser.winner) for loser in losers] == [("third", ANNA, MIRA)]


async def test_a_base_from_the_future_that_never_stood_there_hides_no_conflict(team: Team) -> None:
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, {**VALUES, "next_step": "first"})
    await phone.sync()
    await tablet.sync()
    tablet.edit("visit", VISIT, BAKERY, {"next_step": "second"})
    await tablet.sync()
    phone.skew_ms = 3_600_000
    made = phone.edit("visit", VISIT, BAKERY, {"next_step": "third"})
    phone.outbox = [msgspec.structs.replace(made, base={"next_step": made.at})]

    told = await phone.sync()

    assert [verdict.verdict for verdict in told.verdicts] == [VerdictKind.CONFLICT]


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

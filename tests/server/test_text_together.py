"""Prose that two people changed at once is merged by words by the server (SPEC R16); nobody's words are lost."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from routebook_server.records import prose
from routebook_server.records.buckets import territory_bucket
from routebook_sync.clock import SERVER_DEVICE, device_from_stamp
from routebook_sync.messages import Row, Verdict, VerdictKind
from routebook_sync.record import unpack_stamps
from server.devices import ANNA, BAKERY, MIRA, NORTH, Device, Team, make_id, open_team

VISIT = make_id(1)
VALUES: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "status": "planned"}
IN_NORTH = territory_bucket(NORTH)
MERGED = [Verdict(1, VerdictKind.MERGED)]


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


async def both_have(team: Team, note: str) -> tuple[Device, Device]:
    """Return a phone and a tablet that both show a visit with this note."""
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    phone.edit("visit", VISIT, BAKERY, {**VALUES, "note": note})
    await phone.sync()
    await tablet.sync()
    return phone, tablet


def write(device: Device, note: str | None) -> None:
    device.edit("visit", VISIT, BAKERY, {"note": note})


async def note_of(team: Team) -> str:
    row = await team.row(VISIT)
    assert row is not None
    return str(row["v"]["note"])


async def test_the_words_of_both_reach_both(team: Team) -> None:
    phone, tablet = await both_have(team, "Call before noon.")
    write(phone, "Call Ewa before noon.")
    write(tablet, "Call before noon. Bring samples.")
    assert (await phone.sync()).verdicts == []

    assert (await tablet.sync()).verdicts == MERGED

    await phone.sync()
    text = "Call Ewa before noon. Bring samples."
    assert [device.confirmed[VISIT].v["note"] for device in (phone, tablet)] == [text, text]
    row = await team.row(VISIT)
    assert row is not None
    stamps = unpack_stamps(Row(k="", i="", r="", v=row["v"], s=row["s"]).doc)
    assert device_from_stamp(stamps["note"]) == SERVER_DEVICE


async def test_whatever_is_sent_first_the_words_are_the_same(team: Team) -> None:
    phone, tablet = await both_have(team, "Call before noon.")
    write(phone, "Call Ewa before noon.")
    team.clock.now_ms += 1_000
    write(tablet, "Call before noon. Bring samples.")
    await tablet.sync()

    told = await phone.sync()

    assert [verdict.verdict for verdict in told.verdicts] == [VerdictKind.MERGED]
    assert await note_of(team) == "Call Ewa before noon. Bring samples."


async def test_typing_on_and_on_while_somebody_else_writes(team: Team) -> None:
    phone, tablet = await both_have(team, "Call.")
    write(tablet, "Call. Bring samples.")
    await tablet.sync()
    for text in ("Call. Park", "Call. Park behind", "Call. Park behind the house."):
        write(phone, text)
    await phone.sync()
    write(phone, phone.confirmed[VISIT].v["note"] + " Ring twice.")
    await phone.sync()

    assert await note_of(team) == "Call. Bring samples. Park behind the house. Ring twice."


async def test_edits_typed_before_the_merged_text_came_back_are_merged_too(team: Team) -> None:
    phone, tablet = await both_have(team, "Call.")
    write(tablet, "Call. Bring samples.")
    await tablet.sync()
    write(phone, "Call. Park")
    assert (await phone.send()).status_code == 200, "the reply is lost"
    write(phone, "Call. Park behind the house.")

    await phone.sync()

    assert await note_of(team) == "Call. Bring samples. Park behind the house."


async def test_one_clears_the_text_and_the_other_adds_to_it(team: Team) -> None:
    phone, tablet = await both_have(team, "Call before noon.")
    write(phone, None)
    await phone.sync()
    write(tablet, "Call before noon. Bring samples.")

    assert (await tablet.sync()).verdicts == MERGED
    assert await note_of(team) == "Bring samples."


async def test_the_history_shows_both_and_what_the_server_made_of_them(team: Team) -> None:
    phone, tablet = await both_have(team, "Call.")
    write(phone, "Call Ewa.")
    await phone.sync()
    write(tablet, "Call. Bring samples.")
    await tablet.sync()

    history = await team.store.history(VISIT, [IN_NORTH], 10)

    assert history is not None
    shown = [
        (entry.person, entry.device, change.new, change.merged, change.base, entry.apart)
        for entry in history
        for change in entry.changes
        if change.field == "note"
    ]
    assert shown == [
        ("", SERVER_DEVICE, "Call Ewa. Bring samples.", False, None, False),
        (MIRA, 2, "Call. Bring samples.", True, "Call.", False),
        (ANNA, 1, "Call Ewa.", False, None, False),
        (ANNA, 1, "Call.", False, None, False),
    ]


async def test_a_loaded_text_is_a_base_too_though_no_edit_wrote_it(team: Team) -> None:
    stamp = team.device(9, MIRA).stamp()
    await team.store.load([(IN_NORTH, Row("visit", VISIT, BAKERY, 0, {**VALUES, "note": "Call."}, {stamp: []}))])
    phone, tablet = team.device(1, ANNA), team.device(2, MIRA)
    await phone.sync()
    await tablet.sync()
    write(phone, "Call Ewa.")
    await phone.sync()
    write(tablet, "Call. Bring samples.")

    assert (await tablet.sync()).verdicts == MERGED
    assert await note_of(team) == "Call Ewa. Bring samples."
    history = await team.store.history(VISIT, [IN_NORTH], 10)
    assert history is not None
    assert [(change.new, change.base) for change in history[1].changes] == [("Call. Bring samples.", "Call.")]


async def test_a_clock_years_ahead_loses_no_words(team: Team) -> None:
    phone, tablet = await both_have(team, "Call.")
    write(tablet, "Call. Bring samples.")
    await tablet.sync()
    phone.skew_ms = 5 * 365 * 86_400_000
    write(phone, "Call. Park")
    write(phone, "Call. Park behind the house.")

    told = await phone.sync()

    assert [verdict.verdict for verdict in told.verdicts] == [VerdictKind.REPAIRED] * 2
    assert await note_of(team) == "Call. Bring samples. Park behind the house."
    assert phone.confirmed[VISIT].v["note"] == await note_of(team)


async def test_another_field_in_conflict_is_still_told(team: Team) -> None:
    phone, tablet = await both_have(team, "Call.")
    phone.edit("visit", VISIT, BAKERY, {"note": "Call Ewa.", "next_step": "early"})
    await phone.sync()
    team.clock.now_ms += 1
    tablet.edit("visit", VISIT, BAKERY, {"note": "Call. Bring samples.", "next_step": "late"})

    (verdict,) = (await tablet.sync()).verdicts

    assert (verdict.verdict, verdict.field) == (VerdictKind.CONFLICT, "next_step")
    assert [loser.field for loser in verdict.losers] == ["next_step"]
    assert await note_of(team) == "Call Ewa. Bring samples."


async def test_an_edit_sent_again_under_another_number_adds_its_words_once(team: Team) -> None:
    phone, tablet = await both_have(team, "Call.")
    write(tablet, "Call. Bring samples.")
    await tablet.sync()
    write(phone, "Call. Park behind the house.")
    again = phone.outbox[0]
    await phone.sync()
    before = await note_of(team)
    again.n = 3
    phone.outbox.append(again)

    await phone.sync()

    assert await note_of(team) == before


async def test_a_flood_of_long_texts_ends_in_ordinary_conflicts(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prose, "MAX_MERGED", 20_000)
    phone, tablet = await both_have(team, "x " * 1_000)
    write(phone, "x " * 1_000 + "y")
    await phone.sync()
    for number in range(5):
        tablet.edit("visit", VISIT, BAKERY, {"note": f"{number} " + "x " * 1_000})

    kinds = [verdict.verdict for verdict in (await tablet.sync()).verdicts]

    assert kinds == [VerdictKind.MERGED] * 3 + [VerdictKind.CONFLICT] * 2


async def test_the_value_that_the_author_saw_is_found_among_many_edits_since(team: Team) -> None:
    phone, tablet = await both_have(team, "Call.")
    for number in range(100):
        write(phone, f"Call. {number}")
    await phone.sync()
    write(tablet, "Call. Bring samples.")

    assert (await tablet.sync()).verdicts == MERGED
    assert await note_of(team) == "Call. 99 Bring samples."


async def test_a_value_that_lies_too_far_back_is_a_conflict(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routebook_server.records.past.MAX_PAST", 20)
    phone, tablet = await both_have(team, "Call.")
    for number in range(30):
        write(phone, f"Call. {number}")
    await phone.sync()
    team.clock.now_ms += 1_000
    write(tablet, "Call. Bring samples.")

    (verdict,) = (await tablet.sync()).verdicts

    assert verdict.verdict is VerdictKind.CONFLICT
    assert [loser.value for loser in verdict.losers] == ["Call. 29"]

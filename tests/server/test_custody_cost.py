"""A custody that is full makes nobody wait: what is asked of it is asked by record, and read once (SPEC R59)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from routebook_server.records import reader as reading
from routebook_server.records.held import Held
from routebook_server.records.reader import Reader
from routebook_sync.messages import VerdictKind
from server.custody import NOTED
from server.devices import ANNA, BAKERY, Team, make_id, open_team


@pytest_asyncio.fixture
async def team(address: str) -> AsyncIterator[Team]:
    async with open_team(address) as opened:
        yield opened


def watch(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return where it is written down what is read of custody from now on."""
    read: list[Any] = []
    decode = reading._held

    def write_down(row: tuple[Any, ...]) -> Held:
        read.append(row[0])
        return decode(row)

    monkeypatch.setattr(reading, "_held", write_down)
    return read


async def test_of_a_full_custody_nothing_is_read_for_what_is_not_in_it(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    held = [phone.edit("note", make_id(5000 + at), BAKERY, {**NOTED, "body": "word " * 100}).n for at in range(200)]
    await phone.sync(hold=held)
    read = watch(monkeypatch)
    for at in range(200):
        phone.edit("note", make_id(9000 + at), BAKERY, {"pinned": True})

    verdicts = (await phone.sync()).verdicts

    assert {verdict.verdict for verdict in verdicts[-200:]} == {VerdictKind.REJECTED}
    assert read == []


async def test_a_group_is_read_once_for_all_that_follows_it(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    names = [make_id(5000 + at) for at in range(50)]
    held = [phone.edit("note", name, BAKERY, NOTED, group="g").n for name in names]
    await phone.sync(hold=held)
    read = watch(monkeypatch)
    for name in names:
        phone.edit("note", name, BAKERY, {"pinned": True})

    verdicts = (await phone.sync()).verdicts

    assert {verdict.code for verdict in verdicts[-50:]} == {"missing_root"}
    assert 1 <= len(read) <= 2, "once, and once more where the transaction was begun again for a lock"


async def test_how_full_it_is_is_asked_once(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routebook_server.records.custody.MAX_HELD_EDITS", 5)
    phone = team.device(1, ANNA)
    await phone.sync()
    asked: list[int] = []
    held_of = Reader.held_of

    def count(self: Reader, device: int) -> tuple[int, int]:
        asked.append(device)
        return held_of(self, device)

    monkeypatch.setattr(Reader, "held_of", count)
    for at in range(20):
        phone.edit("note", make_id(5000 + at), BAKERY, NOTED)
    await phone.sync(hold=list(range(1, 6)))
    phone.outbox.clear()
    asked.clear()
    numbers = [phone.edit("note", make_id(6000 + at), BAKERY, NOTED).n for at in range(20)]

    verdicts = (await phone.sync(hold=numbers)).verdicts

    assert {verdict.code for verdict in verdicts[-20:]} == {"custody_full"}
    assert asked == [1]


async def test_what_leaves_custody_stays_known_by_its_record(team: Team) -> None:
    phone = team.device(1, ANNA)
    await phone.sync()
    phone.edit("note", make_id(1), BAKERY, NOTED)
    await phone.sync(hold=[1])
    [offer] = [row for row in phone.confirmed.values() if row.k == "held_edit" and row.r == BAKERY]
    assert await team.read("SELECT device, id, record FROM held_record") == [(1, make_id(1), offer.i)]

    phone.edit("held_edit", offer.i, BAKERY, {"status": "discarded"})
    await phone.sync()

    assert await team.read("SELECT * FROM held") == []
    assert await team.read("SELECT device, id, record FROM held_record") == [(1, make_id(1), offer.i)]

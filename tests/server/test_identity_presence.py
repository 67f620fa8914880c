"""What devices tell of themselves: the last of it is kept in the end, and not each of it is written."""

from pathlib import Path
from typing import Any

import pytest

from routebook_server.database.door import UnavailableDatabaseError
from routebook_server.identity.devices import Told, find_device, keep_reports
from routebook_server.identity.presence import SAME_FOR_MS, Presence
from routebook_sync.messages import DeviceReport
from server.team import START_MS, House, open_house
from server.test_device_wipe import device_of, sync


async def kept(house: House) -> int | None:
    """Return how many edits wait by what is kept of device 1, None if nothing is."""
    found = await house.application.database.read(lambda connection: find_device(connection, 1))
    return None if found is None or found.report is None else found.report.waiting


async def test_the_list_shows_what_the_device_told_last(house: House) -> None:
    phone, manager = await house.signed_in("rep"), await house.signed_in("manager")
    await sync(phone, house, 1, report={"waiting": 50})
    assert (await device_of(manager, 1))["report"]["waiting"] == 50
    house.clock.advance(seconds=5)
    await sync(phone, house, 1, report={"waiting": 1})
    house.clock.advance(days=3)
    assert (await device_of(manager, 1))["report"]["waiting"] == 1


async def test_what_came_within_a_minute_is_written_when_that_is_over_the_last_of_it_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    presence, woken = house.application.presence, list[float]()
    monkeypatch.setattr(Presence, "_wake", lambda _self, after_s: woken.append(after_s))
    phone = await house.signed_in("rep")
    await sync(phone, house, 1, report={"waiting": 50})
    await presence._write_due()
    assert await kept(house) == 50
    for waiting in (40, 30, 20):
        house.clock.advance(seconds=5)
        await sync(phone, house, 1, report={"waiting": waiting})
    assert woken[-1] == pytest.approx(45), "when the minute is over"
    await presence._write_due()
    assert await kept(house) == 50, "not each of it is written"
    assert woken[-1] == pytest.approx(45)
    house.clock.advance(seconds=45)
    await presence._write_due()
    assert await kept(house) == 20


async def test_what_waits_is_written_at_the_end(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data") as house:
        phone, manager = await house.signed_in("rep"), await house.signed_in("manager")
        await sync(phone, house, 1, report={"waiting": 50})
        await device_of(manager, 1)
        await sync(phone, house, 1, report={"waiting": 7})
        assert await kept(house) == 50
    async with open_house(tmp_path / "data", again=True) as house:
        assert await kept(house) == 7


async def test_what_could_not_be_written_goes_on_waiting(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = await house.signed_in("rep")

    async def fail(_work: Any) -> None:
        raise UnavailableDatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(Presence, "_wake", lambda _self, _after_s: None)
        broken.setattr(house.application.database, "write", fail)
        await sync(phone, house, 1, report={"waiting": 7})
        await house.application.presence._write_due()
    assert await kept(house) is None
    await house.application.presence.write()
    assert await kept(house) == 7


async def test_what_another_process_was_told_since_stays_and_what_is_told_again_is_written_again(house: House) -> None:
    phone, manager = await house.signed_in("rep"), await house.signed_in("manager")
    await sync(phone, house, 1, report={"waiting": 7})
    await house.application.presence.write()
    newer = {1: Told(DeviceReport(waiting=3), START_MS + 9_000)}
    await house.application.database.write(lambda connection: keep_reports(connection, newer))
    older = {1: Told(DeviceReport(waiting=9), START_MS + 8_000)}
    await house.application.database.write(lambda connection: keep_reports(connection, older))
    assert await kept(house) == 3
    house.clock.advance(seconds=SAME_FOR_MS / 1_000)
    await sync(phone, house, 1, report={"waiting": 7})
    assert (await device_of(manager, 1))["report"]["waiting"] == 7

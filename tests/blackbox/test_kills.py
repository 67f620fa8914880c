"""The server and the app are killed with -9 under devices that write all the time: nothing acknowledged is lost.

``BLACKBOX_KILLS`` and ``BLACKBOX_DEVICES`` set the size, ``SEED`` the run; `make blackbox` kills fifty times under 20.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from blackbox.clients import Clients, Device, SignedIn, wait_for_all
from blackbox.databases import on_both
from blackbox.digest import digests
from blackbox.guests import admit
from blackbox.history import KEPT_ELSEWHERE, check_taken_once, edits_taken, heads
from e2e.house import House

KILLS: Final = int(os.environ.get("BLACKBOX_KILLS", "4"))
DEVICES: Final = int(os.environ.get("BLACKBOX_DEVICES", "6"))
SEED: Final = int(os.environ.get("SEED", "20261125"))
NODES: Final = 2
"""Processes of devices."""
EVERY_MS: Final = 8 * DEVICES
"""From one write of a device to its next: all together write so much that the server is busy and not drowned."""
PATIENCE_S: Final = 900
"""A limit for what is waited for, not a time that anything should take."""
MOST_EDITS: Final = 12
"""A kill comes after so many more edits of one device at most; drawn, so that it falls anywhere in a commit."""
MAREK: Final = "marek@demo.example"

pytestmark = on_both


@pytest.fixture
def replay(request: pytest.FixtureRequest) -> Random:
    """Chance, and the line that repeats it; pytest shows it when the test fails."""
    test = request.node.nodeid.partition("::")[2]
    print(  # noqa: T201
        f"SEED={SEED} BLACKBOX_KILLS={KILLS} BLACKBOX_DEVICES={DEVICES} pytest tests/blackbox/test_kills.py -k '{test}'"
    )
    return Random(SEED)


class Fleet:
    """Devices of one person, spread over processes, each on a file with a ledger beside it."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder
        self.signed_in = admit(house.database, MAREK, DEVICES)
        self._processes: list[Clients] = [Clients() for _ in range(NODES)]

    @property
    def devices(self) -> list[Device]:
        """Every device, by its number."""
        return [self._processes[number % NODES].device(f"d{number}") for number in range(DEVICES)]

    def open(self, *, process: int | None = None) -> None:
        """Open every device, or those of one process."""
        for number, (device, signed_in) in enumerate(zip(self.devices, self.signed_in, strict=True)):
            if process is None or number % NODES == process:
                file = self.folder / f"{device.name}.db"
                device.open(self.house.address, signed_in, file, ledger=str(file.with_suffix(".ledger")))

    def work(self, seed: int, *, process: int | None = None) -> None:
        """Let every device, or those of one process, write without end."""
        for number, device in enumerate(self.devices):
            if process is None or number % NODES == process:
                device.ask("load", seed=seed + number, every=EVERY_MS)

    def kill(self, process: int) -> None:
        """Kill one process with all its devices, and start another in its place."""
        self._processes[process].kill()
        self._processes[process] = Clients()

    def wait_for_edits(self, number: int, more: int) -> None:
        """Wait until the server has acknowledged so many more edits of one device."""
        device = self.devices[number]
        device.wait(acknowledged=len(device.ask("witness")["acknowledged"]) + more, within_s=PATIENCE_S)

    def rest(self) -> None:
        """Let nobody write any more, and everybody send what he has and read what there is."""
        for device in self.devices:
            device.ask("rest")
        wait_for_all((device.until(drained=True, within_s=PATIENCE_S) for device in self.devices), PATIENCE_S)
        found = heads(self.house.database)
        granted = self.devices[0].ask("cursors")
        read = {bucket: found[bucket] for bucket in granted if bucket in found}
        settled = (device.until(drained=True, ready=True, read=read, within_s=PATIENCE_S) for device in self.devices)
        wait_for_all(settled, PATIENCE_S)

    def check(self) -> int:
        """Compare everything with the server's database; return how many edits were acknowledged."""
        stored, taken = digests(self.house.database), edits_taken(self.house.database)
        granted = self.devices[0].ask("cursors")
        expected = {bucket: stored[bucket] for bucket in granted if bucket in stored}
        count = 0
        for device, signed_in in zip(self.devices, self.signed_in, strict=True):
            witness = device.ask("witness")
            assert witness["faults"] == []
            assert witness["problems"] == {}
            assert device.ask("digest") == expected, f"{device.name} holds something else than the server"
            check_taken_once(taken, signed_in.account["device"], witness["acknowledged"])
            count += len(witness["acknowledged"])
        return count

    def close(self) -> None:
        """End every process."""
        for process in self._processes:
            process.stop()


@pytest.fixture
def fleet(house: House, tmp_path: Path) -> Iterator[Fleet]:
    made = Fleet(house, tmp_path)
    yield made
    made.close()


def test_a_server_killed_again_and_again_loses_nothing_that_it_acknowledged(fleet: Fleet, replay: Random) -> None:
    house = fleet.house
    house.start()
    fleet.open()
    wait_for_all(device.until(ready=True) for device in fleet.devices)
    fleet.work(SEED)
    for turn in range(KILLS):
        fleet.wait_for_edits(replay.randrange(DEVICES), replay.randint(1, MOST_EDITS))
        # Of several processes every other time only one: the devices go on with the rest.
        if turn % 2 == 0 or not house.kill_one(replay):
            house.kill()
            house.start()
    fleet.rest()
    assert fleet.check() > KILLS


def test_an_app_killed_again_and_again_loses_nothing_that_it_showed_as_saved(fleet: Fleet, replay: Random) -> None:
    house = fleet.house
    house.start()
    fleet.open()
    wait_for_all(device.until(ready=True) for device in fleet.devices)
    fleet.work(SEED)
    for turn in range(1, KILLS + 1):
        number = replay.randrange(DEVICES)
        fleet.wait_for_edits(number, replay.randint(1, MOST_EDITS))
        process = number % NODES
        fleet.kill(process)
        if turn % 3 == 0:
            house.kill()
            house.start()
        fleet.open(process=process)
        fleet.work(SEED + 1_000 * turn, process=process)
    fleet.rest()
    fleet.check()
    taken = edits_taken(house.database)
    for device, signed_in in zip(fleet.devices, fleet.signed_in, strict=True):
        _check_saved(device, signed_in, taken)


def _check_saved(device: Device, signed_in: SignedIn, taken: Any) -> None:
    """AssertionError if an edit that the device was told is saved is in no place."""
    witness = device.ask("witness")
    own = sum(times for edit, times in taken.items() if edit[0] == signed_in.account["device"])
    aside = sum(edit["verdict"] in KEPT_ELSEWHERE for edit in witness["acknowledged"])
    saved: Sequence[int] = witness["saved"]
    # Numbers are contiguous from 1, and an edit may have been saved though nobody lived to hear it.
    assert max(saved, default=0) <= own + aside

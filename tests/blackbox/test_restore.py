"""A server goes back to its backup, and real devices bring what it misses: nothing acknowledged is lost (SPEC R48)."""

import os
import sys
from pathlib import Path
from subprocess import run
from typing import Any, Final

import pytest

from blackbox.clients import Clients, Device, SignedIn, wait_for_all
from blackbox.databases import on_both
from blackbox.digest import digests
from blackbox.guests import admit
from blackbox.history import edits_taken, heads
from e2e.house import House, wait_until
from routebook_sync.identifier import RANDOM_BYTES, new_id

MAREK: Final = "marek@demo.example"
EDITS: Final = 25
"""Of each device, before the backup and again after it."""
NOTICES_WITHIN_S: Final = 60
WRITTEN_MS: Final = 1_795_000_000_000

pytestmark = on_both


def routebook(house: House, *arguments: str) -> str:
    """Run a command on the house's data and return what it said."""
    done = run(
        [Path(sys.executable).parent / "routebook", *arguments, "--data", house.data],
        capture_output=True, text=True, timeout=120, check=False, env=house.environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_some(device: Device, signed_in: SignedIn, customer: str, key: str) -> None:
    """Save notes about one customer, each by itself."""
    person = signed_in.account["person"]
    notes: list[dict[str, Any]] = [
        {
            "kind": "note",
            "id": new_id(WRITTEN_MS + number, os.urandom(RANDOM_BYTES)),
            "root": customer,
            "v": {"customer": customer, "person": person, "written_at": WRITTEN_MS + number, "body": f"{key} {number}"},
        }
        for number in range(EDITS)
    ]
    device.write_each(notes, key)


def taken_of(house: House, signed_in: SignedIn) -> int:
    """Return how many edits of a device the server's history has."""
    return sum(edit[0] == signed_in.account["device"] for edit in edits_taken(house.database))


@pytest.fixture
def pair(house: House, clients: Clients) -> list[tuple[Device, SignedIn]]:
    """Two devices of one person, open on a running server, with all there is."""
    admitted = admit(house.database, MAREK, 2)
    house.start()
    devices = [clients.device("phone"), clients.device("tablet")]
    for device, signed_in in zip(devices, admitted, strict=True):
        device.open(house.address, signed_in)
    wait_for_all(device.until(ready=True) for device in devices)
    return list(zip(devices, admitted, strict=True))


def test_devices_bring_a_restored_server_what_its_backup_misses(
    house: House, pair: list[tuple[Device, SignedIn]], tmp_path: Path
) -> None:
    customer = house.customers_of(MAREK)[0].id
    backup = tmp_path / "book.backup"
    for device, signed_in in pair:
        write_some(device, signed_in, customer, "before")
        device.wait(drained=True)
    routebook(house, "backup", str(backup))
    for device, signed_in in pair:
        write_some(device, signed_in, customer, "after")
        device.wait(drained=True)
    assert [taken_of(house, signed_in) for _device, signed_in in pair] == [2 * EDITS] * 2
    house.kill()
    routebook(house, "restore", str(backup))
    assert [taken_of(house, signed_in) for _device, signed_in in pair] == [EDITS] * 2
    house.start()
    wait_until(
        lambda: [taken_of(house, signed_in) for _device, signed_in in pair] == [2 * EDITS] * 2,
        NOTICES_WITHIN_S,
        "the devices bring what the backup misses",
    )
    found = heads(house.database)
    for device, _signed_in in pair:
        granted = device.ask("cursors")
        device.wait(drained=True, ready=True, read={name: found[name] for name in granted if name in found})
        assert device.ask("digest") == {
            name: digest for name, digest in digests(house.database).items() if name in granted
        }


def test_nothing_is_restored_while_the_server_runs(
    house: House, pair: list[tuple[Device, SignedIn]], tmp_path: Path
) -> None:
    backup = tmp_path / "book.backup"
    assert pair
    routebook(house, "backup", str(backup))
    with pytest.raises(AssertionError, match="in use; stop the server first"):
        routebook(house, "restore", str(backup))

"""The network is cut at every class of place in a message: nothing is lost, nothing doubled, nobody sticks.

``BLACKBOX_STEP`` is the number of bytes from one cut of a body to the next.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import pytest

from blackbox.clients import Clients, Device, SignedIn
from blackbox.digest import digests
from blackbox.guests import admit
from blackbox.history import check_taken_once, edits_taken, heads
from blackbox.scissors import Cut, Ending, Part, Scissors
from e2e.house import House
from routebook_sync.messages import View

STEP: Final = int(os.environ.get("BLACKBOX_STEP", "400"))
SEED: Final = int(os.environ.get("SEED", "7"))
MAREK: Final = "marek@demo.example"
MANAGER: Final = "manager@demo.example"
TIMEOUT_MS: Final = 400
"""After which a device gives a silent request up; the app's own half minute would make the test last hours."""
OWN: Final = 10
"""The phone edits the first so many customers, the desk the others."""
NAMES: Final = {"search": "", "filter": {"name": "all"}, "sort": "name", "offset": 0}


class Scene(NamedTuple):
    """Two devices of one person, the first behind the scissors."""

    house: House
    scissors: Scissors
    phone: Device
    desk: Device
    phone_in: SignedIn
    customers: list[str]


@pytest.fixture
def scene(house: House, clients: Clients, tmp_path: Path) -> Iterator[Scene]:
    phone_in, desk_in = admit(house.database, MAREK, 2)
    house.start()
    with Scissors(house.port) as scissors:
        phone, desk = clients.device("phone"), clients.device("desk")
        phone.open(scissors.address, phone_in, tmp_path / "phone.db", timeout=TIMEOUT_MS)
        desk.open(house.address, desk_in)
        phone.wait(ready=True)
        desk.wait(ready=True)
        rows = phone.query("customers.page", **NAMES, limit=30)["rows"]
        yield Scene(house, scissors, phone, desk, phone_in, [row["id"] for row in rows])


def test_a_cut_anywhere_loses_nothing_doubles_nothing_and_holds_nobody_up(scene: Scene) -> None:
    house, scissors, phone, desk, phone_in, _customers = scene
    scissors.largest = (0, 0)
    _exchange(scene, 0)
    body, headers = scissors.largest
    assert body > 1_000, "a reply with rows, packed"
    cuts = list(_cuts(headers, body))
    for number, cut in enumerate(cuts, 1):
        scissors.arm(cut)
        _exchange(scene, number)
    assert scissors.done == cuts
    stored = digests(house.database)
    for device in (phone, desk):
        assert device.ask("digest") == {bucket: stored[bucket] for bucket in device.ask("cursors")}
    witness = phone.ask("witness")
    assert (witness["problems"], witness["faults"]) == ({}, [])
    silences = sum(cut.ending is Ending.SILENT for cut in cuts)
    # Now and then the network is taken away before a silence has been sat out.
    assert witness["exchanges"]["timeout"] > silences * 0.8
    assert len(witness["acknowledged"]) == len(witness["saved"]) == 3 * (len(cuts) + 1)
    check_taken_once(edits_taken(house.database), phone_in.account["device"], witness["acknowledged"])


def _exchange(scene: Scene, number: int) -> None:
    """Let the phone write and the desk, and the phone come back with its edits to rows that are new to it."""
    phone, desk, customers = scene.phone, scene.desk, scene.customers
    phone.ask("network", up=False)
    own = customers[number % OWN]
    phone.write_each([_change(own, "description", f"{number}"), _change(own, "phone", f"+48 {number}")], f"p{number}")
    # Words that do not pack well, so that the reply is long.
    noise = Random(SEED * 1_000 + number)
    desk.write(*(_change(one, "description", noise.randbytes(60).hex()) for one in customers[OWN:]), key=f"d{number}")
    desk.wait(drained=True)
    phone.ask("network", up=True)
    phone.wait(drained=True, read=_own_heads(scene), within_s=20)
    # And once more on whatever connection there is now, dead or not.
    phone.write(_change(own, "website", f"https://{number}.example"), key=f"w{number}")
    phone.wait(drained=True, within_s=20)


def _own_heads(scene: Scene) -> dict[str, list[int]]:
    found = heads(scene.house.database)
    return {bucket: found[bucket] for bucket in scene.desk.ask("cursors") if bucket in found}


def _cuts(headers: int, body: int) -> Iterator[Cut]:
    in_headers = [0, 1, headers // 2, headers - 1, None]
    in_body = [0, 1, *range(STEP, body, STEP), -1, None]
    for part, places in ((Part.HEADERS, in_headers), (Part.BODY, in_body)):
        for kept in places:
            for ending in Ending:
                yield Cut(part, kept, ending)
    for part, kept in (
        (Part.HEADERS, 0),
        (Part.HEADERS, 30),
        (Part.BODY, 0),
        (Part.BODY, 40),
        (Part.BODY, -1),
        (Part.BODY, None),
    ):
        for ending in Ending:
            yield Cut(part, kept, ending, of_request=True)


def _change(customer: str, field: str, value: str) -> dict[str, object]:
    return {"kind": "customer", "id": customer, "root": customer, "v": {field: value}}


def test_a_first_sync_cut_on_every_page_still_ends_whole(house: House, clients: Clients, tmp_path: Path) -> None:
    [desk_in] = admit(house.database, MANAGER, 1)
    house.start()
    random = Random(SEED)
    cuts = [Cut(Part.BODY, random.randrange(10_000), random.choice(list(Ending))) for _ in range(8)]
    with Scissors(house.port) as scissors:
        scissors.arm(*(one for cut in cuts for one in (cut, None)))
        desk = clients.device("desk")
        desk.open(scissors.address, desk_in, tmp_path / "desk.db", timeout=TIMEOUT_MS)
        desk.wait(ready=True)
        assert len(scissors.done) > 2
        stored = digests(house.database, View.FULL)
        assert desk.ask("digest") == {bucket: stored[bucket] for bucket in desk.ask("cursors") if bucket in stored}

"""Area: many devices at once. Their stores lie in memory, for no two phones share a disk; the server's waits for it."""

import contextlib
import statistics
import time
from collections.abc import Iterator
from typing import Final

from bench.line import Line, at_most
from bench.place import Place, open_place
from blackbox.clients import Clients, Device, cpu_of, wait_for_all
from blackbox.history import heads

CUSTOMERS: Final = 1_000
EDITS: Final = 10
ROUNDS: Final = 5
PROCESSES: Final = 2
KILLED_DEVICES: Final = 20
LOAD_MS: Final = 50
PATIENCE_S: Final = 180
NAMES: Final = {"search": "", "filter": {"name": "all"}, "sort": "name", "offset": 0}


def run() -> Iterator[Line]:
    """Yield the time until fleets of two sizes agree, and until devices have sent everything after a crash."""
    with open_place(CUSTOMERS, 100) as place, _fleet(place) as fleet:
        rounds = [_converge(place, fleet, turn)[0] for turn in range(ROUNDS + 1)]
        yield at_most("fleet_100", statistics.median(rounds[1:]), "s", 4)
    with open_place(CUSTOMERS, 300) as place, _fleet(place) as fleet:
        figures = [_converge(place, fleet, turn) for turn in range(ROUNDS + 1)]
        yield at_most("fleet_300_s", statistics.median(seconds for seconds, _cpu in figures[1:]), "s", 30)
        yield at_most("fleet_300_server_cpu_s", statistics.median(cpu for _seconds, cpu in figures[1:]), "s", 15)
        errors = _errors(fleet)
        yield Line("fleet_300_errors", errors, "errors", 0, 0.0 if errors else 1.0)
    with open_place(CUSTOMERS, KILLED_DEVICES) as place, _fleet(place) as fleet:
        resumed = [_resume(place, fleet, turn) for turn in range(ROUNDS)]
        yield at_most("resume_after_kill_ms", statistics.median(resumed), "ms", 1_000)


@contextlib.contextmanager
def _fleet(place: Place) -> Iterator[list[Device]]:
    """Open every guest's device and wait until all hold everything."""
    with contextlib.ExitStack() as opened:
        processes = [opened.enter_context(Clients()) for _ in range(PROCESSES)]
        devices = [processes[number % PROCESSES].device(f"d{number}") for number in range(len(place.guests))]
        for device, guest in zip(devices, place.guests, strict=True):
            device.open(place.house.address, guest)
        wait_for_all((device.until(ready=True, within_s=PATIENCE_S) for device in devices), PATIENCE_S)
        yield devices


def _converge(place: Place, fleet: list[Device], turn: int) -> tuple[float, float]:
    """Let every device make its edits; return the seconds until all hold the same, and the server's CPU seconds."""
    customers = [row["id"] for row in fleet[0].query("customers.page", **NAMES, limit=200)["rows"]]
    spent = cpu_of(place.house.process_id)
    begun = time.monotonic()
    writes = [
        device.send("writes", writes=[_write(customers, turn, number, edit) for edit in range(EDITS)])
        for number, device in enumerate(fleet)
    ]
    wait_for_all(writes, PATIENCE_S)
    wait_for_all((device.until(drained=True, within_s=PATIENCE_S) for device in fleet), PATIENCE_S)
    found, granted = heads(place.house.database), fleet[0].ask("cursors")
    read = {bucket: found[bucket] for bucket in granted if bucket in found}
    done = wait_for_all((device.until(read=read, within_s=PATIENCE_S) for device in fleet), PATIENCE_S)
    seconds = max(answer.at for answer in done) / 1_000 - begun
    spent = cpu_of(place.house.process_id) - spent
    digests = wait_for_all(device.send("digest") for device in (fleet[0], fleet[len(fleet) // 2], fleet[-1]))
    assert all(answer.value == digests[0].value for answer in digests), "devices hold different rows"
    return seconds, spent


def _write(customers: list[str], turn: int, number: int, edit: int) -> dict[str, object]:
    customer = customers[(number * EDITS + edit) % len(customers)]
    values = {"description": f"round {turn}, device {number}, edit {edit}"}
    change = {"kind": "customer", "id": customer, "root": customer, "v": values}
    return {"changes": [change], "key": f"{turn} {number} {edit}"}


def _errors(fleet: list[Device]) -> int:
    """Return how many requests failed and faults there were, of all devices."""
    count = 0
    for device in fleet:
        witness = device.ask("witness")
        failed = sum(times for kind, times in witness["exchanges"].items() if kind != "reply")
        count += failed + len(witness["faults"])
    return count


def _resume(place: Place, fleet: list[Device], turn: int) -> float:
    """Kill the server under load, start it again; return the milliseconds from its first answer until all is sent."""
    for number, device in enumerate(fleet):
        device.ask("load", seed=1_000 * turn + number, every=LOAD_MS)
    for device in fleet:
        device.wait(acknowledged=len(device.ask("witness")["acknowledged"]) + EDITS)
    place.house.kill()
    place.house.start()
    up = time.monotonic() * 1_000
    for device in fleet:
        device.send("rest")
    drained = wait_for_all(device.until(drained=True) for device in fleet)
    return max(answer.at for answer in drained) - up

"""Area: the whole way without a browser. The app's own store and sync loop on Node, the real server on SQLite.

Every store lies in a file of the project's folder, with the pragmas of a phone: both sides wait for the disk before
they say that something is saved.
"""

import statistics
import time
from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from bench.line import Line, at_most
from bench.place import Place, open_place
from blackbox.clients import Change, Clients, Device
from routebook_sync.identifier import RANDOM_BYTES, new_id

LOADS: Final = 5
CUSTOMERS_BY_SIZE: Final = {10_000: 5_600, 100_000: 59_500}
"""So many customers of five reps give each of them a little more records than that."""
EDITS: Final = 1_000
OFFLINE_ROUNDS: Final = 7
LIVE_ROUNDS: Final = 5
LIVE_EDITS: Final = 60
WARM_UP: Final = 20
NAMES: Final = {"search": "", "filter": {"name": "all"}, "sort": "name", "offset": 0}
NOTES: Final = (
    "Sprzedaż dobra, dzwonić w maju.",
    "Заказ через неделю.",
    "بعداً زنگ بزن.",
    "下周再来。",
    "Asked for a sample.",
)


def run() -> Iterator[Line]:
    """Yield the first sync of two sizes, a thousand edits sent at once, and one edit's way to the next device."""
    for size, customers in CUSTOMERS_BY_SIZE.items():
        with open_place(customers, LOADS + 1) as place:
            yield from _first_sync(place, size)
    with open_place(2_000, 2) as place, Clients() as near, Clients() as far:
        # Two processes, as two devices are two machines.
        phone, desk = near.device("phone"), far.device("desk")
        for device, guest in zip((phone, desk), place.guests, strict=True):
            device.open(place.house.address, guest, place.folder / f"{device.name}.db")
        for device in (phone, desk):
            device.wait(ready=True)
        customers_held = [row["id"] for row in phone.query("customers.page", **NAMES, limit=200)["rows"]]
        yield from _offline(phone, desk, place.guests[0].account["person"], customers_held)
        yield from _live(phone, desk, customers_held)


def _first_sync(place: Place, size: int) -> Iterator[Line]:
    """Yield what it takes from an empty store to a whole one with its indexes; the first one warms both sides up."""
    seconds, megabytes, bytes_a_record = [], [], []
    with Clients() as clients:
        for number, guest in enumerate(place.guests):
            device, file = clients.device(f"d{number}"), place.folder / f"d{number}.db"
            device.ask("ping")
            opened = device.send("open", server=place.house.address, **guest._asdict(), file=str(file))
            ready = device.wait(ready=True, within_s=120)
            traffic = device.ask("traffic")
            rows = sum(bucket["rows"] for bucket in device.ask("digest").values())
            assert size <= rows < size * 1.05, rows
            seconds.append((ready.at - opened.result().begun) / 1_000)
            megabytes.append((traffic["received"] + traffic["sent"]) / 1_000_000)
            bytes_a_record.append(traffic["received"] / rows)
            device.close()
            for left in place.folder.glob(f"{file.name}*"):
                left.unlink()
    if size == 10_000:
        yield at_most("node_first_sync_10000_s", statistics.median(seconds[1:]), "s", 0.45)
        yield at_most("node_first_sync_10000_mb", statistics.median(megabytes[1:]), "MB", 1.1)
        yield at_most("wire_bytes_record", statistics.median(bytes_a_record[1:]), "bytes", 130)
    else:
        yield at_most("node_first_sync_100000_s", statistics.median(seconds[1:]), "s", 3.5)


def _offline(phone: Device, desk: Device, person: str, customers: Sequence[str]) -> Iterator[Line]:
    """Yield what a thousand edits made without a network take, from its return."""
    durable, seen, kilobytes = [], [], []
    for turn in range(OFFLINE_ROUNDS + 1):
        phone.ask("network", up=False)
        changes = list(_day_of_work(person, customers, turn))
        phone.write_each(changes, key=f"day {turn}")
        before = phone.ask("traffic")
        shown = desk.until(shows=_last_field(changes[-1]))
        drained = phone.until(drained=True)
        begun = phone.send("network", up=True).result().begun
        durable.append(drained.result(60).at - begun)
        seen.append(shown.result(60).at - begun)
        after = phone.ask("traffic")
        kilobytes.append(sum(after[way] - before[way] for way in ("sent", "received")) / 1_000)
    yield at_most("offline_1000_edits_durable_ms", statistics.median(durable[1:]), "ms", 150)
    yield at_most("offline_1000_edits_seen_ms", statistics.median(seen[1:]), "ms", 200)
    yield at_most("offline_1000_edits_kb", statistics.median(kilobytes[1:]), "KB", 250)


def _day_of_work(person: str, customers: Sequence[str], turn: int) -> Iterator[Change]:
    """Yield a new visit and a change of it, in turn."""
    random = Random(turn)
    visit = customer = ""
    for number in range(EDITS):
        note = f"{random.choice(NOTES)} {turn}.{number}"
        if number % 2 == 0:
            customer = random.choice(customers)
            visit = new_id(time.time_ns() // 1_000_000, random.randbytes(RANDOM_BYTES))
            values = {"customer": customer, "person": person, "status": "open", "purpose": "sales", "note": note}
            yield {"kind": "visit", "id": visit, "root": customer, "v": values}
        else:
            values = {"status": "done", "outcome": "order", "note": note}
            yield {"kind": "visit", "id": visit, "root": customer, "v": values}


def _last_field(change: Change) -> dict[str, object]:
    """Return the condition that a device shows the change."""
    field, value = list(change["v"].items())[-1]
    return {"kind": change["kind"], "id": change["id"], "field": field, "value": value}


def _live(phone: Device, desk: Device, customers: Sequence[str]) -> Iterator[Line]:
    """Yield an edit's way: from the call that writes it on one device to the news of the other one that stored it."""
    rounds = []
    for turn in range(LIVE_ROUNDS + 1):
        taken = []
        for number in range(LIVE_EDITS if turn else WARM_UP):
            customer = customers[number % len(customers)]
            change = {
                "kind": "customer",
                "id": customer,
                "root": customer,
                "v": {"description": f"live {turn}.{number}"},
            }
            shown = desk.until(shows=_last_field(change))
            written = phone.write(change, key=f"live {turn}.{number}")
            taken.append(shown.result(60).at - written.begun)
            phone.wait(drained=True)
        rounds.append(statistics.quantiles(taken, n=20))
    yield at_most("live_edit_p50_ms", statistics.median(quantiles[9] for quantiles in rounds[1:]), "ms", 6)
    yield at_most("live_edit_p95_ms", statistics.median(quantiles[18] for quantiles in rounds[1:]), "ms", 12)

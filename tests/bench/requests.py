"""Area: what a request costs the whole server, against the least that could answer it."""

import contextlib
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.bare import Bare
from bench.line import Line, at_least, at_most
from bench.load import Connection, Cost, measure
from bench.served import Served, customer_of, edit_of, token_of
from routebook_sync.generate import schema_hash

ROUNDS: Final = 5
NOOP_CLIENTS: Final = 8
NOOP_REQUESTS: Final = 4_000
CLIENTS: Final = 32
REQUESTS: Final = 3_200


def run() -> Iterator[Line]:
    """Yield the empty sync against an echo, and small pushes of many devices against the bare design."""
    # The folder of the project, not that of temporary files, which may be in memory.
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name, contextlib.ExitStack() as running:
        folder = Path(name)
        served = running.enter_context(Served(folder, CLIENTS, CLIENTS))
        echo = running.enter_context(Bare("echo", folder))
        design = running.enter_context(Bare("design", folder))
        yield at_least("sync_noop_vs_bare_asgi", statistics.median(_noop_ratios(served, echo)), "ratio", 0.5)
        ours, theirs = _typical(served, design)
        cpu_us = statistics.median(cost.cpu_us for cost in ours)
        yield at_least("sync_typical_c32", statistics.median(cost.per_second for cost in ours), "requests/s", 1_000)
        yield at_most("sync_typical_c32_us", cpu_us, "us", 1_000)
        ratios = [bare.cpu_us / cost.cpu_us for bare, cost in zip(theirs, ours, strict=True)]
        yield at_least("sync_typical_c32_vs_bare", statistics.median(ratios), "ratio", 0.3)


def _request(device: int, **more: Any) -> dict[str, Any]:
    """Return what a device asks for that holds nothing yet."""
    report = {"version": "1.0", "stored_bytes": 4_000_000, "persisted": True}
    now_ms = time.time_ns() // 1_000_000
    return {"protocol": 2, "schema": schema_hash(), "device": device, "now": now_ms, "report": report, **more}


def _settled(served: Served, device: int) -> dict[str, Any]:
    """Return what a device asks for that holds everything."""
    asked = msgspec.json.encode(_request(device))
    reply = msgspec.json.decode(Connection(served.port).exchange(asked, token_of(device)))
    assert not reply.get("more")
    return _request(device, cursors=reply["cursors"], view=reply["view"])


def _noop_ratios(served: Served, echo: Bare) -> list[float]:
    """Return the CPU of an echo by that of an empty sync, by rounds."""
    bodies = [msgspec.json.encode(_settled(served, device)) for device in range(1, NOOP_CLIENTS + 1)]

    def ask(index: int) -> tuple[bytes, str]:
        return bodies[index], token_of(index + 1)

    ratios = []
    for _ in range(ROUNDS + 1):
        bare = measure(echo, NOOP_CLIENTS, NOOP_REQUESTS, ask)
        ours = measure(served, NOOP_CLIENTS, NOOP_REQUESTS, ask)
        ratios.append(bare.cpu_us / ours.cpu_us)
    return ratios[1:]


def _typical(served: Served, design: Bare) -> tuple[list[Cost], list[Cost]]:
    """Return the cost of requests that bring a visit and a note each, of ours and of the bare design, by rounds."""
    asked = [_settled(served, device) for device in range(1, CLIENTS + 1)]
    counts = [0] * CLIENTS

    def ask(index: int) -> tuple[bytes, str]:
        device, customer = index + 1, customer_of((index + 1) % CLIENTS)
        edits = [edit_of(device, counts[index] + number, customer) for number in (1, 2)]
        counts[index] += len(edits)
        return msgspec.json.encode({**asked[index], "edits": edits}), token_of(device)

    def take(index: int, reply: bytes) -> None:
        asked[index]["cursors"] = msgspec.json.decode(reply)["cursors"]

    ours, theirs = [], []
    for _ in range(ROUNDS + 1):
        kept = list(counts)
        theirs.append(measure(design, CLIENTS, REQUESTS, ask, take))
        counts[:] = kept  # it took them, and ours shall take the same
        ours.append(measure(served, CLIENTS, REQUESTS, ask, take))
    return ours[1:], theirs[1:]

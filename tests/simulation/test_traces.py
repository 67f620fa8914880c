"""The app's own store does what the model device did: the same edits, rows and sums after every event."""

import os
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from simulation.draw import draw_script
from simulation.running import FAILURES, be_silent, load
from simulation.simulation import Simulation
from simulation.steps import Script
from simulation.traces import Moment, Trace

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / ".stamps" / "bin" / "node"
REPLAY = ROOT / ".stamps" / "headless" / "replay.mjs"
SEEDS = range(1, 1 + int(os.environ.get("TRACES", "8")))


def play_in_typescript(traces: list[Trace]) -> list[list[dict[str, Any]]]:
    """Return what the app's store says after each event of each trace."""
    lines = [msgspec.json.encode([moment.event for moment in trace.moments]) for trace in traces]
    node = subprocess.run([NODE, REPLAY], input=b"\n".join(lines) + b"\n", capture_output=True, check=False)
    assert node.returncode == 0, node.stderr.decode()
    return [msgspec.json.decode(line) for line in node.stdout.splitlines()]


def difference(moment: Moment, found: dict[str, Any]) -> str:
    """Return where the app's store differs from the model device, "" if nowhere."""
    told = msgspec.json.decode(msgspec.json.encode(moment.told))
    if found["told"] != told:
        return f"told {found['told']}, the model {told}"
    held = msgspec.json.decode(msgspec.json.encode(moment.held))
    for name, part in held.items():
        other = found["held"][name]
        if part == other:
            continue
        if isinstance(part, dict):
            keys = sorted(key for key in part.keys() | other.keys() if part.get(key) != other.get(key))
            return f"{name}: " + "; ".join(f"{key}: {other.get(key)}, the model {part.get(key)}" for key in keys)
        return f"{name}: {other}, the model {part}"
    return ""


def traces_of(script: Script) -> list[Trace]:
    """Play a script and return what each of its devices did and held."""
    simulation = Simulation(script, traced=True)
    simulation.run()
    return [device.trace for device in simulation.devices if device.trace is not None]


def compare(traces: dict[str, list[Trace]]) -> int:
    """Let the app's store do it all, by a name for each script; return how many events it was."""
    named = [(name, trace) for name, of in traces.items() for trace in of if trace.moments]
    events = 0
    for (name, trace), found in zip(named, play_in_typescript([trace for _name, trace in named]), strict=True):
        for at, (moment, said) in enumerate(zip(trace.moments, found, strict=True)):
            differs = difference(moment, said)
            assert not differs, f"{name}, event {at}, {moment.event}:\n{differs}"
            events += 1
    return events


@pytest.mark.parametrize("seed", SEEDS)
def test_the_app_holds_what_the_model_device_holds(seed: int) -> None:
    assert compare({f"seed {seed}": traces_of(draw_script(seed))}) > 20


@pytest.mark.parametrize("tenth", range(10))
def test_so_it_does_in_every_script_that_once_broke_a_guarantee(tenth: int) -> None:
    be_silent()
    paths = sorted(FAILURES.glob("*.json"))[tenth::10]
    assert compare({path.stem: traces_of(load(path)) for path in paths}) > 20

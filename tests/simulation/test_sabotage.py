"""A defect planted in the server or the device breaks the guarantee that it should, within a few seeds."""

import itertools
import time
from unittest import mock

import pytest

from simulation.device import Device
from simulation.draw import draw_script
from simulation.running import FAILURES, load
from simulation.sabotage import SABOTAGES
from simulation.shrink import broken_by
from simulation.simulation import Simulation
from simulation.steps import Script, Seat

SEEDS = 300
"""How many scripts may pass before the defect shows."""


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_planted_defect_is_seen(name: str) -> None:
    sabotage = SABOTAGES[name]
    with sabotage.plant():
        kept = [load(FAILURES / f"{sabotage.kept}.json")] if sabotage.kept else []
        for script in itertools.chain(kept, map(draw_script, range(1, SEEDS))):
            broken = broken_by(script)
            if broken is not None:
                assert broken.guarantee in sabotage.breaks, broken
                return
    pytest.fail(f"{SEEDS} seeds did not show it")


def test_every_guarantee_is_broken_by_some_planted_defect() -> None:
    broken = frozenset[str]().union(*(sabotage.breaks for sabotage in SABOTAGES.values()))
    assert broken >= {"G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "G10"}


def test_the_time_of_day_in_a_message_is_seen() -> None:
    """G11: such a simulation is not the same twice."""
    script = Script([Seat("anna")], [])

    def digest() -> str:
        return Simulation(script).run()

    def by_the_wall(_device: Device) -> int:
        return time.time_ns() // 1_000

    assert digest() == digest()
    with mock.patch.object(Device, "now", by_the_wall):
        assert digest() != digest()

"""Whatever people, networks, clocks and crashes do, the guarantees hold: random scripts, and all that ever failed.

``SEED`` and ``RUNS`` in the environment choose others; `make sim` runs more of them with progress.
"""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from postgres import Cluster
from simulation.draw import draw_script
from simulation.ground import on_postgres
from simulation.running import FAILURES, be_silent, load, run_seed
from simulation.simulation import Simulation

SEED = int(os.environ.get("SEED", "1"))
RUNS = int(os.environ.get("RUNS", "500"))
POSTGRES_RUNS = int(os.environ.get("POSTGRES_RUNS", "8"))
CHUNK = 25
_DIGEST = "from simulation.test_simulation import digest_of; print(digest_of({seed}))"


@pytest.mark.parametrize("first", range(SEED, SEED + RUNS, CHUNK))
def test_every_guarantee_holds_whatever_happens(first: int) -> None:
    failures = [run_seed(seed) for seed in range(first, min(first + CHUNK, SEED + RUNS))]
    broken = [f"{failure.what}\n  {failure.replay}" for failure in failures if failure is not None]
    assert not broken, "\n" + "\n".join(broken)


@pytest.mark.postgres
def test_every_guarantee_holds_on_postgresql_too(cluster: Cluster) -> None:
    with on_postgres(cluster) as ground:
        failures = [run_seed(seed, ground) for seed in range(SEED, SEED + POSTGRES_RUNS)]
    broken = [failure.what for failure in failures if failure is not None]
    assert not broken, "\n" + "\n".join(broken)


@pytest.mark.parametrize("path", sorted(FAILURES.glob("*.json")), ids=lambda path: path.stem)
def test_what_once_broke_a_guarantee_does_so_no_more(path: Path) -> None:
    Simulation(load(path)).run()


def digest_of(seed: int) -> str:
    """Return the digest of every message of a seed's simulation."""
    be_silent()
    return Simulation(draw_script(seed)).run()


def test_the_same_seed_gives_the_same_messages_in_every_process() -> None:
    """G11: nothing depends on hashes, addresses or the time of day."""
    for seed in (SEED, SEED + 1, SEED + 2):
        digests = {digest_of(seed), digest_of(seed)}
        for salt in ("1", "2"):
            environment = {**os.environ, "PYTHONHASHSEED": salt, "PYTHONPATH": os.pathsep.join(sys.path)}
            code = _DIGEST.format(seed=seed)
            told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
            digests.add(told.stdout.decode().strip())
        assert len(digests) == 1


def test_pages_end_within_buckets() -> None:
    replies = pages = 0
    for seed in range(SEED, SEED + 10):
        simulation = Simulation(draw_script(seed))
        simulation.run()
        replies, pages = replies + simulation.replies, pages + simulation.pages
    assert pages > replies // 10, f"{pages} of {replies}"


def test_a_part_of_a_script_is_a_script() -> None:
    script = draw_script(SEED)
    for every in (2, 3, 5):
        Simulation(msgspec.structs.replace(script, steps=script.steps[::every])).run()

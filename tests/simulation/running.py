"""Running: many seeds, one after another or in several processes; what breaks is shrunk and kept as a file."""

import os
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import msgspec
import structlog

from simulation.draw import draw_script
from simulation.ground import Ground
from simulation.guarantees import BrokenError
from simulation.shrink import broken_by, shrink
from simulation.steps import Script

FAILURES: Final = Path(__file__).with_name("failures")
"""Scripts that once broke a guarantee, shrunk; every one is replayed by the tests for ever."""


class Failure(msgspec.Struct, frozen=True):
    """A seed whose script broke a guarantee."""

    seed: int
    guarantee: str
    what: str

    @property
    def replay(self) -> str:
        """The line that lets it happen again."""
        return f"make sim SEED={self.seed} RUNS=1"


def run_seed(seed: int, ground: Ground | None = None) -> Failure | None:
    """Play the script of one seed, on SQLite unless another ``ground`` is given; None if every guarantee held."""
    be_silent()
    try:
        broken = broken_by(draw_script(seed), ground)
    except Exception as error:  # noqa: BLE001 - a defect of whatever sort is a failure with a replay line
        return Failure(seed, type(error).__name__, repr(error))
    return None if broken is None else Failure(seed, broken.guarantee, str(broken))


def run_seeds(seeds: range, jobs: int = 1, ground: Ground | None = None) -> Iterator[Failure | None]:
    """Yield the outcome of each seed, in order; one after another where a ``ground`` is given."""
    if jobs == 1 or ground is not None:
        yield from (run_seed(seed, ground) for seed in seeds)
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(run_seed, seeds, chunksize=8)


def keep(failure: Failure, ground: Ground | None = None, folder: Path = FAILURES) -> Path:
    """Shrink the script of a failure and keep it; return the file."""
    script: Script = draw_script(failure.seed)
    if failure.guarantee.isupper():
        script = shrink(script, failure.guarantee, lambda part: broken_by(part, ground))
    path = folder / f"{failure.guarantee}-{failure.seed}.json"
    folder.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(script), indent=1) + b"\n")
    return path


def load(path: Path) -> Script:
    """Return a script that was kept."""
    return msgspec.json.decode(path.read_bytes(), type=Script)


def be_silent() -> None:
    """Let the server log nothing: its faults are planted by the thousand."""

    def drop(*_event: object) -> str:
        raise structlog.DropEvent

    structlog.configure(processors=[drop])


def jobs_at_hand() -> int:
    """Return how many processes may run at once."""
    return os.cpu_count() or 1


__all__ = ["BrokenError", "Failure", "jobs_at_hand", "keep", "load", "run_seed", "run_seeds"]

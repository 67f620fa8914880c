"""Runs seeds with progress: ``make sim SEED=1 RUNS=500 JOBS=2``; ends with 1 if a guarantee was broken."""

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator

from postgres import Cluster, find_programs
from simulation.ground import Ground, on_postgres
from simulation.running import Failure, jobs_at_hand, keep, run_seeds

_SHOWN_EVERY_S = 2.0


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="simulation", description="Plays random scripts against the real server.")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--runs", type=int, default=500, help="how many seeds")
    parser.add_argument("--jobs", type=int, default=jobs_at_hand(), help="processes at once")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="what the server uses")
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        return _run(asked, stack.enter_context(_postgres()) if asked.database == "postgresql" else None)


@contextlib.contextmanager
def _postgres() -> Iterator[Ground]:
    programs = find_programs()
    if programs is None:
        raise SystemExit("no PostgreSQL; tests/setup/postgres.sh installs it")
    with Cluster(programs) as cluster:
        cluster.prepare_template()
        with on_postgres(cluster) as ground:
            yield ground


def _run(asked: argparse.Namespace, ground: Ground | None) -> int:
    seeds = range(asked.seed, asked.seed + asked.runs)
    began = shown = time.monotonic()
    failures: list[Failure] = []
    for done, failure in enumerate(run_seeds(seeds, min(asked.jobs, asked.runs), ground), 1):
        if failure is not None:
            failures.append(failure)
            sys.stdout.write(
                f"\nseed {failure.seed}: {failure.what}\n  kept as {keep(failure, ground)}\n  {failure.replay}\n"
            )
        now = time.monotonic()
        if now - shown > _SHOWN_EVERY_S or done == asked.runs:
            shown = now
            sys.stdout.write(f"\r{done} of {asked.runs} seeds, {len(failures)} broken, {now - began:.0f} s ")
            sys.stdout.flush()
    sys.stdout.write(f"\n{asked.runs} seeds from {asked.seed} on {asked.database}: {len(failures)} broken\n")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())

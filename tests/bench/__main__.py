"""Runs every area of this folder, or those named, and prints a line for each figure."""

import importlib
import sys
from pathlib import Path

from routebook_server.garbage import look_seldom

HERE = Path(__file__).parent
NO_AREAS = {"__main__", "bare", "line", "load", "place", "served", "sink"}


def main(names: list[str]) -> None:
    """Print the lines of the areas ``names``, of all if there are none."""
    found = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NO_AREAS)
    look_seldom()  # as whoever serves
    for name in names or found:
        for line in importlib.import_module(f"bench.{name}").run():
            print(line.to_json(), flush=True)  # noqa: T201 - this is what it is for


sys.path[0] = str(HERE.parent)  # in place of this folder, whose areas have names that others' packages have too
main(sys.argv[1:])

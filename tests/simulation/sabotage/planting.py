"""Planting: what a planted defect is, and all of them by name."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple


class Sabotage(NamedTuple):
    """One planted defect, and the guarantees that it may be seen to break."""

    plant: Callable[[], contextlib.AbstractContextManager[Any]]
    breaks: frozenset[str]
    kept: str = ""
    """The script among those that once failed which shows it, where random ones seldom do."""


SABOTAGES: Final[dict[str, Sabotage]] = {}
"""By name."""

Plant = Callable[[], Iterator[None]]


def breaks(*guarantees: str, kept: str = "") -> Callable[[Plant], Plant]:
    """Register a planted defect under its name, with the guarantees that it breaks."""

    def register(plant: Plant) -> Plant:
        SABOTAGES[plant.__name__] = Sabotage(contextlib.contextmanager(plant), frozenset(guarantees), kept)
        return plant

    return register

"""Sweeping: ways that were kept for long, or are too many, are dropped once a day."""

from collections.abc import Callable
from typing import Final

from routebook_server.records.heads import Heads
from routebook_server.records.routine import DAILY_S, follow_routine
from routebook_server.roads.legs import Legs

_FIRST_S: Final = 1_500
"""How long after the start the first sweep waits, so that it is in nobody's way."""


class LegSweeper:
    """Sweeps day by day. ``now_ms`` is the physical clock."""

    def __init__(self, legs: Legs, now_ms: Callable[[], int]) -> None:
        self._legs = legs
        self._now_ms = now_ms

    async def run(self, heads: Heads) -> None:
        """Sweep day by day until the heads are closed."""
        await follow_routine(heads, "sweep ways by road", self.sweep, first_s=_FIRST_S, every_s=DAILY_S)

    async def sweep(self) -> int:
        """Go through everything that is kept, once; return how many ways were dropped."""
        return await self._legs.sweep(self._now_ms())

"""Sweeping: ways that were kept for long, or are too many, are dropped once a day."""

from collections.abc import Callable
from typing import Final

import structlog

from routebook_server.records.heads import Heads
from routebook_server.roads.legs import Legs

_FIRST_S: Final = 1_500
"""How long after the start the first sweep waits, so that it is in nobody's way."""
_EVERY_S: Final = 86_400

_log: Final = structlog.get_logger()


class LegSweeper:
    """Sweeps day by day. ``now_ms`` is the physical clock."""

    def __init__(self, legs: Legs, now_ms: Callable[[], int]) -> None:
        self._legs = legs
        self._now_ms = now_ms

    async def run(self, heads: Heads) -> None:
        """Sweep day by day until the heads are closed; a fault delays it and is logged."""
        with heads.subscribe(()) as closing:
            await closing.rest(_FIRST_S)
            while not closing.ended:
                try:
                    _log.info("ways by road swept", legs=await self.sweep())
                except Exception:  # noqa: BLE001 - what is not swept today will be tomorrow
                    _log.exception("sweeping ways by road failed; it goes on tomorrow")
                await closing.rest(_EVERY_S)

    async def sweep(self) -> int:
        """Go through everything that is kept, once; return how many ways were dropped."""
        return await self._legs.sweep(self._now_ms())

"""Routine: work that is done again and again for as long as the server runs, in the process that holds the lease."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from routebook_server.records.heads import Heads

DAILY_S: Final = 86_400.0
HOURLY_S: Final = 3_600.0

_log = structlog.get_logger()


async def follow_routine(
    heads: Heads, name: str, work: Callable[[], Awaitable[object]], *, first_s: float, every_s: float
) -> None:
    """Do ``work`` ``first_s`` seconds after the start, and ``every_s`` after each end, until the heads are closed.

    What it returns is logged unless that is nothing (0, None). A fault is logged, and the next turn tries again.
    """
    with heads.subscribe(()) as closing:
        await closing.rest(first_s)
        while not closing.ended:
            try:
                if done := await work():
                    _log.info("routine done", routine=name, done=str(done))
            except Exception:  # noqa: BLE001 - what is not done in this turn will be in the next
                _log.exception("routine failed; its next turn tries again", routine=name)
            await closing.rest(every_s)

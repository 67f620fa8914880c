"""Serving: uvicorn, made to stop well: streams end at once, waiting pushes are finished, exit code 0."""

from collections.abc import Callable
from types import FrameType
from typing import Any, Final

import uvicorn

_STOPS_WITHIN_S: Final = 2
"""What a request may still take after the signal; then it is cut."""


class Server(uvicorn.Server):
    """A server that tells its live streams to end as soon as it is asked to stop."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take SIGINT or SIGTERM; a second SIGINT does not wait."""
        super().handle_exit(sig, frame)
        # Uvicorn would raise the signal again when all is done; to have been asked to stop is no failure.
        self._captured_signals.clear()

    async def on_tick(self, counter: int) -> bool:
        """Look around, ten times a second; the first thing after a signal is to end the streams."""
        is_over = await super().on_tick(counter)
        if is_over:
            self._on_stop()
        return is_over


def server_config(application: Any) -> uvicorn.Config:
    """Return how uvicorn runs: on uvloop and httptools where they are, without its own logs and proxy headers."""
    return uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        ws="none",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_STOPS_WITHIN_S,
    )

"""What the server's tests share."""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from server.team import House, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A running server over a team of two reps, a manager and an administrator."""
    async with open_house(tmp_path / "data") as running:
        yield running


@pytest.fixture
def own_log() -> Iterator[None]:
    """How log lines are written is this test's own affair, and as it was after it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)

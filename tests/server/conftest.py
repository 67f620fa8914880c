"""What the server's tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.team import House, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A running server over a team of two reps, a manager and an administrator."""
    async with open_house(tmp_path / "data") as running:
        yield running

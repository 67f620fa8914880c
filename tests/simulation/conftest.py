"""The server logs nothing while it is simulated, and as before afterwards."""

from collections.abc import Iterator

import pytest
import structlog

from simulation.running import be_silent


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Log nothing: faults are planted by the thousand."""
    before = structlog.get_config()
    be_silent()
    yield
    structlog.configure(**before)

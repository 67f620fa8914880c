"""The server logs nothing while it is simulated, and as before afterwards."""

from collections.abc import Iterator

import pytest
import structlog

from simulation.ground import in_memory
from simulation.house import House
from simulation.market import START_MS
from simulation.running import be_silent


@pytest.fixture(autouse=True, scope="session")
def first_day() -> None:
    """Write the first day's records before any defect is planted."""
    House.open(lambda: START_MS, in_memory())


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Log nothing: faults are planted by the thousand."""
    before = structlog.get_config()
    be_silent()
    yield
    structlog.configure(**before)

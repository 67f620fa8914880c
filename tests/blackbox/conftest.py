"""What the black-box tests share: a real server process on a small demo team, and devices without a browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from blackbox.clients import Clients
from blackbox.guests import fill
from e2e.house import House
from server.team import make_site


@pytest.fixture(scope="session")
def filled_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small demo team in it, made once and copied for each house."""
    data = tmp_path_factory.mktemp("filled") / "data"
    fill(data, customers=150, children=3)
    return data


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest app that a server serves."""
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def house(filled_data: Path, site: Path, tmp_path: Path) -> Iterator[House]:
    """A server of this test's own, not yet started."""
    data = tmp_path / "data"
    shutil.copytree(filled_data, data)
    house = House(data, app=site)
    yield house
    house.stop()


@pytest.fixture
def clients() -> Iterator[Clients]:
    """A process for devices."""
    with Clients() as running:
        yield running

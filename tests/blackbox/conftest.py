"""What the black-box tests share: a real server process on a small demo team, and devices without a browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from blackbox.clients import Clients
from blackbox.guests import fill
from e2e.house import House
from postgres import Cluster
from server.team import make_site

CUSTOMERS = 150
CHILDREN = 3
PROCESSES = 2
"""Of a server on PostgreSQL."""


@pytest.fixture(scope="session")
def filled_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small demo team in it, made once and copied for each house."""
    data = tmp_path_factory.mktemp("filled") / "data"
    fill(data, CUSTOMERS, CHILDREN)
    return data


@pytest.fixture(scope="session")
def filled_database(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database of PostgreSQL with the same team in it."""
    address = cluster.create()
    fill(tmp_path_factory.mktemp("unused"), CUSTOMERS, CHILDREN, address)
    return address.rpartition("/")[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest app that a server serves."""
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def house(request: pytest.FixtureRequest, site: Path, tmp_path: Path) -> Iterator[House]:
    """A server of this test's own, not yet started; on SQLite, unless a test asks for PostgreSQL (``on_both``)."""
    data = tmp_path / "data"
    if getattr(request, "param", "sqlite") == "sqlite":
        shutil.copytree(request.getfixturevalue("filled_data"), data)
        house = House(data, app=site)
        yield house
        house.stop()
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    database = cluster.create(request.getfixturevalue("filled_database"))
    data.mkdir()
    house = House(data, app=site, options=("--processes", str(PROCESSES)), database=database)
    yield house
    house.stop()
    cluster.drop(database)


@pytest.fixture
def clients() -> Iterator[Clients]:
    """A process for devices."""
    with Clients() as running:
        yield running

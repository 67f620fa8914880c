"""What all tests share: one PostgreSQL, started for those that need it, and an address on either database."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres import Cluster, find_programs
from routebook_server.database.address import sqlite_address


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running PostgreSQL."""
    programs = find_programs()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no PostgreSQL; tests/setup/postgres.sh installs it")
        pytest.skip("no PostgreSQL; tests/setup/postgres.sh installs it")
    with Cluster(programs) as running:
        running.prepare_template()
        yield running


@pytest.fixture
def postgres_address(cluster: Cluster) -> Iterator[str]:
    """The address of a database of PostgreSQL with all tables, empty."""
    made = cluster.create()
    yield made
    cluster.drop(made)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return sqlite_address(tmp_path / "test.db")
    made: str = request.getfixturevalue("postgres_address")
    return made

"""Restoring on PostgreSQL as a role that is no superuser: what it needs is said beforehand, and no more is needed."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import asyncpg
import pytest

from postgres import Cluster
from routebook_server.backup.restoring import restore_backup
from routebook_server.backup.taking import take_backup
from server.process import Process, process
from server.team import open_house
from server.test_app_process import one_line
from server.test_backup import RESTORED_MS, customer, number_of_customers, unseen

__all__ = ["process"]

pytestmark = pytest.mark.postgres

ROLE: Final = "app"
SECRET: Final = "a secret of its own"
ASIDE: Final = f"before_{RESTORED_MS}"
GRANTED: Final = f"GRANT ALL ON SCHEMA public TO {ROLE}"
Prepare: TypeAlias = Callable[[str], str]
"""Makes a database in which a superuser runs the statement, and returns its address for the role."""

SET_UPS: Final = {
    "the owner of a new database": "ALTER DATABASE {database} OWNER TO app",
    "the owner of a database of PostgreSQL 14": "ALTER DATABASE {database} OWNER TO app;"
    " ALTER SCHEMA public OWNER TO routebook; GRANT ALL ON SCHEMA public TO PUBLIC",
    "a role with all privileges, and owner of nothing": "GRANT ALL ON DATABASE {database} TO app;" + GRANTED,
    "a role with a schema of its name": "ALTER DATABASE {database} OWNER TO app; CREATE SCHEMA app AUTHORIZATION app",
}


async def run(address: str, statement: str) -> list[asyncpg.Record]:
    """Run what an operator types; return the rows of a query."""
    connection = await asyncpg.connect(address)
    try:
        if not statement.startswith("SELECT"):
            await connection.execute(statement)
            return []
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


@pytest.fixture
def prepare(cluster: Cluster) -> Iterator[Prepare]:
    """A role that is no superuser, and what makes databases for it."""
    made: list[str] = []

    def make(statement: str) -> str:
        made.append(cluster.create("template0"))
        asyncio.run(run(made[-1], statement.format(database=made[-1].rpartition("/")[2])))
        return for_role(made[-1])

    cluster_wide = cluster.address("postgres")
    asyncio.run(run(cluster_wide, f"CREATE ROLE {ROLE} LOGIN PASSWORD '{SECRET}'"))
    yield make
    for address in made:
        cluster.drop(address)
    asyncio.run(run(cluster_wide, f"DROP ROLE {ROLE}"))


def for_role(address: str) -> str:
    """Return the address of a database for the role."""
    return f"postgresql://{ROLE}:{SECRET.replace(' ', '%20')}@{address.rpartition('@')[2]}"


def for_superuser(cluster: Cluster, address: str) -> str:
    """Return the address of the role's database for whoever runs the cluster."""
    return cluster.address(address.rpartition("/")[2])


@pytest.mark.parametrize("set_up", SET_UPS.values(), ids=SET_UPS)
def test_a_backup_is_restored_and_the_former_tables_are_put_aside(
    cluster: Cluster, prepare: Prepare, tmp_path: Path, set_up: str
) -> None:
    address, backup = prepare(set_up), tmp_path / "book.backup"

    async def back_up_and_restore() -> None:
        async with open_house(tmp_path / "data", database=address) as house:
            await take_backup(house.application.database, backup, unseen)
            await house.application.store.edit([customer(1)])
        await run(for_superuser(cluster, address), "CREATE TABLE strange (of_another text)")
        await run(address, 'CREATE TABLE of_a_newer_version (); CREATE VIEW "Our report" AS SELECT * FROM record')
        restored = await restore_backup(backup, address, RESTORED_MS, unseen)
        assert restored.former == f"schema {ASIDE}"
        async with open_house(tmp_path / "data", database=address, again=True) as house:
            await house.signed_in("administrator")
            assert await number_of_customers(house.application.database) == 0
        [[put_aside]] = await run(address, f"SELECT count(*) FROM {ASIDE}.record WHERE kind = 'customer'")
        assert put_aside == 1
        assert await run(for_superuser(cluster, address), "SELECT of_another FROM strange") == []
        for ours in ("of_a_newer_version", '"Our report"'):
            [[left, moved]] = await run(address, f"SELECT to_regclass('{ours}'), to_regclass('{ASIDE}.{ours}')")
            assert (left, bool(moved)) == (None, True)
        again = await restore_backup(backup, address, RESTORED_MS + 1, unseen)
        assert again.former == f"schema before_{RESTORED_MS + 1}"
        await run(address, f"DROP SCHEMA {ASIDE} CASCADE")

    asyncio.run(back_up_and_restore())


def test_a_database_without_a_book_needs_no_privilege_to_put_one_aside(prepare: Prepare, tmp_path: Path) -> None:
    backup = tmp_path / "book.backup"
    address = prepare(GRANTED)

    async def restore_elsewhere() -> None:
        async with open_house(tmp_path / "data") as house:
            await take_backup(house.application.database, backup, unseen)
        assert (await restore_backup(backup, address, RESTORED_MS, unseen)).former == ""

    asyncio.run(restore_elsewhere())


def test_a_backup_says_what_would_hinder_a_restore_and_what_it_names_is_enough(
    cluster: Cluster, process: Process, prepare: Prepare, tmp_path: Path
) -> None:
    process.environment["ROUTEBOOK_DATABASE"] = address = prepare("SELECT 1")
    one_line(process.add_person(), "permission denied for schema public")
    superusers, name = for_superuser(cluster, address), address.rpartition("/")[2]
    asyncio.run(run(superusers, GRANTED))
    assert process.add_person().returncode == 0
    asyncio.run(run(superusers, f"REVOKE ALL ON SCHEMA public FROM {ROLE}; GRANT USAGE ON SCHEMA public TO {ROLE}"))
    asyncio.run(run(superusers, "ALTER TABLE record OWNER TO routebook"))
    backup = str(tmp_path / "book.backup")
    one_line(process.run("backup", backup), "permission denied for table record")
    asyncio.run(run(superusers, f"GRANT ALL ON record TO {ROLE}"))
    mends = [
        f"GRANT CREATE ON DATABASE {name} TO {ROLE}",
        f"GRANT USAGE, CREATE ON SCHEMA public TO {ROLE}",
        f"ALTER TABLE public.record OWNER TO {ROLE}",
    ]

    taken = process.run("backup", backup)
    assert taken.returncode == 0, taken.stderr
    assert "restore" in taken.stdout
    assert all(mend in taken.stdout for mend in mends), taken.stdout
    one_line(process.run("restore", backup), *mends)

    asyncio.run(run(superusers, ";".join(mends)))
    taken = process.run("backup", str(tmp_path / "book.later"))
    assert "GRANT" not in taken.stdout
    restored = process.run("restore", backup)
    assert restored.returncode == 0, restored.stderr
    assert "schema before_" in restored.stdout
    assert process.run("verify").returncode == 0

"""What is read in the event loop's own thread is as true as what is read anywhere else."""

import asyncio
import contextlib
import functools
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Connection

from routebook_server.database import TOO_LARGE, SqliteDatabase, driver_of, open_sqlite
from routebook_server.database.sqlite import LOOKED_EVERY_S, MOST_BYTES, NEAR_CACHE_KIB
from routebook_server.records.projection import SELECT_BEHIND
from routebook_server.records.spans import JOIN_IN_TREE

COUNT = "SELECT count(*) FROM bucket"
ADD = "INSERT INTO bucket (bucket, epoch, seq) VALUES (?, 1, 1)"


def add(connection: Connection, name: str) -> None:
    driver_of(connection).execute(ADD, name)


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = open_sqlite(tmp_path / "near.db")
    try:
        yield opened
    finally:
        await opened.close()


async def test_what_this_process_writes_is_read_at_once(database: SqliteDatabase) -> None:
    for number in range(200):
        assert await database.fetch(COUNT) == [(number,)]
        await database.write(functools.partial(add, name=f"t:{number}"))


async def test_readers_among_writes_never_go_back(database: SqliteDatabase) -> None:
    done = False
    seen: list[int] = []

    async def read() -> None:
        while not done:
            [(count,)] = await database.fetch(COUNT)
            seen.append(count)
            await asyncio.sleep(0)

    reading = asyncio.create_task(read())
    for number in range(100):
        await database.write(functools.partial(add, name=f"t:{number}"))
        [(count,)] = await database.fetch(COUNT)
        assert count == number + 1
    done = True
    await reading
    assert seen == sorted(seen)


async def test_what_another_process_writes_is_read_a_few_milliseconds_later(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    assert await database.fetch(COUNT) == [(0,)]
    with contextlib.closing(sqlite3.connect(tmp_path / "near.db")) as other:
        other.execute(ADD, ("shared",))
        other.commit()
    await asyncio.sleep(2 * LOOKED_EVERY_S)
    assert await database.fetch(COUNT) == [(1,)]


async def test_nothing_old_is_read_after_it_could_not_be_told_whether_somebody_wrote(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    assert await database.fetch(COUNT) == [(0,)]
    with contextlib.closing(sqlite3.connect(tmp_path / "near.db")) as other:
        other.execute(ADD, ("shared",))
        other.commit()
    await asyncio.sleep(2 * LOOKED_EVERY_S)
    connection: sqlite3.Connection = vars(vars(database.near)["_driver"])["_connection"].driver_connection
    connection.set_progress_handler(lambda: 1, 1)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        database.near.fetch(COUNT, ())
    connection.set_progress_handler(None, 1)
    assert database.near.fetch(COUNT, ()) == [(1,)]


async def test_a_glance_sees_one_snapshot_and_leaves_no_transaction_open(database: SqliteDatabase) -> None:
    def look(connection: Connection) -> list[int]:
        driver = driver_of(connection)
        first = driver.fetch(COUNT)[0][0]
        database.write_now(lambda writing: driver_of(writing).execute(ADD, "shared"))
        return [first, driver.fetch(COUNT)[0][0]]

    assert await database.glance(look) == [0, 0]
    assert await database.fetch(COUNT) == [(1,)]


async def test_what_a_glance_has_kept_is_of_its_own_snapshot(database: SqliteDatabase) -> None:
    assert await database.fetch(COUNT) == [(0,)]
    await database.write(functools.partial(add, name="t:1"))

    def look(connection: Connection) -> list[int]:
        driver = driver_of(connection)
        first = driver.fetch_kept(COUNT)[0][0]
        database.write_now(functools.partial(add, name="shared"))
        return [first, driver.fetch_kept(COUNT)[0][0], driver.fetch(COUNT)[0][0]]

    assert await database.glance(look) == [1, 1, 1]
    assert await database.fetch(COUNT) == [(2,)]


async def test_what_is_kept_is_of_a_glances_snapshot_before_anything_else_is_read(database: SqliteDatabase) -> None:
    assert await database.fetch(COUNT) == [(0,)]

    def look(connection: Connection) -> list[int]:
        database.write_now(functools.partial(add, name="shared"))
        driver = driver_of(connection)
        return [driver.fetch_kept(COUNT)[0][0], driver.fetch(COUNT)[0][0]]

    assert await database.glance(look) == [0, 0]


async def test_what_takes_more_memory_than_the_loop_may_use_is_read_elsewhere(database: SqliteDatabase) -> None:
    sql = f"SELECT zeroblob({MOST_BYTES + 1})"
    with pytest.raises(TOO_LARGE):
        database.near.fetch(sql, ())
    [(found,)] = await database.glance(lambda connection: driver_of(connection).fetch(sql))
    assert len(found) == MOST_BYTES + 1
    assert await database.fetch(f"SELECT length(zeroblob({MOST_BYTES}))") == [(MOST_BYTES,)]


async def test_a_glance_that_fails_leaves_the_connection_usable(database: SqliteDatabase) -> None:
    with contextlib.suppress(ZeroDivisionError):
        await database.glance(lambda _connection: 1 // 0)
    assert await database.glance(lambda connection: driver_of(connection).fetch(COUNT)) == [(0,)]


async def test_the_projector_never_begins_with_the_records(database: SqliteDatabase) -> None:
    plan = await database.fetch(f"EXPLAIN QUERY PLAN {SELECT_BEHIND}")
    steps = [str(step[-1]) for step in plan]
    assert steps[0].startswith("SCAN bucket"), steps
    assert not any(step.startswith("SCAN record") for step in steps), steps


async def test_rows_that_are_joined_in_the_tree_come_in_the_order_of_their_numbers(database: SqliteDatabase) -> None:
    for sql in JOIN_IN_TREE.values():
        plan = await database.fetch(f"EXPLAIN QUERY PLAN {sql}", "t:a", 0, 10)
        assert [step[3] for step in plan] == ["SEARCH record USING PRIMARY KEY (bucket=? AND seq>? AND seq<?)"]


async def test_what_somebody_elses_write_costs_the_loop_does_not_grow_with_what_was_read_before(
    database: SqliteDatabase,
) -> None:
    with database.engine.connect() as connection:
        used_before = connection.connection.driver_connection
    near = vars(vars(database.near)["_driver"])["_connection"].driver_connection
    assert near is not used_before
    assert await database.fetch("PRAGMA cache_size") == [(-NEAR_CACHE_KIB,)]

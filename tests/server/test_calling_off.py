"""Work with PostgreSQL that is called off, at whatever point, or outlives the closing, leaves no connection behind."""

import asyncio
import gc
import itertools
from collections.abc import Callable, Coroutine, Generator
from types import coroutine
from typing import Any

import pytest
from sqlalchemy import Connection, text

from reading import read_rows
from routebook_server.database.postgres import PostgresDatabase

pytestmark = pytest.mark.postgres

OPEN = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'routebook'"
"""Connections of ours; those of the tests have no name."""


@coroutine
def called_off_at(work: Coroutine[Any, Any, None], point: int) -> Generator[Any, None, bool]:
    """Do the work, but call the task off when it waits for the ``point``-th time; tell whether it waited so often."""
    task = asyncio.current_task()
    assert task is not None
    steps = work.__await__()
    waits = 0
    try:
        awaited = next(steps)
        while True:
            waits += 1
            if waits == point:
                task.cancel()
            try:
                yield awaited
            except BaseException as error:  # noqa: BLE001 - being called off, above all
                awaited = steps.throw(error)
            else:
                awaited = next(steps)
    except StopIteration:
        return waits >= point


async def asked(database: PostgresDatabase) -> None:
    await database.read(one)


async def written(database: PostgresDatabase) -> None:
    await database.write(one)


async def heard(database: PostgresDatabase) -> None:
    """Listen until it is known to be listening."""

    async def begun() -> None:
        raise ConnectionAbortedError

    await database._listen_once("news", lambda _payload: None, begun)


def one(connection: Connection) -> int:
    value: int = connection.execute(text("SELECT 1")).scalar_one()
    return value


async def connections(address: str) -> list[tuple[Any, ...]]:
    """Return those that are open to the database."""
    gc.collect()  # what is forgotten shall say so now
    return await asyncio.to_thread(read_rows, address, OPEN)


@pytest.mark.parametrize("work", [asked, written, heard])
async def test_who_is_called_off_at_any_point_ends_so_and_leaves_no_connection_behind(
    postgres_address: str, work: Callable[[PostgresDatabase], Coroutine[Any, Any, None]]
) -> None:
    for point in itertools.count(1):
        database = PostgresDatabase(postgres_address)
        task = asyncio.create_task(called_off_at(work(database), point))
        [end] = await asyncio.gather(task, return_exceptions=True)
        await database.close()
        if end is False or isinstance(end, ConnectionAbortedError):
            break
        assert isinstance(end, asyncio.CancelledError), f"at point {point}: {end!r}"
    assert point > 5, "it waits several times"
    assert await connections(postgres_address) == []


async def test_work_that_outlives_the_closing_is_done_and_leaves_no_connection_behind(postgres_address: str) -> None:
    database = PostgresDatabase(postgres_address)
    begun = asyncio.Event()

    def long(connection: Connection) -> int:
        begun.set()
        connection.execute(text("SELECT pg_sleep(0.1)"))
        return one(connection)

    reading = asyncio.create_task(database.read(long))
    await begun.wait()
    await database.close()
    assert await reading == 1
    assert await connections(postgres_address) == []

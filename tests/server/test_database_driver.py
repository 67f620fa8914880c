"""The driver stores whatever it is given, as it was given, on either database and however many rows there are."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from routebook_server.database import driver_of, open_database
from routebook_server.database.driver import Storing, insert, upsert
from routebook_server.records.tables import history, replica, verdict

VERDICTS = upsert(verdict, ("device", "n"), "device", "n", "doc")
HISTORY = insert(history, "id", "stamp", "device", "person", "received_at", "new", "old", "decided_by")
REPLICAS = upsert(replica, ("device",), "device", "person", "pushed", "clamped")
TEXTS = {
    "plain": "text",
    "empty": "",
    "five scripts": "Łódź, Москва, 北京, تهران",
    "quotes and lines": "a 'b' \"c\" \\ {d,e} \n\t",
    "the separator": "a\x1fb",
    "the sign for null": "\x1e",
    "both": "\x1e\x1f\x1e",
}


@pytest.mark.parametrize("count", [1, 15, 16, 300])
@pytest.mark.parametrize("name", TEXTS)
async def test_every_text_comes_back_as_it_was(address: str, name: str, count: int) -> None:
    text = TEXTS[name]
    entries: list[tuple[Any, ...]] = [
        (f"id {n}", "1" * 18, 1, text, n, text, None if n % 3 else text, text if n % 2 else None) for n in range(count)
    ]
    database = open_database(address)

    def store(connection: Connection) -> list[tuple[Any, ...]]:
        driver = driver_of(connection)
        driver.store(HISTORY, entries)
        return driver.fetch(
            "SELECT id, stamp, device, person, received_at, new, old, decided_by FROM history ORDER BY received_at"
        )

    try:
        assert await database.write(store) == entries
    finally:
        await database.close()


async def test_parts_are_stored_in_turn_and_the_later_one_stands(address: str) -> None:
    database = open_database(address)
    asked = []

    def parts() -> Iterator[tuple[Storing, list[tuple[Any, ...]]]]:
        for turn in range(4):
            asked.append(turn)
            yield VERDICTS, [(1, n, f"turn {turn}") for n in range(20 * turn)]

    def store(connection: Connection) -> list[tuple[Any, ...]]:
        driver = driver_of(connection)
        driver.store_in_turn(parts())
        return driver.fetch("SELECT doc, count(*) FROM verdict GROUP BY doc")

    try:
        assert await database.write(store) == [("turn 3", 60)]
        assert asked == [0, 1, 2, 3]
    finally:
        await database.close()


async def test_a_part_that_fails_undoes_those_before_it(address: str) -> None:
    database = open_database(address)

    def parts() -> Iterator[tuple[Storing, list[tuple[Any, ...]]]]:
        yield VERDICTS, [(1, n, "first") for n in range(20)]
        yield VERDICTS, [(1, n, None) for n in range(20)]

    try:
        with pytest.raises(Exception, match=r"(?i)not.null"):
            await database.write(lambda connection: driver_of(connection).store_in_turn(parts()))
        assert await database.read(lambda c: driver_of(c).fetch("SELECT * FROM verdict")) == []
    finally:
        await database.close()


async def test_parts_of_several_tables_are_all_stored_whether_they_are_few_or_many(address: str) -> None:
    database = open_database(address)

    def parts(many: int) -> Iterator[tuple[Storing, list[tuple[Any, ...]]]]:
        yield HISTORY, [(f"id {n}", "1" * 18, 1, "$1", n, "{}", None, None) for n in range(3)]
        yield VERDICTS, [(1, n, "first") for n in range(5)]
        yield REPLICAS, [(1, "Anna", 5, "")]
        yield VERDICTS, [(1, n, "second") for n in range(2, many)]
        yield HISTORY, [(f"id {n}", "1" * 18, 1, "$1", n, "{}", None, None) for n in range(3, 3 + many)]
        yield VERDICTS, [(1, n, "third") for n in range(3)]

    def store(connection: Connection, many: int) -> tuple[Any, ...]:
        driver = driver_of(connection)
        driver.store_in_turn(parts(many))
        return (
            driver.fetch("SELECT id FROM history ORDER BY number"),
            [doc for (doc,) in driver.fetch("SELECT doc FROM verdict ORDER BY n")],
            driver.fetch("SELECT person, pushed FROM replica"),
        )

    try:
        for many in (4, 200):
            stored = await database.write(lambda connection, many=many: store(connection, many))  # type: ignore[misc]
            assert stored == (
                [(f"id {n}",) for n in range(3 + many)],
                ["third"] * 3 + ["second"] * (many - 3) + ["first"] * (many == 4),
                [("Anna", 5)],
            )
            await database.write(lambda connection: driver_of(connection).execute("DELETE FROM history"))
            await database.write(lambda connection: driver_of(connection).execute("DELETE FROM verdict"))
    finally:
        await database.close()


async def test_a_list_of_values_is_one_that_others_are_in_or_not_in(address: str) -> None:
    database = open_database(address)

    def read(connection: Connection) -> list[list[tuple[Any, ...]]]:
        driver = driver_of(connection)
        driver.store(VERDICTS, [(1, n, "x") for n in range(4)])
        select = "SELECT n FROM verdict WHERE device = ? AND n {} (?*) ORDER BY n LIMIT ?"
        return [driver.fetch(select.format(what), 1, [1, 3], 9) for what in ("IN", "NOT IN")]

    try:
        assert await database.write(read) == [[(1,), (3,)], [(0,), (2,)]]
    finally:
        await database.close()

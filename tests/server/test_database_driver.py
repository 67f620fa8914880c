"""The driver stores whatever it is given, as it was given, on either database and however many rows there are."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from routebook_server.database import driver_of, open_database
from routebook_server.database.driver import Storing, insert, upsert
from routebook_server.records.tables import history, verdict

VERDICTS = upsert(verdict, ("device", "n"))
HISTORY = insert(history, "id", "stamp", "device", "person", "received_at", "new", "old", "decided_by")
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

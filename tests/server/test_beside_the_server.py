"""What another process writes into the file of a running server is told to its open streams."""

import asyncio
from pathlib import Path

from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.database.sqlite import Pen, open_sqlite
from routebook_server.identity.offers import NewPerson
from routebook_sync.entities.person import Role
from server.team import open_house

TOLD_WITHIN_S = 10


async def test_a_person_added_from_the_command_line_is_told_to_whoever_listens(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data") as house:
        with house.application.heads.subscribe(["shared"]) as told:
            # As another process would: by connections and heads of its own, beside the same file.
            async with open_house(tmp_path / "data", again=True) as other:
                offer = NewPerson("Ola Nowak", "ola@demo.example", "a password", Role.REP)
                await other.application.people.add_unasked(offer)
            written = (await house.application.store.read_heads(["shared"]))["shared"]
            async with asyncio.timeout(TOLD_WITHIN_S):
                while (await told.next()) != {"shared": written}:
                    pass


def test_whoever_writes_knows_of_others_commits_and_not_of_his_own(tmp_path: Path) -> None:
    ours, theirs = open_sqlite(tmp_path / "book.db"), open_sqlite(tmp_path / "book.db")
    pen = Pen(ours.engine)

    def note(connection: Connection) -> None:
        driver_of(connection).execute("INSERT INTO server_secret (name, value, created) VALUES ('x', 'x', 0)")
        driver_of(connection).execute("DELETE FROM server_secret")

    try:
        assert pen.was_passed(), "nobody knows what was written before the first question"
        assert not pen.was_passed()
        pen.write(note)
        assert not pen.was_passed()
        theirs.write_now(note)
        assert pen.was_passed()
        assert not pen.was_passed()
        theirs.write_now(note)
        pen.write(note)
        assert pen.was_passed(), "though we have written since"
        assert not pen.was_passed()
    finally:
        pen.close()
        ours.close_now()
        theirs.close_now()

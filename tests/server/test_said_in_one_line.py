"""What the command line says where an address, a file or a password cannot be used: one sentence, and no secret."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from routebook_server.backup.lock import FileLock, LockedError
from routebook_server.database import name_of
from server.process import EMAIL, PASSWORD, Process, process
from server.test_app_process import one_line

__all__ = ["process"]

SECRETS = ["ge/heim", "ge#heim", "ge[heim", "ge?heim", "ge@heim", "ge\u2100heim", "1234?heim"]
UNREADABLE = [
    *(f"postgresql://rb:{secret}@127.0.0.1:1/book" for secret in SECRETS),
    "postgresql://rb:geheim@127.0.0.1:port/book",
    "postgresql://rb:geheim@127.0.0.1:1/book?sslmode=heim",
    "postgresql://rb:geheim@127.0.0.1:1/book?sslmode",
    "postgresql://rb:geheim@127.0.0.1:1,127.0.0.2:heim/book",
]


@pytest.mark.parametrize("address", UNREADABLE)
@pytest.mark.parametrize("command", ["verify", "move"])
def test_an_address_of_postgres_that_cannot_be_read_is_said_without_any_part_of_it(
    process: Process, tmp_path: Path, address: str, command: str
) -> None:
    if command == "move":
        source = tmp_path / "source.db"
        sqlite3.connect(source).close()
        done = process.run("move", "--from", f"sqlite:///{source}", "--to", address)
    else:
        done = process.run(command, ROUTEBOOK_DATABASE=address)
    one_line(done, "address", "--to" if command == "move" else "ROUTEBOOK_DATABASE")
    assert not any(part in done.stdout + done.stderr for part in ("heim", "1234", "rb:", "ge/", "Traceback"))


@pytest.mark.parametrize("address", UNREADABLE[: len(SECRETS)])
def test_the_name_of_an_address_that_cannot_be_read_shows_nothing_of_it(address: str) -> None:
    assert "heim" not in name_of(address)


def test_a_file_that_cannot_be_made_is_said_with_its_path(process: Process, tmp_path: Path) -> None:
    source = tmp_path / "source.db"
    sqlite3.connect(source).close()
    done = process.run("move", "--from", f"sqlite:///{source}", "--to", "sqlite:////proc/x.db")
    one_line(done, "cannot use /proc/x.db")


def test_a_file_where_the_data_folder_should_be_is_the_path_that_is_named(process: Process, tmp_path: Path) -> None:
    assert process.add_person().returncode == 0
    backup, in_the_way = tmp_path / "book.backup", tmp_path / "in the way"
    assert process.run("backup", str(backup)).returncode == 0
    in_the_way.write_text("a file")
    for command in (["restore", str(backup)], ["serve"]):
        done = process.run(*command, "--data", str(in_the_way))
        one_line(done, f"{in_the_way} is no folder")
    one_line(process.run("backup", str(backup)), f"{backup} exists already")


@pytest.mark.parametrize("command", [("password", EMAIL), ("person", "add", "--name", "Ada", "--email", EMAIL)])
def test_a_password_that_is_no_text_is_said_in_one_line(process: Process, command: tuple[str, ...]) -> None:
    assert process.add_person().returncode == 0
    done = subprocess.run(
        [Path(sys.executable).parent / "routebook", *command],
        input=b"gehe\xff\xfeim\n",
        capture_output=True,
        timeout=60,
        env=process.environment,
        check=False,
    )
    said = done.stderr.decode()
    one_line(subprocess.CompletedProcess(command, done.returncode, "", said), "password", "UTF-8")
    assert "gehe" not in said


def test_a_name_that_is_no_text_is_said_in_one_line(process: Process) -> None:
    process.installed = True
    strange = os.fsdecode(b"Ad\xff")
    one_line(process.run("person", "add", "--name", strange, "--email", EMAIL, typed=f"{PASSWORD}\n"), "UTF-8")
    one_line(process.run("person", "add", "--name", " ", "--email", EMAIL, typed=f"{PASSWORD}\n"), "name")


class Full(sqlite3.Connection):
    """A connection whose disk is full."""

    def execute(self, *_statement: object) -> sqlite3.Cursor:
        """Say so."""
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error


def test_a_lock_that_another_holds_is_told_from_one_that_cannot_be_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "book.db"
    with FileLock(database), pytest.raises(LockedError):
        FileLock(database).take()

    with monkeypatch.context() as readable:
        readable.setattr(os, "access", lambda _path, wanted: wanted != os.W_OK)
        with pytest.raises(OSError, match="cannot be written") as found:
            FileLock(database).take()
    assert found.value.filename == f"{database}.lock"

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **how: connect(path, factory=Full, **how))
    with pytest.raises(OSError, match="full") as found:
        FileLock(database).take()
    assert found.value.filename == f"{database}.lock"

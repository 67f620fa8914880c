"""The real process: started, spoken to over a socket, stopped, and what it says when it cannot start."""

import contextlib
import signal
import socket
import sqlite3
import subprocess
from pathlib import Path

import httpx
import pytest

from routebook_server.database.migrating import HEAD
from routebook_server.settings import DATABASE_NAME
from server.process import EMAIL, PASSWORD, Process, process
from server.test_keeping_older import make_file

STOPS_WITHIN_S = 5
__all__ = ["process"]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signed_in_server_with_an_open_stream_stops_well_within_five_seconds(
    process: Process, sign: signal.Signals
) -> None:
    process.installed = True
    assert process.add_person().returncode == 0
    with process.serving() as client:
        answer = client.post("/api/session", json={"email": EMAIL, "password": PASSWORD})
        assert answer.json()["name"] == "Ada"
        with client.stream("GET", "/live") as live:
            lines = live.iter_lines()
            begun = [next(lines) for _ in range(6)]
            assert ("event: heartbeat" in begun, "event: heads" in begun) == (True, True)
            code, seconds, said = process.stop(sign)
            list(lines)  # the stream was ended, not cut
    assert (code, seconds < STOPS_WITHIN_S) == (0, True), said
    assert "Traceback" not in said


def test_a_second_start_keeps_data_and_sessions(process: Process) -> None:
    process.add_person()
    with process.serving() as client:
        token = client.post("/api/session", json={"email": EMAIL, "password": PASSWORD}).cookies["routebook_session"]
        process.stop(signal.SIGINT)
    with process.serving() as client:
        answer = client.get("/api/session", headers={"cookie": f"routebook_session={token}"})
        assert answer.json()["email"] == EMAIL
        process.stop(signal.SIGINT)


def test_an_empty_server_says_how_to_add_the_first_person(process: Process) -> None:
    with process.serving():
        _code, _seconds, said = process.stop(signal.SIGINT)
    assert f"http://localhost:{process.port}" in said
    assert "routebook person add" in said


def test_an_old_password_and_ended_sessions_stay_so_after_a_restore(
    process: Process, address: str, tmp_path: Path
) -> None:
    process.environment |= {"ROUTEBOOK_DATABASE": address}
    process.add_person()
    backup, changed = str(tmp_path / "book.backup"), "another password"
    with process.serving() as client:
        lost, kept, left = (
            {"cookie": f"routebook_session={answer.cookies['routebook_session']}"}
            for answer in (sign_in(client, PASSWORD) for _ in range(3))
        )
        client.cookies.clear()
        done = process.run("backup", backup)
        assert done.returncode == 0, done.stderr
        assert client.delete("/api/session", headers=left).status_code == 204
        answer = client.post("/api/password", json={"old": PASSWORD, "new": changed}, headers=kept)
        assert answer.status_code == 204, answer.text
        process.stop(signal.SIGTERM)
    done = process.run("restore", backup)
    assert done.returncode == 0, done.stderr
    with process.serving() as client:
        assert client.get("/api/session", headers=kept).status_code == 200
        for ended in (lost, left):
            assert client.get("/api/session", headers=ended).json()["code"] in {"session_expired", "not_signed_in"}
        assert sign_in(client, PASSWORD).json()["code"] == "wrong_credentials"
        assert sign_in(client, changed).status_code == 200


def test_a_book_restored_on_a_new_machine_lets_in_whom_it_let_in(process: Process, tmp_path: Path) -> None:
    process.add_person()
    backup = str(tmp_path / "book.backup")
    with process.serving() as client:
        token = sign_in(client, PASSWORD).cookies["routebook_session"]
        assert process.run("backup", backup).returncode == 0
        process.stop(signal.SIGTERM)
    process.environment |= {"DATA": str(tmp_path / "another")}
    process.add_person()  # with the same address, but somebody else to a book
    assert process.run("restore", backup).returncode == 0
    with process.serving() as client:
        answer = client.get("/api/session", headers={"cookie": f"routebook_session={token}"})
        assert answer.json()["email"] == EMAIL
        assert sign_in(client, PASSWORD).status_code == 200


def sign_in(client: httpx.Client, password: str) -> httpx.Response:
    """Sign the administrator in."""
    return client.post("/api/session", json={"email": EMAIL, "password": password})


def test_a_password_set_from_the_command_line_counts_in_the_running_server(process: Process) -> None:
    process.add_person()
    with process.serving() as client:
        client.post("/api/session", json={"email": EMAIL, "password": PASSWORD})
        assert process.run("password", EMAIL, typed="another password\n").returncode == 0
        assert client.get("/api/session").json()["code"] == "session_expired"
        again = client.post("/api/session", json={"email": EMAIL, "password": "another password"})
        assert again.status_code == 200
        process.stop(signal.SIGINT)


def test_the_demo_fills_an_empty_database_once(process: Process) -> None:
    assert process.run("demo", "--customers", "10").returncode == 0
    again = process.run("demo", "--customers", "10")
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "not empty" in again.stderr
    with process.serving("--demo") as client:
        answer = client.post("/api/session", json={"email": "marek@demo.example", "password": "routebook"})
        assert answer.json()["role"] == "rep"
        _code, _seconds, said = process.stop(signal.SIGINT)
    assert all(email in said for email in ("marek@demo.example", "manager@demo.example", "admin@demo.example"))


def one_line(answer: subprocess.CompletedProcess[str], *words: str) -> None:
    """Check that a command failed with one line that says these words."""
    assert answer.returncode != 0
    assert answer.stderr.startswith("routebook: ")
    assert answer.stderr.count("\n") == 1, answer.stderr
    assert all(word in answer.stderr for word in words), answer.stderr


def test_a_taken_port_is_said_in_one_line(process: Process) -> None:
    with socket.create_server(("127.0.0.1", process.port)):
        one_line(process.run("serve"), str(process.port), "--port")


def test_a_data_folder_that_cannot_be_used_is_said_in_one_line(process: Process, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    one_line(process.run("serve", "--data", str(tmp_path / "file" / "data")), str(tmp_path / "file"))


def test_an_app_that_is_not_built_is_said_in_one_line(process: Process, tmp_path: Path) -> None:
    one_line(process.run("serve", ROUTEBOOK_APP=str(tmp_path / "nowhere")), "make build")
    process.environment["ROUTEBOOK_APP"] = str(tmp_path / "nowhere")
    assert process.add_person().returncode == 0


def test_several_processes_need_postgres(process: Process) -> None:
    one_line(process.run("serve", "--processes", "2"), "2 processes need PostgreSQL")


@pytest.mark.parametrize("command", [("serve",), ("verify",), ("backup", "book.backup"), ("password", EMAIL)])
@pytest.mark.parametrize("address", ["mysql://ada:geheim@host/book", "postgresql://ada:geheim@127.0.0.1:1/book"])
def test_an_address_that_leads_nowhere_is_said_without_its_password(
    process: Process, address: str, command: tuple[str, ...]
) -> None:
    done = process.run(*command, typed=f"{PASSWORD}\n", ROUTEBOOK_DATABASE=address)
    one_line(done, "routebook: ")
    assert "geheim" not in done.stdout + done.stderr


def test_a_database_of_a_newer_version_is_left_alone(process: Process) -> None:
    process.data.mkdir()
    with contextlib.closing(sqlite3.connect(process.data / DATABASE_NAME)) as newer:
        newer.execute(f"PRAGMA user_version = {int(HEAD) + 1}")
    process.installed = True
    one_line(process.run("serve"), "newer version")


def test_a_file_that_is_no_database_is_said_in_one_line(process: Process) -> None:
    process.data.mkdir()
    (process.data / DATABASE_NAME).write_text("no database " * 1_000)
    one_line(process.run("serve"), DATABASE_NAME)


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "many"), ("ROUTEBOOK_LOG_LEVEL", "loud"), ("ROUTEBOOK_POTR", "1")]
)
def test_a_setting_that_makes_no_sense_is_said_in_one_line(process: Process, name: str, value: str) -> None:
    one_line(process.run("serve", **{name: value}), name)


def test_a_short_password_or_a_strange_email_adds_nobody(process: Process) -> None:
    one_line(process.run("person", "add", "--name", "Ada", "--email", EMAIL, typed="short\n"), "8")
    one_line(process.run("person", "add", "--name", "Ada", "--email", "ada", typed=f"{PASSWORD}\n"), "email")
    assert process.add_person().returncode == 0
    one_line(process.add_person(), "already")


def test_the_version_is_told(process: Process) -> None:
    process.installed = True
    assert process.run("--version").stdout.startswith("routebook 0.")


@pytest.mark.parametrize("command", [("verify",), ("verify", "--mend"), ("password", EMAIL)])
def test_what_works_on_a_book_makes_none_where_there_is_none(process: Process, command: tuple[str, ...]) -> None:
    one_line(process.run(*command, typed=f"{PASSWORD}\n"), "no database", str(process.data))
    assert not process.data.exists()


@pytest.mark.parametrize(
    "command", [("verify",), ("password", EMAIL), ("demo",), ("person", "add", "--name", "Ada", "--email", EMAIL)]
)
def test_an_older_version_s_database_is_left_as_it_is_by_all_but_the_server(
    process: Process, command: tuple[str, ...]
) -> None:
    process.data.mkdir()
    make_file(process.data / DATABASE_NAME)
    before = (process.data / DATABASE_NAME).read_bytes()
    one_line(process.run(*command, typed=f"{PASSWORD}\n"), "older version", "start the server")
    assert (process.data / DATABASE_NAME).read_bytes() == before


def test_verify_says_what_differs_and_mends_it_when_asked(process: Process) -> None:
    assert process.add_person().returncode == 0
    well = process.run("verify")
    assert (well.returncode, well.stdout) == (0, "1 buckets, all is well.\n")
    with contextlib.closing(sqlite3.connect(process.data / DATABASE_NAME)) as database, database:
        database.execute("UPDATE record SET sum = sum + 1")
    found = process.run("verify")
    assert found.returncode == 1
    assert found.stdout.startswith("shared ")
    assert "1 checksums differ" in found.stderr
    assert process.run("verify", "--mend").returncode == 0
    assert process.run("verify").stdout == well.stdout

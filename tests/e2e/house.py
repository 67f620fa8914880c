"""House: the real server as its own process on a free port, with demo data in a folder of its own."""

import contextlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, Self

from ports import free_port
from reading import read_rows
from routebook_server.database.address import sqlite_address
from starting import Started, start

STARTS_WITHIN_S = 180
REPOSITORY = Path(__file__).parents[2]
PASSWORD = "routebook"


class NotThereError(LookupError):
    """The server's database has no such record, or not yet."""


def wait_until(condition: Callable[[], bool], within_s: float, what: str) -> float:
    """Return the seconds until ``condition`` held; AssertionError naming ``what`` if it did not hold in time.

    It does not hold where a record that it asks for is not there yet.
    """
    begun = time.monotonic()

    def holds() -> bool:
        try:
            return condition()
        except NotThereError:
            return False

    while not holds():
        if time.monotonic() - begun > within_s:
            raise AssertionError(f"not within {within_s} s: {what}")
        threading.Event().wait(0.02)
    return time.monotonic() - begun


class Record(NamedTuple):
    """A record as the server's database holds it."""

    id: str
    kind: str
    values: dict[str, Any]


class House:
    """A running server; ``stop``, ``kill`` and ``start`` again keep the data."""

    def __init__(
        self, data: Path, *, app: Path | None = None, options: Sequence[str] = ("--demo",), database: str = ""
    ) -> None:
        self.data = data
        self.options = options
        self.app = app
        """The folder of the built app; None for the repository's."""
        self.database = database or sqlite_address(self.file)
        """The address of the server's database."""
        self.port: int = free_port()
        self._process: Started | None = None
        self.log = data.parent / f"{data.name}.log"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """The server's own address, past any wire."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def process_id(self) -> int:
        """The server's process, while it runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def app_folder(self) -> Path:
        """The folder of the built app that is served."""
        return self.app or Path(os.environ.get("ROUTEBOOK_APP") or REPOSITORY / "pwa" / "build")

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which this house's server and every other command of it run."""
        app = {} if self.app is None else {"ROUTEBOOK_APP": str(self.app)}
        return {**os.environ, **app, "ROUTEBOOK_DATABASE": self.database}

    @property
    def file(self) -> Path:
        """The server's database file, where it is on SQLite."""
        return self.data / "routebook.db"

    def records(self, kind: str) -> list[Record]:
        """Return every record of a kind in the server's database."""
        found = read_rows(self.database, "SELECT id, doc FROM record WHERE kind = ?", kind)
        return [Record(found_id, kind, json.loads(doc)["v"]) for found_id, doc in found]

    def person(self, email: str) -> str:
        """Return the id of the person who signs in with this address."""
        [(person,)] = read_rows(self.database, "SELECT person FROM account WHERE email = ?", email)
        return str(person)

    def customers_of(self, email: str) -> list[Record]:
        """Return the customers that this person owns, in the order of their names."""
        person = self.person(email)
        own = [customer for customer in self.records("customer") if customer.values.get("owner") == person]
        return sorted(own, key=lambda customer: str(customer.values["name"]))

    def unplanned_of(self, email: str) -> list[Record]:
        """Return those of them at whom no visit is planned: which these are follows from the day of the run."""
        planned = {
            visit.values["customer"] for visit in self.records("visit") if visit.values.get("status") == "planned"
        }
        return [customer for customer in self.customers_of(email) if customer.id not in planned]

    def record(self, record_id: str) -> Record:
        """Return one record of the server's database, where it has to be exactly once; NotThereError if it is not."""
        found = read_rows(self.database, "SELECT kind, doc FROM record WHERE id = ?", record_id)
        if not found:
            raise NotThereError(record_id)
        [(kind, doc)] = found
        return Record(record_id, kind, json.loads(doc)["v"])

    def end_sessions(self) -> None:
        """Let the server forget every session, as after a year."""
        with contextlib.closing(sqlite3.connect(self.file, timeout=20)) as database:
            database.execute("DELETE FROM session")
            database.commit()

    def add_device(self, email: str, name: str, gone_s: int, **told: Any) -> int:
        """Let a device of this person have been in contact so many seconds ago; returns its number.

        ``told``: what it reported; ``wiped`` or ``revoked`` true for one that was.
        """
        seen = time.time_ns() // 1_000_000 - gone_s * 1_000
        wiped, revoked = told.pop("wiped", False), told.pop("revoked", False)
        row = (self.person(email), name, seen - 86_400_000, seen, seen if revoked else None, seen if wiped else None)
        with contextlib.closing(sqlite3.connect(self.file, timeout=20)) as database:
            [(number,)] = database.execute(
                "INSERT INTO device (person, name, platform, created, last_seen, revoked_at, wiped_at, report)"
                " VALUES (?, ?, '', ?, ?, ?, ?, ?) RETURNING number",
                (*row, json.dumps(told)),
            ).fetchall()
            database.commit()
        return int(number)

    def start(self) -> None:
        """Start the server and wait until it answers; shows its output when it dies."""
        command = ["serve", *self.options, "--port", str(self.port), "--data", str(self.data)]
        self._process = start(command, self.environment, self.log)
        wait_until(self._answers, STARTS_WITHIN_S, f"the server answers; it said:\n{self.log.read_text()[-4000:]}")

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"the server died:\n{self.log.read_text()[-4000:]}")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/api/health")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """Stop it as Ctrl C does."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(20)

    def kill(self) -> None:
        """Kill it with -9, with every process that it has."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(20)
            wait_until(self._is_silent, 20, "no process of the server listens")

    def kill_one(self, random: Random) -> bool:
        """Kill one of several processes with -9; False, and nothing is done, where there is but one, or no /proc."""
        assert self._process is not None
        listed = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        children = [int(child) for child in listed.read_text().split()] if listed.exists() else []
        serving = [child for child in children if _is_serving(child)]
        if len(serving) < 2:
            return False
        os.kill(random.choice(serving), signal.SIGKILL)
        return True

    def _is_silent(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
        return False


def _is_serving(process_id: int) -> bool:
    """Tell whether a child of a server is one of its processes, and lives."""
    try:
        return b"spawn_main" in Path(f"/proc/{process_id}/cmdline").read_bytes()
    except OSError:
        return False

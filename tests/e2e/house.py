"""House: the real server as its own process on a free port, with demo data in a folder of its own."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import httpx

STARTS_WITHIN_S = 90
REPOSITORY = Path(__file__).parents[2]
PASSWORD = "routebook"


def wait_until(condition: Callable[[], bool], within_s: float, what: str) -> float:
    """Return the seconds until ``condition`` held; AssertionError naming ``what`` if it did not hold in time."""
    begun = time.monotonic()
    while not condition():
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

    def __init__(self, data: Path, *, app: Path | None = None, options: Sequence[str] = ("--demo",)) -> None:
        self.data = data
        self.options = options
        self.app = app
        """The folder of the built app; None for the repository's."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
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
    def database(self) -> Path:
        """The server's database file."""
        return self.data / "routebook.db"

    def records(self, kind: str) -> list[Record]:
        """Return every record of a kind in the server's database."""
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            found = database.execute("SELECT id, doc FROM record WHERE kind = ?", (kind,)).fetchall()
        return [Record(found_id, kind, json.loads(doc)["v"]) for found_id, doc in found]

    def person(self, email: str) -> str:
        """Return the id of the person who signs in with this address."""
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            [(person,)] = database.execute("SELECT person FROM account WHERE email = ?", (email,)).fetchall()
        return str(person)

    def customers_of(self, email: str) -> list[Record]:
        """Return the customers that this person owns, in the order of their names."""
        person = self.person(email)
        own = [customer for customer in self.records("customer") if customer.values.get("owner") == person]
        return sorted(own, key=lambda customer: str(customer.values["name"]))

    def record(self, record_id: str) -> Record:
        """Return one record of the server's database, where it has to be exactly once."""
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            [(kind, doc)] = database.execute("SELECT kind, doc FROM record WHERE id = ?", (record_id,)).fetchall()
        return Record(record_id, kind, json.loads(doc)["v"])

    def end_sessions(self) -> None:
        """Let the server forget every session, as after a year."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=20)) as database:
            database.execute("DELETE FROM session")
            database.commit()

    def add_device(self, email: str, name: str, gone_s: int, **told: Any) -> int:
        """Let a device of this person have been in contact so many seconds ago; returns its number.

        ``told``: what it reported; ``wiped`` or ``revoked`` true for one that was.
        """
        seen = time.time_ns() // 1_000_000 - gone_s * 1_000
        wiped, revoked = told.pop("wiped", False), told.pop("revoked", False)
        row = (self.person(email), name, seen - 86_400_000, seen, seen if revoked else None, seen if wiped else None)
        with contextlib.closing(sqlite3.connect(self.database, timeout=20)) as database:
            [(number,)] = database.execute(
                "INSERT INTO device (person, name, platform, created, last_seen, revoked_at, wiped_at, report)"
                " VALUES (?, ?, '', ?, ?, ?, ?, ?) RETURNING number",
                (*row, json.dumps(told)),
            ).fetchall()
            database.commit()
        return int(number)

    def start(self) -> None:
        """Start the server and wait until it answers; shows its output when it dies."""
        routebook = str(Path(sys.executable).parent / "routebook")
        command = [routebook, "serve", *self.options, "--port", str(self.port), "--data", str(self.data)]
        environment = dict(os.environ)
        if self.app is not None:
            environment["ROUTEBOOK_APP"] = str(self.app)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        wait_until(self._answers, STARTS_WITHIN_S, f"the server answers; it said:\n{self.log.read_text()[-4000:]}")

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"the server died:\n{self.log.read_text()[-4000:]}")
        try:
            return httpx.get(f"{self.address}/api/health", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """Stop it as Ctrl C does."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(20)

    def kill(self) -> None:
        """Kill it with -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)

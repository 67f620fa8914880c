"""Process: the server's command line over one data folder and one port, started, spoken to and stopped."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest

from ports import free_port
from server.team import make_site
from starting import Started, start

STARTS_WITHIN_S = 90
EMAIL, PASSWORD = "ada@demo.example", "a long password"


class Process:
    """`routebook` commands over one data folder and one port.

    ``installed``: whether they are the command as it is installed, which takes longer to start, and not forks that are
    it in everything else.
    """

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.installed = False
        self.port: int = free_port()
        self.environment = {
            **os.environ,
            "ROUTEBOOK_APP": str(make_site(folder / "site")),
            "DATA": str(self.data),
            "PORT": str(self.port),
        }
        self.running: Started | subprocess.Popen[bytes] | None = None
        self._said = folder / "said"
        self._names = (folder / f"command-{number}" for number in count())

    def run(self, *arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        around = self.environment | environment
        if self.installed:
            command = [_installed(), *arguments]
            return subprocess.run(
                command, input=typed, text=True, capture_output=True, timeout=60, env=around, check=False
            )
        written = next(self._names)
        said, complained = written.with_suffix(".said"), written.with_suffix(".complained")
        written.write_text(typed, encoding="utf-8")
        code = start(arguments, around, said, complained, typed=written).wait(60)
        return subprocess.CompletedProcess(
            arguments, code, said.read_text(encoding="utf-8"), complained.read_text(encoding="utf-8")
        )

    def add_person(self) -> subprocess.CompletedProcess[str]:
        """Add the administrator."""
        return self.run(
            "person", "add", "--name", "Ada", "--email", EMAIL, "--role", "administrator", typed=f"{PASSWORD}\n"
        )

    @contextlib.contextmanager
    def serving(self, *arguments: str) -> Iterator[httpx.Client]:
        """Serve, wait until it answers, and give a client."""
        self._said.unlink(missing_ok=True)
        if self.installed:
            with self._said.open("wb") as said:
                command = [_installed(), "serve", *arguments]
                self.running = subprocess.Popen(command, stdout=said, stderr=said, env=self.environment)
        else:
            self.running = start(["serve", *arguments], self.environment, self._said)
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=10) as client:
            begun = time.monotonic()
            while not self._answers(client):
                assert time.monotonic() - begun < STARTS_WITHIN_S
                threading.Event().wait(0.02)
            yield client

    def _answers(self, client: httpx.Client) -> bool:
        assert self.running is not None
        assert self.running.poll() is None, self._said.read_text(encoding="utf-8")
        try:
            return client.get("/api/health").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, sign: signal.Signals) -> tuple[int, float, str]:
        """Send the signal; return exit code, seconds until the end, and what it said."""
        assert self.running is not None
        begun = time.monotonic()
        self.running.send_signal(sign)
        code = self.running.wait(20)
        self.running = None
        return code, time.monotonic() - begun, self._said.read_text(encoding="utf-8")

    def kill(self) -> None:
        """Kill it with -9, if it runs."""
        if self.running is not None:
            self.running.kill()
            self.running.wait(20)


def _installed() -> str:
    return str(Path(sys.executable).parent / "routebook")


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    """A process that is gone at the end."""
    made = Process(tmp_path)
    yield made
    made.kill()

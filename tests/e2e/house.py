"""House: the real server as its own process on a free port, with demo data in a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import httpx

STARTS_WITHIN_S = 90
PASSWORD = "routebook"


def wait_until(condition: Callable[[], bool], within_s: float, what: str) -> float:
    """Return the seconds until ``condition`` held; AssertionError naming ``what`` if it did not hold in time."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > within_s:
            raise AssertionError(f"not within {within_s} s: {what}")
        threading.Event().wait(0.02)
    return time.monotonic() - begun


class House:
    """A running server; ``stop``, ``kill`` and ``start`` again keep the data."""

    def __init__(self, data: Path, *, customers: int | None = None) -> None:
        self.data = data
        self.customers = customers
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
    def database(self) -> Path:
        """The server's database file."""
        return self.data / "routebook.db"

    def start(self) -> None:
        """Start the server and wait until it answers; shows its output when it dies."""
        command = [str(Path(sys.executable).parent / "routebook"), "serve", "--demo", "--port", str(self.port), "--data", str(self.data)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ})
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

"""Clients: devices without a browser, many in one process of Node, driven by a line of JSON each way.

They are the app's own store, engine and session (``pwa/headless/``) over a file or memory: what they do, phones do.
"""

import contextlib
import functools
import itertools
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, NamedTuple, Self, TypeAlias

REPOSITORY: Final = Path(__file__).resolve().parents[2]
PROGRAM: Final = REPOSITORY / ".stamps" / "headless" / "main.mjs"
NODE: Final = REPOSITORY / ".stamps" / "bin" / "node"
_SOURCES: Final = ("pwa/headless", "pwa/src/lib", "sync/ts/src")
PATIENCE_S: Final = 300.0
"""How long an answer is waited for at most, unless a call says otherwise; a machine that is busy takes its time."""


Change: TypeAlias = Mapping[str, Any]
"""A change of one record as a screen writes it (`pwa/src/lib/store/change.ts`)."""


class ClientError(Exception):
    """A command failed; the message is the client's."""


class Answer(NamedTuple):
    """What came of a command; ``begun`` and ``at`` are milliseconds of the machine's monotonic clock."""

    value: Any
    begun: float
    at: float


class SignedIn(NamedTuple):
    """What opens a device."""

    account: dict[str, Any]
    cookie: str


@functools.cache
def build_program() -> Path:
    """Return the bundled client, made anew where a source is newer; `make` has done so already."""
    sources = [path for folder in _SOURCES for path in (REPOSITORY / folder).rglob("*.ts")]
    if PROGRAM.exists() and PROGRAM.stat().st_mtime >= max(path.stat().st_mtime for path in sources):
        return PROGRAM
    npm = shutil.which("npm")
    assert npm is not None, "no npm on the path: use make"
    command = [npm, "exec", "--", "vite", "build", "--config", "headless/vite.config.ts", "--logLevel", "error"]
    subprocess.run(command, cwd=REPOSITORY / "pwa", check=True)
    return PROGRAM


class Clients:
    """One process with any number of devices; a ``with`` block ends it."""

    def __init__(self, *node_options: str) -> None:
        node = str(NODE) if NODE.exists() else str(Path(sys.executable).parent / "node")
        self._process = subprocess.Popen(
            [node, *node_options, str(build_program())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[Answer]] = {}
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True, name="clients")
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def device(self, name: str) -> "Device":
        """Return the device of this name, open or not."""
        return Device(self, name)

    def send(self, device: str, do: str, **arguments: Any) -> "Future[Answer]":
        """Ask for something; the answer comes when it is done."""
        number = next(self._numbers)
        future: Future[Answer] = Future()
        assert self._process.stdin is not None
        with self._lock:
            self._waiting[number] = future
            with contextlib.suppress(OSError):  # ended: the reader says so
                self._process.stdin.write(json.dumps({"id": number, "device": device, "do": do, **arguments}) + "\n")
                self._process.stdin.flush()
        return future

    def sign_in(self, server: str, email: str, password: str, device: str) -> SignedIn:
        """Sign in as a person does and return what opens a device."""
        future = self.send(device, "sign_in", server=server, email=email, password=password)
        return SignedIn(**future.result(PATIENCE_S).value)

    def kill(self) -> None:
        """Kill the process with -9, in whatever its devices are about."""
        self._process.kill()
        self.stop()

    def stop(self) -> None:
        """Close every device and end the process."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE_S)
        finally:
            self._process.kill()
            self._process.wait(20)
            self._reader.join(20)

    def cpu_s(self) -> float:
        """Return the CPU time that the process took so far, in seconds."""
        return cpu_of(self._process.pid)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                if line.endswith("\n"):  # else the process died over it
                    self._take(json.loads(line))
        with self._lock:
            left, self._waiting = list(self._waiting.values()), {}
        for future in left:
            future.set_exception(ClientError("the process ended"))

    def _take(self, said: dict[str, Any]) -> None:
        future = self._waiting.pop(said["id"])
        if "error" in said:
            future.set_exception(ClientError(said["error"]))
        else:
            future.set_result(Answer(said["value"], said["begun"], said["at"]))


class Device:
    """One device by name."""

    def __init__(self, clients: Clients, name: str) -> None:
        self._clients = clients
        self.name = name

    def send(self, do: str, **arguments: Any) -> "Future[Answer]":
        """Ask without waiting for the answer."""
        return self._clients.send(self.name, do, **arguments)

    def ask(self, do: str, **arguments: Any) -> Any:
        """Ask and return the value."""
        return self.send(do, **arguments).result(PATIENCE_S).value

    def open(self, server: str, signed_in: SignedIn, file: Path | None = None, **options: Any) -> None:
        """Open the store and begin to synchronise."""
        self.ask("open", server=server, **signed_in._asdict(), file=None if file is None else str(file), **options)

    def write(self, *changes: Change, key: str) -> Answer:
        """Save changes; AssertionError where they are refused."""
        answer = self.send("write", changes=changes, key=key).result(PATIENCE_S)
        _check_saved(answer.value)
        return answer

    def write_each(self, changes: Iterable[Change], key: str) -> Answer:
        """Save each change by itself, one after the other."""
        writes = [{"changes": [change], "key": f"{key} {number}"} for number, change in enumerate(changes)]
        answer = self.send("writes", writes=writes).result(PATIENCE_S)
        for saved in answer.value:
            _check_saved(saved)
        return answer

    def query(self, name: str, **parameters: Any) -> Any:
        """Ask the store a question by its name."""
        answer = self.ask("call", call={"name": "query", "query": name, "parameters": parameters})
        assert answer["ok"], answer
        return answer["value"]

    def until(self, within_s: float = PATIENCE_S, **condition: Any) -> "Future[Answer]":
        """Return a future that is done once the condition holds (`pwa/headless/condition.ts`)."""
        return self.send("until", condition=condition, within=round(within_s * 1000))

    def wait(self, within_s: float = PATIENCE_S, **condition: Any) -> Answer:
        """Wait until the condition holds."""
        return self.until(within_s, **condition).result(within_s + 10)

    def close(self) -> None:
        """Close the store."""
        self.ask("close")


def _check_saved(answer: Mapping[str, Any]) -> None:
    """AssertionError with the reasons where a write was refused."""
    assert answer["ok"], answer
    assert answer["value"]["saved"], answer["value"]


def wait_for_all(futures: Iterable["Future[Answer]"], within_s: float = PATIENCE_S) -> list[Answer]:
    """Return every answer."""
    return [future.result(within_s + 10) for future in futures]


def cpu_of(process: int) -> float:
    """Return the CPU seconds that a running process took so far, user and system."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100

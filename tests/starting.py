"""Starting: the server's command line as a process of its own that is there at once.

A start of the installed command takes a second and a half of processor time, most of it for loading modules, and the
tests start some hundred. So each is forked from a process that has loaded them; from then on nothing tells it from the
command: own session, environment, standard streams, exit code, and it dies of -9 alone. The installed command itself is
what ``server/test_app_process.py`` runs.
"""

import atexit
import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["routebook_server.cli", "uvicorn.protocols.http.httptools_impl"])


class Started:
    """A process that was started; the names are those of ``subprocess.Popen``."""

    def __init__(self, process: multiprocessing.context.ForkServerProcess) -> None:
        self._process = process
        assert process.pid is not None
        self.pid: int = process.pid
        atexit.register(self.kill)

    def poll(self) -> int | None:
        """Return the exit code, the negative signal where one killed it, None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Return the exit code, once there is one; TimeoutError after so many seconds."""
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise TimeoutError(f"process {self.pid} still runs after {timeout} s")
        atexit.unregister(self.kill)
        return code

    def send_signal(self, sign: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it has ended by itself, and its exit code is on its way
                os.kill(self.pid, sign)

    def kill(self) -> None:
        """Kill it with -9, if it runs."""
        self.send_signal(signal.SIGKILL)


def start(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    said: Path,
    complained: Path | None = None,
    *,
    typed: Path = Path(os.devnull),
    prepare: Callable[[], None] | None = None,
) -> Started:
    """Start ``routebook`` with these arguments.

    ``said``, ``complained``: files to which its output is appended, the errors to the same one where there is no other;
    ``typed``: a file that it reads; ``prepare``: what is done in the process before.
    """
    streams = (typed, said, complained or said)
    said.touch()  # whoever looks at once finds it
    process = _FORKS.Process(target=_run, args=(list(arguments), dict(environment), streams, prepare))
    process.start()
    return Started(process)


def _run(
    arguments: list[str],
    environment: dict[str, str],
    streams: tuple[Path, Path, Path],
    prepare: Callable[[], None] | None,
) -> None:
    """Become the command, in the forked process."""
    os.setsid()
    typed, said, complained = streams
    for path, flags, number in (
        (typed, os.O_RDONLY, 0),
        (said, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 1),
        (complained, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 2),
    ):
        opened = os.open(path, flags, 0o644)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it lasts as long as the process
    sys.argv = ["routebook", *arguments]
    os.environ.clear()
    os.environ.update(environment)
    from routebook_server.cli import main  # noqa: PLC0415 - loaded already; here nothing of the server is needed

    if prepare is not None:
        prepare()
    sys.exit(main(arguments))

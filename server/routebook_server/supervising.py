"""Supervising: several server processes on one socket. One that dies is started again; a signal stops them all."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from types import FrameType
from typing import Any, Final

import structlog

from routebook_server.opening import OK

_RESTS_S: Final = 1.0
"""The least time between two starts of one process, so that one which cannot live does not eat the machine."""

_log = structlog.get_logger()


def supervise(count: int, serve: Callable[..., int], arguments: tuple[Any, ...]) -> int:
    """Run ``serve(*arguments)`` in ``count`` processes until SIGINT or SIGTERM; returns the exit code."""
    return _Supervisor(serve, arguments).run(count)


class _Supervisor:
    def __init__(self, serve: Callable[..., int], arguments: tuple[Any, ...]) -> None:
        # Spawned, not forked: what runs in threads here would be torn in a copy.
        self._context = multiprocessing.get_context("spawn")
        self._serve = serve
        self._arguments = arguments
        self._processes: list[SpawnProcess] = []
        self._is_stopping = False

    def run(self, count: int) -> int:
        """Keep so many processes running until a signal."""
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, self._stop)
        self._processes = [self._start() for _ in range(count)]
        started = [time.monotonic()] * count
        while not self._is_stopping:
            wait([process.sentinel for process in self._processes])
            for index, process in enumerate(self._processes):
                if not self._is_missed(process):
                    continue
                process.join()
                _log.error("a server process ended; starting another one", pid=process.pid, code=process.exitcode)
                time.sleep(max(0.0, started[index] + _RESTS_S - time.monotonic()))
                self._processes[index], started[index] = self._start(), time.monotonic()
        # Once more: one that was being started has not heard of the signal.
        self._end()
        for process in self._processes:
            process.join()
        return OK

    def _start(self) -> SpawnProcess:
        process = self._context.Process(target=_serve_while_supervised, args=(self._serve, self._arguments))
        process.start()
        return process

    def _is_missed(self, process: SpawnProcess) -> bool:
        return not self._is_stopping and not process.is_alive()

    def _stop(self, _signum: int, _frame: FrameType | None) -> None:
        self._is_stopping = True
        self._end()

    def _end(self) -> None:
        for process in self._processes:
            if process.is_alive():
                process.terminate()


def _serve_while_supervised(serve: Callable[..., int], arguments: tuple[Any, ...]) -> None:
    """Run in a process of its own; ends with its parent, however that ends."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - this runs in a process that was started here

    def follow() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, name="parent", daemon=True).start()
    raise SystemExit(serve(*arguments))

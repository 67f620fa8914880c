"""Ports: where a server of the tests listens, which has to be known before it does."""

import os
import socket
from pathlib import Path
from random import SystemRandom
from typing import Final

_LOWEST: Final = 11_000
"""Above the last one that Chromium refuses to open (10080)."""
_RANGE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
_DEFAULT: Final = 32_768
"""Where the ports of outgoing connections begin on a system that does not say so."""
_WORKER: Final = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_WORKERS: Final = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_given: Final[set[int]] = set()


def free_port() -> int:
    """Return a port on which nobody listens, and which nobody else takes before or between.

    No browser's outgoing connection does, nor a server of another worker of this run, nor another one of this process.
    """
    highest = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else _DEFAULT
    own = range(_LOWEST, max(highest, _LOWEST + 1_000))[_WORKER::_WORKERS]
    if len(_given) > len(own) // 2:
        _given.clear()
    while True:
        port = SystemRandom().choice(own)
        if port in _given:
            continue
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        _given.add(port)
        return port

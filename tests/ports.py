"""Ports: where a server of the tests listens, which has to be known before it does."""

import socket
from pathlib import Path
from random import SystemRandom
from typing import Final

_LOWEST: Final = 11_000
"""Above the last one that Chromium refuses to open (10080)."""
_RANGE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
_DEFAULT: Final = 32_768
"""Where the ports of outgoing connections begin on a system that does not say so."""


def free_port() -> int:
    """Return a port on which nobody listens, and which no browser's outgoing connection takes before or between."""
    highest = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else _DEFAULT
    while True:
        port = SystemRandom().randrange(_LOWEST, max(highest, _LOWEST + 1_000))
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port

"""Addresses: where a push service may be. A device names it, so it must lead nowhere but to the public internet."""

import ipaddress
from typing import Any, Final
from urllib.parse import urlsplit

MAX_ENDPOINT: Final = 2_048
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_LOCAL: Final = (".localhost", ".local", ".internal", ".home.arpa")


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet, also where another one is hidden inside it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inside = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if found.teredo is not None:
            return False
        if inside is not None:
            return inside.is_global and not inside.is_multicast
    return found.is_global and not found.is_multicast


def refuse_endpoint(endpoint: str, *, anywhere: bool = False) -> str:
    """Return what is wrong with a push service's address, "" if nothing is.

    Only https on its own port, to a name or a public address, without a user. ``anywhere`` lifts that, for tests.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "It is no address."
    if len(endpoint) > MAX_ENDPOINT or not host or not endpoint.isascii() or any(c <= " " for c in endpoint):
        return "It is no address."
    if parts.scheme != "https" and not (anywhere and parts.scheme == "http"):
        return "It must begin with https."
    if anywhere:
        return ""
    if parts.username is not None or parts.password is not None or port not in {None, 443}:
        return "It names a user or a port."
    if _looks_like_number(host):
        return "" if is_public(host) else "It is not a public address."
    is_local = "." not in host.strip(".") or host.rstrip(".").lower().endswith(_LOCAL)
    return "It is not a public address." if is_local else ""


def audience_of(endpoint: str) -> str:
    """Return whom a signature for this push service is for: its origin (RFC 8292)."""
    parts: Any = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def _looks_like_number(host: str) -> bool:
    # "127.1" and "0x7f.1" are addresses to some; no name of a push service ends in a number (RFC 3696).
    last = host.rstrip(".").rpartition(".")[2]
    return ":" in host or last.isdigit() or last.lower().startswith("0x")

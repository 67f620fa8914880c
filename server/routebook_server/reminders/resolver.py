"""Resolver: names of push services become public addresses only, at the moment of connecting.

What was public when a device named it may not be now.
"""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from routebook_server.reminders.addresses import is_public


class PrivateAddressError(OSError):
    """The name leads to an address that is not public."""


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only."""

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the public addresses of a name; PrivateAddressError if it has others only."""
        found = await self._resolver.resolve(host, port, family)
        public = [one for one in found if is_public(one["host"])]
        if not public:
            raise PrivateAddressError("the name has no public address")
        return public

    async def close(self) -> None:
        """Nothing is held."""
        await self._resolver.close()

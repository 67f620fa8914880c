"""Passwords: argon2id in threads of their own, so that a sign-in never holds up a sync."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 200
"""Characters. The upper limit bounds the work that a stranger can ask for."""
_THREADS: Final = 2  # each hash takes the hasher's memory (64 MiB by default) while it runs


class Passwords:
    """Hashes and checks passwords; made in the composition root and closed there."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="password")
        # Somebody unknown is checked against this, so that the answer takes as long as for a colleague.
        self._nobody = hasher.hash("nobody's password")

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Tell whether ``password`` made ``password_hash``; None, an unknown person, takes as long and is False."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._verify, password_hash, password)

    def _verify(self, password_hash: str | None, password: str) -> bool:
        try:
            self._hasher.verify(password_hash or self._nobody, password)
        except (Argon2Error, InvalidHashError):
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Finish what is running."""
        self._threads.shutdown()

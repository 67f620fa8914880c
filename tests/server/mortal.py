"""Mortal: what makes the real server kill itself with -9 at a step of its reminders that a test chooses.

The test names a file. From the moment it is there, transactions of the reminders' job are counted; ``3 before`` in it
kills the process when the third is about to begin, ``3 after`` when it is committed and nothing else has happened.
Whoever outlives an order, as a reminder had fewer transactions, counts from the beginning for the next one.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from routebook_server.reminders import reminding


class Mortal:
    """A database whose writes are counted."""

    def __init__(self, database: Any, order: Path) -> None:
        self._database = database
        self._order = order
        self._said = ""
        self._count = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    async def write(self, work: Callable[..., Any], **options: Any) -> Any:
        """Run a transaction, or die."""
        said = self._order.read_text() if self._order.exists() else ""
        if said != self._said:
            self._said, self._count = said, 0
        at, _, when = said.partition(" ")
        self._count += bool(at)
        is_last = at == str(self._count)
        if is_last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = await self._database.write(work, **options)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return done


def make_mortal(order: Path) -> None:
    """Let the job of this process write through a ``Mortal``."""
    begin = reminding.Reminding.__init__

    def begin_mortal(self: reminding.Reminding, database: Any, *rest: Any, **more: Any) -> None:
        mortal: Any = Mortal(database, order)
        begin(self, mortal, *rest, **more)

    reminding.Reminding.__init__ = begin_mortal  # type: ignore[method-assign]

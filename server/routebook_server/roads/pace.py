"""Pace: nobody asks for more tables a minute than a day of work takes."""

from collections.abc import Callable
from typing import Final

MINUTE_MS: Final = 60_000
MOST_A_MINUTE: Final = 30
"""A person's day is asked for when it is opened and once after each change; on several devices."""
_MOST_REMEMBERED: Final = 10_000


class Pace:
    """Counts each person's requests of the minute, in this process. ``now_ms`` is the physical clock."""

    def __init__(self, now_ms: Callable[[], int], most: int = MOST_A_MINUTE) -> None:
        self._now_ms = now_ms
        self._most = most
        self._minute = 0
        self._count_by_person: dict[str, int] = {}

    def wait_s(self, person: str) -> int:
        """Count one more request and return 0, or return the seconds to wait and count nothing."""
        minute, into_ms = divmod(self._now_ms(), MINUTE_MS)
        if minute != self._minute or len(self._count_by_person) >= _MOST_REMEMBERED:
            self._minute = minute
            self._count_by_person.clear()
        count = self._count_by_person.get(person, 0)
        if count >= self._most:
            return -(-(MINUTE_MS - into_ms) // 1_000)
        self._count_by_person[person] = count + 1
        return 0

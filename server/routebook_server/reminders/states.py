"""States: how a reminder gets to a device, and what may become of it."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a delivery stands."""

    PLANNED = "planned"
    SENDING = "sending"
    """Written down before the request is made: whoever finds it after a crash does not know whether it was."""
    SENT = "sent"
    """The push service, or the mail server, has taken it."""
    SHOWN = "shown"
    """The device says that it has shown it."""
    ACTED = "acted"
    """Its person has answered it."""
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    """How a reminder travels."""

    PUSH = "push"
    EMAIL = "email"


EMAIL_DEVICE: Final = 0
"""Stands for the e-mail where a delivery names its device."""
AT_ONCE: Final = 64
"""Requests to push services at a time."""
UNKNOWN_MS: Final = 60_000
"""How long one waits for a device's word where nobody knows whether its message was sent."""
FIRST_REST_MS: Final = 30_000
LONGEST_REST_MS: Final = 1_800_000
"""Between attempts."""
KEEP_MS: Final = 90 * 86_400_000
"""How long what became of reminders is kept."""
ANSWERED_WITHIN_MS: Final = 7 * 86_400_000
"""How long a notification may be answered."""


def rest_after(attempts: int) -> int:
    """Return how long to wait after so many attempts, in milliseconds."""
    return int(min(FIRST_REST_MS * 4 ** max(0, attempts - 1), LONGEST_REST_MS))

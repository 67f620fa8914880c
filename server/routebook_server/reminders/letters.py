"""Letters: a delivery on its way, with all that its sending needs, and what came of it."""

from enum import StrEnum

import msgspec

from routebook_server.reminders.planning import Reminder
from routebook_server.reminders.wording import Wording


class Subscription(msgspec.Struct, frozen=True):
    """Where a device's messages go."""

    endpoint: str
    p256dh: str
    auth: str
    locale: str = ""
    """The language that the device shows, "" where it has not said."""


class Letter(msgspec.Struct, frozen=True):
    """A delivery that has been claimed, with all that its sending needs."""

    id: str
    device: int
    attempts: int
    """This one among them."""
    reminder: Reminder
    wording: Wording
    locale: str
    of_customer: bool
    subscription: Subscription | None = None
    email: str = ""
    summary: str = ""
    """The id of the message in which it goes out together with others; "" where it goes alone."""
    parts: tuple["Letter", ...] = ()
    """The letters that it stands for; none where it is of one reminder."""


class Outcome(StrEnum):
    """What came of a request."""

    SENT = "sent"
    AGAIN = "again"
    """It was not taken this time."""
    FAILED = "failed"
    """It never will be."""
    GONE = "gone"
    """The subscription is dead."""
    UNKNOWN = "unknown"
    """It was sent, perhaps."""


class Result(msgspec.Struct, frozen=True):
    """What came of a letter."""

    letter: Letter
    outcome: Outcome
    problem: str = ""
    rest_ms: int = 0
    """How long the other side wants to be left alone at least."""

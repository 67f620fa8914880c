"""Payload: what is inside a push message before it is encrypted. Pure; docs/reminders.md describes it to devices."""

from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from routebook_server.reminders.rules import Rule
from routebook_server.reminders.wording import Wording, direction_of, say

MAX_BYTES: Final = 3_993
"""What fits into one record of 4 096 bytes, the most that every push service takes (RFC 8291)."""
ACTIONS: Final = ("done", "snooze_hour", "snooze_tomorrow")
"""What may be done about a task from the notification; everything can be opened."""
SEVERAL: Final = "several"
"""In place of the rule, of a message that stands for many reminders."""
_URGENT: Final = frozenset({Rule.TASK, Rule.PROMISED_CALL, Rule.TEST})


class Action(msgspec.Struct, frozen=True):
    """A button."""

    action: str
    title: str


class Payload(msgspec.Struct, frozen=True):
    """A message to a service worker."""

    id: str
    """By which the device knows a message again that comes twice."""
    token: str
    tag: str
    title: str
    body: str
    lang: str
    dir: str
    url: str
    rule: str
    kind: str
    record: str
    root: str
    at: int
    expires: int
    actions: list[Action] = []


def actions_of(kind: str, locale: str) -> list[Action]:
    """Return the buttons for a record of a kind."""
    return [Action(name, say(locale, f"action_{name}")) for name in ACTIONS] if kind == "task" else []


def url_of(kind: str, root: str, *, of_customer: bool, rule: str = "") -> str:
    """Return the screen on which a record is seen."""
    if kind == "device":
        return "/settings/reminders" if rule == Rule.TEST else "/sync"
    return f"/customers/{root}" if of_customer else "/tasks"


def url_of_several(kinds: Collection[str]) -> str:
    """Return the screen on which reminders of several records are seen."""
    if "task" in kinds:
        return "/tasks"
    if set(kinds) == {"customer"}:
        return "/plan"
    return "/deals" if set(kinds) == {"deal"} else "/today"


def urgency_of(rules: Iterable[Rule]) -> str:
    """Return how soon a push service should wake the device for them (RFC 8030)."""
    return "normal" if _URGENT.isdisjoint(rules) else "high"


def make_payload(about: Payload, wording: Wording) -> bytes:
    """Return the message with these words, shortened until it fits; ``about`` has none."""
    title, body = wording.title, wording.body
    while True:
        made = msgspec.json.encode(msgspec.structs.replace(about, title=title, body=body))
        too_many = len(made) - MAX_BYTES
        if too_many <= 0:
            return made
        if body:
            body = _shorten(body, too_many)
        elif title:
            title = _shorten(title, too_many)
        else:
            raise ValueError(f"{len(made)} bytes without any words")


def set_about(locale: str) -> dict[str, str]:
    """Return what a payload says of its language."""
    return {"lang": locale, "dir": direction_of(locale)}


def _shorten(text: str, by_bytes: int) -> str:
    """Return ``text`` without so many bytes of JSON at least, at its end an ellipsis; "" where nothing is left."""
    left = text.removesuffix("…")
    freed = -len("…".encode())
    while left and freed < by_bytes:
        freed += len(msgspec.json.encode(left[-1])) - 2
        left = left[:-1]
    left = left.rstrip()
    return f"{left}…" if left else ""

"""Grouping: many reminders of one minute come to a device as one notification, which opens the list of them.

Which deliveries went together is written down with the claim and never changed: what is repeated is the same message
under the same id, however many of them still hold, and the device's word of it counts for each (docs/decisions/0156).
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from routebook_server.reminders.letters import Letter
from routebook_server.reminders.rules import Rule
from routebook_server.reminders.wording import line_of, word_several
from routebook_sync import base32
from routebook_sync.identifier import ID_WIDTH

MANY: Final = 4
"""So many at once are told of together."""
ALONE: Final = frozenset({Rule.UNSENT.value, Rule.TEST.value})
"""What is about the device itself."""


def group(letters: Sequence[Letter]) -> list[Letter]:
    """Return the letters with those of one device in one, where they are many or went together before."""
    by_device: dict[int, list[Letter]] = {}
    by_summary: dict[str, list[Letter]] = {}
    found = []
    for letter in letters:
        if letter.summary:
            by_summary.setdefault(letter.summary, []).append(letter)
        elif letter.attempts == 1 and letter.reminder.rule not in ALONE:
            by_device.setdefault(letter.device, []).append(letter)
        else:
            found.append(letter)
    for together in by_device.values():
        if len(together) < MANY:
            found.extend(together)
        else:
            by_summary[_summary_of(together)] = together
    found.extend(_join(summary, together) for summary, together in by_summary.items())
    return found


def apart(letter: Letter) -> Sequence[Letter]:
    """Return the letters of single reminders that a letter stands for."""
    return letter.parts or (letter,)


def _join(summary: str, together: Iterable[Letter]) -> Letter:
    parts = sorted(together, key=lambda one: (one.reminder.due_at, one.wording.title, one.id))
    first = parts[0]
    wording = word_several(first.locale, [line_of(first.locale, part.wording) for part in parts])
    return msgspec.structs.replace(first, id=summary, summary=summary, wording=wording, parts=tuple(parts))


def _summary_of(together: Iterable[Letter]) -> str:
    """Return the id of the message: the same one for the same deliveries, also after a restore."""
    text = "|".join(sorted(letter.id for letter in together))
    return base32.encode(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16]), ID_WIDTH)

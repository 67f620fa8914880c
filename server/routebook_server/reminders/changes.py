"""Changes: when a task was last put to another time, and when it was last opened again; a tap before that is older."""

from typing import Final

import msgspec

from routebook_server.database import Driver
from routebook_sync.clock import ms_from_stamp
from routebook_sync.record import Doc, stamp_of

_TIMES: Final = ("remind_at", "due_day")
_DECODER: Final = msgspec.json.Decoder(Doc)


class Changes(msgspec.Struct, frozen=True):
    """When an open task was changed last, milliseconds since 1970 UTC by the stamps of whoever did it, 0 for never."""

    opened_again: int = 0
    """After it had been done."""
    moved: int = 0
    """To another time."""


def read_changes(driver: Driver, task: str) -> Changes:
    """Return when a task that is open now was changed last."""
    found = driver.fetch_one("SELECT doc FROM record WHERE id = ?", task)
    if found is None:
        return Changes()
    doc = _DECODER.decode(found[0])
    # Only what was done before has a time of being done, which opening it again takes away.
    return Changes(_changed(doc, "done_at"), max(_changed(doc, name) for name in _TIMES))


def _changed(doc: Doc, field: str) -> int:
    stamp = stamp_of(doc, field) if field in doc.v else ""
    return ms_from_stamp(stamp) if stamp else 0

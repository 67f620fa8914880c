"""Older activity: what is archived of one customer, page by page, for who asks for it (SPEC R39)."""

from collections.abc import Collection
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.records.buckets import archive_of
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.identifier import ID_WIDTH, is_id
from routebook_sync.messages import Row, View

MAX_OLDER: Final = 200
"""Records in one answer."""
BEFORE_PATTERN: Final = rf"^[0-9]{{1,15}}\.[0-9a-v]{{{ID_WIDTH}}}$"
"""What ``OlderPage.next`` looks like."""

_SELECT_ROWS: Final = {
    view: f"SELECT {doc} FROM record WHERE root = ? AND bucket = ?"
    for view, doc in ((View.FULL, "doc"), (View.REP, "coalesce(open, doc)"))
}
_DECODER: Final = msgspec.json.Decoder(Row)


class OlderPage(msgspec.Struct, frozen=True):
    """A page of a customer's archived records, newest first by the date of what they tell of."""

    rows: list[Row]
    count: int
    """How many there are in all."""
    next: str
    """What ``before`` takes to go on; "" at the end."""


class _Place(NamedTuple):
    """Where a record stands in that order."""

    at: int
    """Milliseconds since 1970 UTC."""
    id: str


def read_older(
    connection: Connection, customer: str, buckets: Collection[str], limit: int, *, before: str, view: View
) -> OlderPage | None:
    """Return up to ``limit`` archived records of a customer below the place ``before``, "" for the newest.

    None if there is no such customer in ``buckets``. Costs what the customer has in the archive, which no index orders.
    """
    if not is_id(customer):
        return None
    driver = driver_of(connection)
    found = driver.fetch_one("SELECT bucket FROM record WHERE id = ? AND kind = ?", customer, "customer")
    if found is None or found[0] not in buckets:
        return None
    rows = [_DECODER.decode(doc) for (doc,) in driver.fetch(_SELECT_ROWS[view], customer, archive_of(found[0]))]
    placed = sorted(((_place_of(row), row) for row in rows), key=lambda one: one[0], reverse=True)
    if before:
        at, _, record_id = before.partition(".")
        limit_place = _Place(int(at), record_id)
        placed = [one for one in placed if one[0] < limit_place]
    page = placed[:limit]
    goes_on = f"{page[-1][0].at}.{page[-1][0].id}" if len(placed) > limit else ""
    return OlderPage([row for _place, row in page], len(rows), goes_on)


def _place_of(row: Row) -> _Place:
    entity = ENTITY_TYPES.get(row.k)
    at = entity.archive.date_of(row.v) if entity is not None and entity.archive is not None else None
    return _Place(at or 0, row.i)

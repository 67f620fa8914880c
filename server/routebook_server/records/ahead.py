"""Ahead: what a person needs today, out of buckets that his device has only begun to read (SPEC R56).

What is his is looked up in the typed tables, which may be half a second late; what is sent is read from the records,
and only from the buckets asked for. The device meets the same rows again in their place.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from routebook_server.database import Driver
from routebook_server.records.projection import PROJECTION_TABLES
from routebook_sync.messages import View

_MOST: Final = 200
"""Tasks, and visits, at most: what one person does in a few days."""
_SELECT_TASKS: Final = (
    f"SELECT id, customer FROM {PROJECTION_TABLES['task'].name}"
    " WHERE person = ? AND status = 'open' AND coalesce(deleted, false) = false"
    " ORDER BY due_day IS NULL, due_day LIMIT ?"
)
_SELECT_VISITS: Final = (
    f"SELECT id, customer FROM {PROJECTION_TABLES['visit'].name} WHERE person = ? AND planned_day IN (?*) LIMIT ?"
)
_SELECT: Final = {
    view: f"SELECT bucket, seq, CAST({doc} AS BLOB) FROM record WHERE "
    for view, doc in ((View.FULL, "doc"), (View.REP, "coalesce(open, doc)"))
}


class Ahead(NamedTuple):
    """A row out of its turn."""

    bucket: str
    seq: int
    doc: bytes


def read_ahead(driver: Driver, person: str, now_ms: int, view: View, reached: Mapping[str, int]) -> Iterator[Ahead]:
    """Yield a person's open tasks and visits of today with their customers, then the contacts of whom he visits.

    Only rows of the buckets in ``reached``, above the number that is reached there.
    """
    visits = driver.fetch(_SELECT_VISITS, person, _days(now_ms), _MOST)
    found = [*visits, *driver.fetch(_SELECT_TASKS, person, _MOST)]
    ids = list(dict.fromkeys(record_id for pair in found for record_id in pair if record_id))
    customers = list(dict.fromkeys(customer for _id, customer in visits if customer))
    for condition, values in (("id IN (?*)", ids), ("kind = 'contact' AND root IN (?*)", customers)):
        for row in driver.fetch(f"{_SELECT[view]}{condition} ORDER BY id", values) if values else ():
            ahead = Ahead(*row)
            if ahead.seq > reached.get(ahead.bucket, ahead.seq):
                yield ahead


def _days(now_ms: int) -> list[str]:
    """Return the days that it may be now, wherever the person is."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    return [(now + timedelta(days=days)).date().isoformat() for days in (-1, 0, 1)]

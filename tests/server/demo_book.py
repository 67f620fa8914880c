"""Demo book: the demo team's records, read the ways that tests ask for."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

import msgspec

from routebook_server.demo.rows import demo_rows, demo_team
from routebook_server.demo.team import Rep
from routebook_sync.messages import Row

NOON: Final = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp() * 1000)
"""A Saturday on which it is past nine, and still the same day, wherever a rep lives."""
SEED: Final = 1


class Book:
    """Everything that ``demo_rows`` makes of these arguments."""

    def __init__(self, customers: int, *, seed: int = SEED, now_ms: int = NOON, children: float | None = None) -> None:
        self.now_ms = now_ms
        self.team = demo_team(seed, now_ms)
        self.entries = list(demo_rows(seed, now_ms, customers, children))

    @cached_property
    def by_id(self) -> dict[str, Row]:
        """Every record by its id."""
        return {row.i: row for _bucket, row in self.entries}

    def kind(self, kind: str) -> list[Row]:
        """Every record of a kind, in the order in which they were made."""
        return [row for _bucket, row in self.entries if row.k == kind]

    def of(self, rep: Rep, kind: str) -> list[dict[str, Any]]:
        """The values of the records of a kind in a rep's territory."""
        bucket = f"t:{rep.territory}"
        return [row.v for where, row in self.entries if where == bucket and row.k == kind]

    def customer(self, name: str) -> Row:
        """The first customer of this name."""
        return next(row for row in self.kind("customer") if row.v["name"] == name)

    def below(self, customer: Row, kind: str) -> list[dict[str, Any]]:
        """The values of a customer's records of a kind."""
        return [row.v for row in self.kind(kind) if row.r == customer.i]

    def route(self, rep: Rep, day: str) -> list[dict[str, Any]]:
        """The visits planned for a day, in the order of the route."""
        visits = [visit for visit in self.of(rep, "visit") if visit.get("planned_day") == day and "position" in visit]
        return sorted(visits, key=lambda visit: int(visit["position"]))

    def orders(self) -> Iterable[tuple[datetime, str, dict[str, Any]]]:
        """Every line that was not cancelled: when, in which country, the line."""
        country_by_customer = {row.i: str(row.v["country"]) for row in self.kind("customer")}
        for order in self.kind("order"):
            if order.v["status"] != "cancelled":
                at = datetime.fromtimestamp(order.v["ordered_at"] / 1000, UTC)
                yield from ((at, country_by_customer[order.r], line) for line in order.v["lines"])


def digest(entries: Iterable[tuple[str, Row]]) -> str:
    """Return a digest of records and their buckets."""
    summed = hashlib.sha256()
    for entry in entries:
        summed.update(msgspec.json.encode(entry, order="sorted"))
    return summed.hexdigest()

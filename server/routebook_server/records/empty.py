"""Empty pages: of devices to which nothing came but their own rows, as to nearly all. One query, and nothing else."""

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from routebook_server.database import Database, Values
from routebook_server.records.buckets import seq_of
from routebook_server.records.pages import Asked, Page
from routebook_server.records.standings import Standing, Standings, fetch_standings, is_elsewhere

_REMEMBERED: Final = 10_000
"""Devices."""


class _Kept(msgspec.Struct, frozen=True):
    """A page without anything, and what it was made from."""

    found: list[Values]
    buckets: tuple[str, ...]
    page: Page

    def holds(self, found: list[Values], asked: Asked) -> bool:
        """Tell whether the same page would be made again."""
        page = self.page
        return (
            found == self.found
            and asked.cursors == page.cursors
            and asked.view is page.view
            and asked.buckets == self.buckets
        )


class EmptyPages:
    """Finds them. Whoever has nothing to say asks for the same page again and again: it is kept while it holds."""

    def __init__(self) -> None:
        self._kept: dict[int, _Kept] = {}

    async def find(self, database: Database, asked: Asked) -> Page | None:
        """Return the page of a device to which no bucket has brought anything but its own rows; None for others."""
        if asked.verify or asked.check or asked.held_view is not asked.view:
            return None
        found = await fetch_standings(database, asked.buckets, asked.device)
        kept = self._kept.get(asked.device)
        if kept is not None and kept.holds(found, asked):
            return kept.page
        if not asked.own and is_elsewhere(found, asked.cursors):
            return None
        page = _make(Standings.of(found, asked.buckets), asked)
        if page is not None and page.cursors == asked.cursors:
            if len(self._kept) >= _REMEMBERED:
                self._kept.clear()
            self._kept[asked.device] = _Kept(found, asked.buckets, page)
        return page


def _make(standings: Standings, asked: Asked) -> Page | None:
    if standings.told:
        return None
    cursors: dict[str, list[int]] = {}
    sums: dict[str, list[int]] = {}
    for bucket in asked.buckets:
        standing, held = standings.by_bucket[bucket], asked.cursors.get(bucket)
        cursors[bucket] = standing.head
        if held == cursors[bucket]:
            continue
        if held is None or not asked.own or not _brings_only_own(bucket, standing, held, asked.own):
            return None
        if asked.sums:
            sums[bucket] = standing.sums(asked.view)
    return Page(
        asked.view,
        cursors,
        complete=list(asked.buckets),
        verdicts=[],
        acknowledged=False,
        pushed=standings.pushed,
        covered=standings.covered,
        sums=sums,
    )


def _brings_only_own(bucket: str, standing: Standing, held: Sequence[int], own: Collection[tuple[str, int]]) -> bool:
    """Tell whether a device that goes on from the cursor ``held`` would meet nothing but its own rows (SPEC R53)."""
    after = seq_of(held[1])
    count = sum(1 for name, number in own if name == bucket and number > after)
    return standing.is_usable(*held) and standing.seq - after == count

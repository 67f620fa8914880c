"""Kept edits: acknowledged, and in no backup yet; offered again should one without them be restored (SPEC R48)."""

from collections.abc import Callable
from typing import Final

import msgspec

from routebook_sync.replica.exchanged import forget_exchanged, sure_up_to
from routebook_sync.replica.tables import Kept, Tables

KEPT_BYTES: Final = 20 * 1024 * 1024
KEPT_FOR_MS: Final = 90 * 24 * 3_600_000
"""What is kept at most, and for how long, where no backup ever covers it."""


def keep_edit(tables: Tables, device: int, kept: Kept) -> None:
    """Keep an edit that the server has just taken."""
    tables.kept.put((device, kept.edit.n), kept)


def forget_covered(tables: Tables, device: int, covered: int) -> None:
    """Forget what a backup holds: this device's edits up to ``covered``, and all that it made under a former number."""
    if covered <= tables.number("covered"):
        return
    tables.meta.put("covered", covered)
    surely = sure_up_to(tables, device, covered)
    take_kept(tables, lambda made_by, n: made_by != device or n <= surely)
    forget_exchanged(tables, device, covered)


def take_kept(tables: Tables, is_meant: Callable[[int, int], bool]) -> list[Kept]:
    """Take out what is meant by device and number, in order."""
    taken = [(key, tables.kept[key]) for key in sorted(tables.kept) if is_meant(*key)]
    for key, _kept in taken:
        tables.kept.drop(key)
    return [kept for _key, kept in taken]


def forget_oldest(tables: Tables, now: int) -> None:
    """Keep the newest only, where no backup was made: so many bytes, so many days.

    Of a group all or nothing is kept (SPEC R45).
    """
    kept = sorted(tables.kept.items())
    sizes = [len(msgspec.json.encode(one.edit)) for _key, one in kept]
    size = sum(sizes)
    cut = ""
    for (key, one), part in zip(kept, sizes, strict=True):
        is_due = size > KEPT_BYTES or one.at < now - KEPT_FOR_MS
        if not is_due and (not cut or one.edit.group != cut):
            return
        cut = one.edit.group
        size -= part
        tables.kept.drop(key)

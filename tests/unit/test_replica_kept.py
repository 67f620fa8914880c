"""What a device keeps of its edits until a backup covers them (SPEC R48), where none ever does."""

from typing import Final

import msgspec
import pytest

from routebook_sync.messages import Edit, VerdictKind
from routebook_sync.replica import kept as kept_edits
from routebook_sync.replica.kept import KEPT_FOR_MS, forget_oldest, keep_edit
from routebook_sync.replica.storage import Storage
from routebook_sync.replica.tables import Kept, Tables

NOW: Final = 1_800_000_000_000


def _keep(tables: Tables, n: int, group: str = "", at: int = NOW) -> int:
    edit = Edit(n=n, kind="customer", id="c", root="c", v={"name": "x" * 50}, at="1" * 18, group=group)
    tables.storage.transaction(lambda: keep_edit(tables, 7, Kept(edit, VerdictKind.APPLIED, {}, at)))
    return len(msgspec.json.encode(edit))


def test_a_whole_group_is_forgotten_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = Tables(Storage())
    sizes = [_keep(tables, n, group) for n, group in enumerate(("", "sale", "sale", "sale", ""), 1)]
    # The two oldest are too much: one alone, and the first of the group.
    monkeypatch.setattr(kept_edits, "KEPT_BYTES", sum(sizes[2:]))
    tables.storage.transaction(lambda: forget_oldest(tables, NOW))
    assert sorted(tables.kept) == [(7, 5)]


def test_what_is_old_is_forgotten_and_what_is_new_kept() -> None:
    tables = Tables(Storage())
    _keep(tables, 1, at=NOW - KEPT_FOR_MS - 1)
    _keep(tables, 2)
    tables.storage.transaction(lambda: forget_oldest(tables, NOW))
    assert sorted(tables.kept) == [(7, 2)]

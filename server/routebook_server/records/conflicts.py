"""Conflicts: what tells of a conflict to whoever its verdict does not reach (SPEC R43)."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from routebook_server.records.buckets import person_bucket
from routebook_server.records.draft import Draft
from routebook_server.records.push import Turn
from routebook_sync.identifier import RANDOM_BYTES, new_id
from routebook_sync.messages import Edit, Loser

CONFLICT: Final = "conflict"


class Conflicts:
    """Writes the conflicts of one batch, a record each in its reader's own bucket."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def tell_others(self, turn: Turn, edit: Edit, losers: Sequence[Loser]) -> None:
        """Tell those whose values an edit met: its verdict goes to whoever sent it, or decided on it."""
        for other, met in _by_other(turn.person, losers).items():
            if other != turn.decided_by:
                self._tell(other, turn.person, edit, met)

    def tell_author(self, author: str, edit: Edit, losers: Sequence[Loser]) -> None:
        """Tell the author of an edit that left custody whom it met: he gets no verdict."""
        for other, met in _by_other(author, losers).items():
            self._tell(author, other, edit, met)

    def _tell(self, reader: str, other: str, edit: Edit, losers: Sequence[Loser]) -> None:
        lost = [loser.field for loser in losers if loser.person == reader]
        kept = [loser.field for loser in losers if loser.person != reader]
        values: dict[str, Any] = {
            "person": reader,
            "other": other,
            "target_kind": edit.kind,
            "target": edit.id,
            **({"lost": lost} if lost else {}),
            **({"kept": kept} if kept else {}),
            "happened_at": self._draft.now_ms,
        }
        source = f"conflict {reader} {edit.id} {self._draft.stamp()}"  # nothing here is random
        record = new_id(self._draft.now_ms, hashlib.blake2b(source.encode(), digest_size=RANDOM_BYTES).digest())
        self._draft.create_own(record, CONFLICT, values, bucket=person_bucket(reader), root=reader)


def _by_other(author: str, losers: Sequence[Loser]) -> dict[str, list[Loser]]:
    """Return what met the values of other people than an edit's author, by person; the server is nobody."""
    met: dict[str, list[Loser]] = {}
    for loser in losers:
        other = loser.winner if loser.person == author else loser.person
        if other not in {"", author}:
            met.setdefault(other, []).append(loser)
    return met

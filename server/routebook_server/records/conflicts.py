"""Conflicts: what tells of a conflict to whoever its verdict does not reach (SPEC R43)."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from routebook_server.records.buckets import person_bucket
from routebook_server.records.draft import Draft
from routebook_server.records.push import Turn
from routebook_sync.identifier import RANDOM_BYTES, new_id
from routebook_sync.messages import Edit, Loser
from routebook_sync.record import unpack_stamps

CONFLICT: Final = "conflict"


class Conflicts:
    """Writes the conflicts of one batch: a record in its reader's own bucket for each other person and target."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._record_by_pair: dict[tuple[str, str, str], str] = {}
        """What this batch told already, by reader, other person and target; it may have been taken back."""

    def tell_others(self, turn: Turn, edit: Edit, losers: Sequence[Loser]) -> None:
        """Tell those whose values an edit met: its verdict goes to whoever sent it, or decided on it."""
        for other, met in _by_other(turn.person, losers).items():
            is_told = other == turn.decided_by and edit.id == turn.target
            if other not in {"", turn.person} and not is_told:
                self._tell(other, turn.person, edit, turn.suffix, met)

    def tell_author(self, author: str, edit: Edit, suffix: str, losers: Sequence[Loser]) -> None:
        """Tell the author of an edit that left custody what it met, his own of another device too: he gets no verdict.

        ``suffix``: the end of every stamp of his device.
        """
        for other, met in _by_other(author, losers).items():
            self._tell(author, other or author, edit, suffix, met)

    def _tell(self, reader: str, other: str, edit: Edit, suffix: str, losers: Sequence[Loser]) -> None:
        lost = [loser.field for loser in losers if loser.person == reader]
        kept = [loser.field for loser in losers if loser.person != reader]
        stamps = unpack_stamps(self._draft.states[edit.id].read_doc())
        values: dict[str, Any] = {
            "lost": lost,
            "kept": kept,
            "stands": {field: stamps.get(field, "") for field in (*lost, *kept)},
            "happened_at": self._draft.now_ms,
        }
        pair = (reader, other, edit.id)
        state = self._draft.states.get(self._record_by_pair.get(pair, ""))
        if state is not None:
            # He is told what came of it all: what is said later of a field counts.
            before, fields = state.read_doc().v, {*lost, *kept}
            for name in ("lost", "kept"):
                values[name] = [*(field for field in before[name] if field not in fields), *values[name]]
            values["stands"] = {**before["stands"], **values["stands"]}
            self._draft.write_own(state, values)
            return
        about = {"person": reader, "other": other, "target_kind": edit.kind, "target": edit.id}
        # Nothing here is random, and no two servers tell of the same edit.
        source = f"conflict {reader} {other} {edit.id} {suffix} {edit.n}"
        record = new_id(self._draft.now_ms, hashlib.blake2b(source.encode(), digest_size=RANDOM_BYTES).digest())
        self._draft.create_own(record, CONFLICT, {**about, **values}, bucket=person_bucket(reader), root=reader)
        self._record_by_pair[pair] = record


def _by_other(author: str, losers: Sequence[Loser]) -> dict[str, list[Loser]]:
    """Return what met whose values, of an edit's author; "" for the server's and those that nobody knows."""
    met: dict[str, list[Loser]] = {}
    for loser in losers:
        met.setdefault(loser.winner if loser.person == author else loser.person, []).append(loser)
    return met

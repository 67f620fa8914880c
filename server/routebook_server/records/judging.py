"""Judging: the verdict on an edit that was merged (SPEC R41-R43), and whether its author knew what it met."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from routebook_server.records.buckets import NO_HEAD, Head, seq_of
from routebook_server.records.draft import Draft
from routebook_server.records.lookup import Lookup, PastEdit
from routebook_server.records.push import SERVER_SUFFIX, Replica, Turn
from routebook_server.records.state import State
from routebook_sync.clock import SERVER_DEVICE, device_from_stamp
from routebook_sync.messages import Edit, Loser, ProblemCode, Verdict, VerdictKind
from routebook_sync.record import Change, Doc, is_deleted, unpack_stamps

_DELETED = b'"deleted":true'


class Merged(msgspec.Struct, gc=False):
    """What an edit makes of a record."""

    at: str
    """The stamp of its registers."""
    values: dict[str, Any]
    """Its values as they were merged."""
    doc: Doc
    clamped: str
    """The field whose stamp the server put, or ``at``; "" for none."""
    changes: Sequence[Change] = ()
    """Empty for a new record."""
    won: bool = False
    """Whether one of them changed the record."""
    base: Mapping[str, str] | None = None
    """The stamps that its author had seen, by field."""
    conflicts: Sequence[Change] = ()
    """Registers that two people changed without seeing each other, but for those that were merged by words."""
    texts: Collection[str] = ()
    """Fields merged by words."""
    unseen: bool = False
    """Whether another device wrote the record last, and the author has not seen what."""
    own: tuple[tuple[str, dict[str, Any], list[Change]], ...] = ()
    """What the server put above it on its own account: stamp, values, changes."""

    @property
    def changed(self) -> bool:
        """Whether the state differs from the one before."""
        return self.won or self.own != ()


class Judge:
    """Gives the verdicts of one batch."""

    def __init__(
        self, draft: Draft, lookup: Lookup, replicas: Mapping[int, Replica], heads: Mapping[str, Head]
    ) -> None:
        self._draft = draft
        self._lookup = lookup
        self._replicas = replicas
        self._heads = heads

    def judge(self, turn: Turn, edit: Edit, state: State | None, merged: Merged) -> Verdict | None:
        """Return the verdict on an edit of ``state``, None for ``applied``."""
        if merged.conflicts:
            return self._conflict(turn, edit, merged.conflicts, merged.at)
        root = self._draft.states.get(edit.root)
        if root is not None and root is not state and is_gone(root) and self._is_news(turn, root):
            return Verdict(edit.n, VerdictKind.MERGED, field="deleted")
        if state is not None and self._meets_removal(turn, edit, state, merged):
            return Verdict(edit.n, VerdictKind.MERGED, field="deleted")
        if merged.clamped:
            message = "The device's clock is ahead; the server put its own time."
            return Verdict(edit.n, VerdictKind.REPAIRED, ProblemCode.BAD_STAMP.value, merged.clamped, message)
        if edit.n in turn.push.mended:
            message = "Broken characters were replaced."
            return Verdict(edit.n, VerdictKind.REPAIRED, ProblemCode.WRONG_TYPE.value, message=message)
        if state is None:
            return None
        lost = any(not change.won and change.old_stamp > merged.at for change in merged.changes)
        return Verdict(edit.n, VerdictKind.MERGED) if lost or merged.unseen or merged.own else None

    def judge_past(self, turn: Turn, edit: Edit, past: PastEdit) -> Verdict | None:
        """Return the conflict that an edit met when it was applied, or that it is below what others removed; None else.

        Whether its author had seen that when he wrote, nobody knows any more.
        """
        values = msgspec.json.decode(past.new)
        met = {} if past.old is None else msgspec.json.decode(past.old)
        conflicts = [
            Change(field, old, stamp, values[field], won=won, concurrent=True)
            for field, (old, stamp, won, is_concurrent, *merged) in met.items()
            if is_concurrent and not any(merged[:1])
        ]
        if conflicts:
            return self._conflict(turn, edit, conflicts, past.stamp)
        places = [self._draft.states.get(edit.root), self._draft.states.get(edit.id)]
        removed = [place for place in places if place is not None and is_gone(place)]
        is_news = "deleted" not in edit.v and any(not self._is_by_himself(turn, place) for place in removed)
        return Verdict(edit.n, VerdictKind.MERGED, field="deleted") if is_news else None

    def _conflict(self, turn: Turn, edit: Edit, conflicts: Sequence[Change], at: str) -> Verdict:
        losers = [self._loser(turn, edit.id, change, at) for change in conflicts]
        return Verdict(edit.n, VerdictKind.CONFLICT, field=conflicts[0].field, losers=losers)

    def is_changed(self, turn: Turn, state: State) -> bool:
        """Tell whether another device wrote last, and the author has not seen what."""
        return state.device != turn.push.author.device and not self._has_seen(turn, state, turn.seen)

    def is_apart(self, turn: Turn, state: State, merged: Merged) -> bool:
        """Tell whether an edit met nothing of what its author had not seen: both stand, side by side.

        Not where nobody knows what he had seen: whose edit is decided on, or who reads its bucket from its beginning.
        """
        cursor = turn.seen.get(state.bucket)
        if not merged.unseen or turn.decided_by is not None or cursor is None or "deleted" in merged.values:
            return False
        has_read = cursor[0] == self._heads.get(state.bucket, NO_HEAD).epoch and seq_of(cursor[1]) > 0
        is_met = any(change.concurrent or not change.won for change in merged.changes)
        return has_read and not is_met and not is_gone(state)

    def is_held(self, turn: Turn, state: State) -> bool:
        """Tell whether the author's device holds this state of the record, or has read past it."""
        return self._has_seen(turn, state, turn.push.cursors)

    def _has_seen(self, turn: Turn, state: State, cursors: Mapping[str, Sequence[int]]) -> bool:
        """Tell whether whoever had read so far knew this state of the record."""
        teller = self._draft.teller.get(state.id)
        if teller is not None:
            return teller == turn.index
        cursor = cursors.get(state.bucket)
        epoch = self._heads.get(state.bucket, NO_HEAD).epoch
        return cursor is not None and cursor[0] == epoch and state.seq <= seq_of(cursor[1])

    def _meets_removal(self, turn: Turn, edit: Edit, state: State, merged: Merged) -> bool:
        """Tell whether a change meets a removal that its author did not know of, or a removal such a change."""
        if "deleted" not in edit.v:
            return is_gone(state) and self._is_news(turn, state)
        is_removal = edit.v["deleted"] is True and state.device != SERVER_DEVICE and not is_gone(state)
        return is_removal and merged.unseen

    def _is_news(self, turn: Turn, deleted: State) -> bool:
        """Tell whether the author does not know that the record is deleted: another device did it, unread."""
        return not self._is_by_himself(turn, deleted) and not self._has_seen(turn, deleted, turn.seen)

    def _is_by_himself(self, turn: Turn, deleted: State) -> bool:
        return unpack_stamps(deleted.read_doc()).get("deleted", "").endswith(turn.suffix)

    def _loser(self, turn: Turn, record_id: str, change: Change, at: str) -> Loser:
        other = self._writer_of(record_id, change.old_stamp)
        if not change.won:
            return Loser(change.field, change.new, at, turn.person, other)
        return Loser(change.field, change.old, change.old_stamp, other)

    def _writer_of(self, record_id: str, stamp: str) -> str:
        """Return the person who wrote what is stamped so, "" for the server on its own account."""
        if stamp.endswith(SERVER_SUFFIX):
            # What somebody wrote at the server's own door, or what was applied of his by a decision.
            fresh = self._draft.author_of(record_id, stamp)
            return self._lookup.author_of(record_id, stamp) if fresh is None else fresh
        device = device_from_stamp(stamp)
        known = self._replicas.get(device)
        return known.person if known else self._lookup.person(device)


def is_gone(state: State) -> bool:
    """Tell whether the record is deleted."""
    # Most are not: their documents need not be decoded for that.
    return (state.doc is not None or _DELETED in state.text) and is_deleted(state.read_doc())

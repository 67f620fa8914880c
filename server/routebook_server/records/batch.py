"""Batch: merges waiting pushes in memory, one edit at a time. Knows no SQL; what it looks up comes by ``Lookup``.

An edit either takes full effect or none: everything is computed first and put in place last. A fault of ours while one
edit is applied holds that edit and touches no other.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
import structlog

from routebook_server.records.author import Author, Writer, is_system
from routebook_server.records.buckets import NO_HEAD, Head, seq_of
from routebook_server.records.lookup import Lookup
from routebook_server.records.place import find_place, find_target, require_place
from routebook_server.records.push import GapError, HeldEdit, Push, Replica, Unread
from routebook_server.records.refusal import FAULT, REFUSALS, Refusal, RefusalError, refuse_values
from routebook_server.records.state import State, encode_json, marker, moved_id
from routebook_sync import base32
from routebook_sync.clock import (
    CLAMP_MS,
    DEVICE_WIDTH,
    MS_WIDTH,
    SERVER_DEVICE,
    Clock,
    clamp,
    device_from_stamp,
    stamp_from_clock,
    tick,
)
from routebook_sync.entities import ENTITY_TYPES, EntityType
from routebook_sync.entities.base import Home
from routebook_sync.messages import MOVED, Edit, Loser, ProblemCode, Verdict, VerdictKind
from routebook_sync.record import Change, Doc, Merge, merge_edit, unpack_stamps

NOBODY: Final = -1
"""In place of a push's number: the row goes to everybody, its author too."""

_log = structlog.get_logger()

HistoryRow = tuple[str, str, int, str, int, str, str | None]
"""A row of ``history`` without its number."""


class _Turn(msgspec.Struct, frozen=True):
    """A push while its edits are merged."""

    index: int
    """Its place among the pushes of the batch."""
    push: Push
    buckets: frozenset[str]
    """The author's."""
    suffix: str
    """The end of every stamp that the author's device makes."""


class Batch:
    """Pushes merged in memory, before they are written."""

    def __init__(
        self,
        states: dict[str, State],
        replicas: dict[int, Replica],
        *,
        heads: dict[str, Head],
        lookup: Lookup,
        clock: Clock,
        now_ms: int,
    ) -> None:
        self.states = states
        """Every record and root that the edits name, as stored; then as merged."""
        self.replicas = replicas
        self.clock = clock
        """The server's own clock, for the edits that it makes itself."""
        self.dirty: dict[str, None] = {}
        """Ids of the records to write, in order."""
        self.removed: dict[str, None] = {}
        """Ids of markers to delete."""
        self.created_roots: list[str] = []
        self.history: list[HistoryRow] = []
        self.verdicts: list[list[Verdict]] = []
        """By push."""
        self.held: list[HeldEdit] = []
        self.teller: dict[str, int] = {}
        """The push whose author alone made the record what it is and had seen it before, by id of a dirty record."""
        self._heads = heads
        self._lookup = lookup
        self._now = now_ms
        self._latest = base32.encode(now_ms + CLAMP_MS, MS_WIDTH) + "\x7f"
        self._created_by_root: dict[str, list[str]] = {}
        self._pushed = {device: replica.pushed for device, replica in replicas.items()}
        """How far each device had pushed before this batch."""
        self._journal: dict[str, tuple[State | None, bool, int | None]] | None = None

    # Pushes

    def run(self, push: Push) -> None:
        """Merge one push; GapError if the device counts wrongly, and then nothing of it is merged."""
        turn = self._begin(push)
        device = push.author.device
        if device == SERVER_DEVICE:
            self.verdicts.append(_exceptional(self._run(turn, push.edits)))
            return
        replica = self.replicas.get(device)
        if replica is None:
            replica = Replica(push.author.person)
        fresh: list[Edit | Unread] = []
        repeated: list[Edit] = []
        expected = replica.pushed + 1
        for edit in push.edits:
            if edit.n > expected:
                raise GapError(expected)
            if edit.n == expected:
                fresh.append(edit)
                expected += 1
            elif edit.n > replica.pushed:
                raise GapError(replica.pushed + 1)
            elif isinstance(edit, Edit) and edit.n <= self._pushed.get(device, 0):
                repeated.append(edit)
        # A device that lost its memory counts from 1 again: what it made since must not pass for known.
        if repeated and len(self._lookup.taken(device, repeated)) < len(repeated):
            raise GapError(replica.pushed + 1)
        self.replicas[device] = replica
        self.verdicts.append(_exceptional(self._run(turn, fresh)))
        replica.pushed = expected - 1
        replica.person = push.author.person

    def release(self, author: Writer, edit: Edit) -> bool:
        """Merge an edit that was held until its root came; False if it cannot be applied even now."""
        turn = self._begin(Push(author, [edit]))
        self.verdicts.append([])
        verdict = self._attempt(turn, edit)
        return verdict is None or verdict.verdict not in REFUSALS

    def _begin(self, push: Push) -> _Turn:
        suffix = base32.encode(push.author.device, DEVICE_WIDTH)
        return _Turn(len(self.verdicts), push, frozenset(push.author.buckets), suffix)

    def _run(self, turn: _Turn, edits: list[Edit | Unread]) -> list[Verdict | None]:
        push = turn.push
        verdicts: list[Verdict | None] = []
        verdict: Verdict | None
        grouped: dict[int, Verdict | None] = {}
        for position, edit in enumerate(edits):
            if edit.group and push.custody is None:
                if position not in grouped:
                    members = [
                        (place, member)
                        for place, member in enumerate(edits[position:], position)
                        if member.group == edit.group
                    ]
                    grouped.update(self._run_group(turn, members))
                verdicts.append(grouped[position])
                continue
            if isinstance(edit, Unread):
                verdict = edit.verdict
            else:
                verdict = push.custody.verdict(edit.n) if push.custody is not None else self._attempt(turn, edit)
                if verdict is not None and verdict.verdict is VerdictKind.HELD:
                    self._hold(push.author, edit, verdict)
            verdicts.append(verdict)
        return verdicts

    def _run_group(self, turn: _Turn, members: list[tuple[int, Edit | Unread]]) -> dict[int, Verdict | None]:
        """Apply all or none (SPEC R45)."""
        self._journal = {}
        removed, created, history = dict(self.removed), len(self.created_roots), len(self.history)
        verdicts: dict[int, Verdict | None] = {}
        failed = next((edit.verdict for _position, edit in members if isinstance(edit, Unread)), None)
        for position, edit in members:
            if failed is not None or isinstance(edit, Unread):
                break
            verdict = self._attempt(turn, edit)
            verdicts[position] = verdict
            if verdict is not None and verdict.verdict in REFUSALS:
                failed = verdict
        journal, self._journal = self._journal, None
        if failed is None:
            return verdicts
        for record_id, (state, was_dirty, teller) in journal.items():
            self._restore(record_id, state, was_dirty=was_dirty, teller=teller)
        self.removed = removed
        del self.created_roots[created:]
        del self.history[history:]
        for position, edit in members:
            field = failed.field if edit.n == failed.n else ""
            verdicts[position] = Verdict(edit.n, failed.verdict, failed.code, field, failed.message)
            if failed.verdict is VerdictKind.HELD and isinstance(edit, Edit):
                self._hold(turn.push.author, edit, failed)
        return verdicts

    def _restore(self, record_id: str, state: State | None, *, was_dirty: bool, teller: int | None) -> None:
        if state is None:
            self.states.pop(record_id, None)
        else:
            self.states[record_id] = state
        if not was_dirty:
            self.dirty.pop(record_id, None)
        if teller is None:
            self.teller.pop(record_id, None)
        else:
            self.teller[record_id] = teller

    def _hold(self, author: Author, edit: Edit, verdict: Verdict) -> None:
        if author.device == SERVER_DEVICE:
            return  # Whoever called the server's own door hears of the refusal at once.
        writer = Writer(author.person, author.role, author.device, author.buckets, author.may_move)
        self.held.append(HeldEdit(edit.root, verdict.code, encode_json(writer), encode_json(edit)))

    # One edit

    def _attempt(self, turn: _Turn, edit: Edit) -> Verdict | None:
        try:
            return self._apply(turn, edit)
        except RefusalError as refused:
            return refused.refusal.verdict(edit.n)
        except Exception:  # noqa: BLE001
            # Whatever our fault is, it holds this edit and no other (guarantee G4).
            _log.exception(
                "edit held after an unexpected error", kind=edit.kind, id=edit.id, device=turn.push.author.device
            )
            return FAULT.verdict(edit.n)

    def _apply(self, turn: _Turn, edit: Edit) -> Verdict | None:
        author = turn.push.author
        entity = ENTITY_TYPES.get(edit.kind)
        if entity is None:
            raise RefusalError(Refusal(ProblemCode.UNKNOWN_KIND, f"There is no kind {edit.kind[:40]!r}.", "kind"))
        state = self.states.get(edit.id)
        if state is not None and (state.kind != edit.kind or state.root != edit.root):
            field = "kind" if state.kind != edit.kind else "root"
            raise RefusalError(Refusal(ProblemCode.FOREIGN_ROOT, f"The record has another {field}.", field))
        doc = state.read_doc() if state is not None else None
        system = is_system(author)
        refusal = refuse_values(entity, edit.v, doc.v if doc is not None else None, author.role, system=system)
        if refusal is not None:
            raise RefusalError(refusal)
        bucket, home = find_place(entity, edit, state, self.states)
        require_place(turn.push, edit, bucket, turn.buckets, self._lookup)
        at = self._stamp(turn, edit, doc)
        merge = _merge(entity, doc, edit, at)
        target = find_target(entity, merge.doc, bucket)
        if target != bucket and not (system or (author.may_move and target in turn.buckets)):
            raise RefusalError(
                Refusal(ProblemCode.FORBIDDEN_FIELD, "The customer may not be moved there.", "territory")
            )
        # All that may fail comes before the first change, so that a fault leaves nothing half done.
        members = self._lookup.aggregate(edit.id) if target != bucket else ()
        verdict = self._judge(turn, edit, state, merge, at)
        self._record_history(author, edit, at, state, merge)
        if state is None or merge.changed or (verdict is not None and self._has_seen(turn, state)):
            # Changed; or not, but its author believes otherwise and read past it: a new number brings it to him again.
            device = author.device if state is None or merge.changed else state.device
            merged = State(
                bucket, state.seq if state else 0, edit.id, edit.kind, edit.root, home, device, "", merge.doc
            )
            clean = verdict is None and (home == 0 if state is None else self._has_seen(turn, state))
            self._put(merged, turn.index if clean else NOBODY)
            if state is None:
                self._created_by_root.setdefault(edit.root, []).append(edit.id)
                if entity.home is Home.TERRITORY or entity.kind == "person":
                    self.created_roots.append(edit.id)
            if target != bucket:
                self._move(edit.id, members, bucket, target, author.device)
        elif verdict is not None and edit.id in self.teller:
            self.teller[edit.id] = NOBODY
        return verdict

    def _stamp(self, turn: _Turn, edit: Edit, doc: Doc | None) -> str:
        if edit.at == "":
            stamps = unpack_stamps(doc) if doc is not None else {}
            floor = max((stamps.get(name, "") for name in edit.v), default="")
            self.clock = tick(self.clock, self._now, floor)
            return stamp_from_clock(self.clock)
        if not edit.at.endswith(turn.suffix):
            raise RefusalError(Refusal(ProblemCode.BAD_STAMP, "The stamp is of another device.", "at"))
        if edit.at <= self._latest:
            return edit.at
        author = turn.push.author
        replica = self.replicas.setdefault(author.device, Replica(author.person))
        # It still wins over what its author saw and changed (SPEC R6 keeps the order of one device's edits).
        stamps = unpack_stamps(doc) if doc is not None else {}
        seen = [
            stamps[name]
            for name in edit.v
            if name in stamps and (stamps[name] == edit.base.get(name) or stamps[name].endswith(turn.suffix))
        ]
        replica.clamped = clamp(edit.at, self._now, max([replica.clamped, *seen]))
        return replica.clamped

    def _judge(self, turn: _Turn, edit: Edit, state: State | None, merge: Merge, at: str) -> Verdict | None:
        conflicts = merge.conflicts if state is not None else []
        if conflicts:
            losers = [self._loser(turn.push.author, change, at) for change in conflicts]
            return Verdict(edit.n, VerdictKind.CONFLICT, field=conflicts[0].field, losers=losers)
        if edit.at and at != edit.at:
            message = "The device's clock is ahead; the server put its own time."
            return Verdict(edit.n, VerdictKind.REPAIRED, ProblemCode.BAD_STAMP.value, "at", message)
        if edit.n in turn.push.mended:
            message = "Broken characters were replaced."
            return Verdict(edit.n, VerdictKind.REPAIRED, ProblemCode.WRONG_TYPE.value, message=message)
        if state is None:
            return None
        lost = any(not change.won and change.old_stamp > at for change in merge.changes)
        unseen = state.device != turn.push.author.device and not self._has_seen(turn, state)
        return Verdict(edit.n, VerdictKind.MERGED) if lost or unseen else None

    def _loser(self, author: Author, change: Change, at: str) -> Loser:
        if not change.won:
            return Loser(change.field, change.new, at, author.person)
        device = device_from_stamp(change.old_stamp)
        known = self.replicas.get(device)
        person = "" if device == SERVER_DEVICE else known.person if known else self._lookup.person(device)
        return Loser(change.field, change.old, change.old_stamp, person)

    def _has_seen(self, turn: _Turn, state: State) -> bool:
        """Tell whether the author's device holds this state of the record."""
        teller = self.teller.get(state.id)
        if teller is not None:
            return teller == turn.index
        cursor = turn.push.cursors.get(state.bucket)
        epoch = self._heads.get(state.bucket, NO_HEAD).epoch
        return cursor is not None and cursor[0] == epoch and state.seq <= seq_of(cursor[1])

    def _record_history(self, author: Author, edit: Edit, at: str, state: State | None, merge: Merge) -> None:
        old = None
        if state is not None:
            old = encode_json(
                {
                    change.field: (change.old, change.old_stamp, change.won, change.concurrent)
                    for change in merge.changes
                }
            )
        self.history.append((edit.id, at, author.device, author.person, self._now, encode_json(edit.v), old))

    # Putting in place

    def _put(self, state: State, teller: int) -> None:
        if self._journal is not None and state.id not in self._journal:
            self._journal[state.id] = (self.states.get(state.id), state.id in self.dirty, self.teller.get(state.id))
        self.states[state.id] = state
        self.dirty[state.id] = None
        self.teller[state.id] = teller if self.teller.get(state.id, teller) == teller else NOBODY

    def _move(self, root: str, stored: Iterable[State], source: str, target: str, device: int) -> None:
        """Move an aggregate: its rows get new numbers in the new bucket, a marker stays in the old (SPEC R33)."""
        members = [self.states.setdefault(state.id, state).id for state in stored]
        members += self._created_by_root.get(root, [])
        home = self.states[root].home + 1
        for record_id in dict.fromkeys(members):
            state = self.states.get(record_id)
            if state is not None and state.kind != MOVED:
                moved = State(target, 0, state.id, state.kind, state.root, home, state.device, "", state.read_doc())
                self._put(moved, NOBODY)
        self._put(marker(source, root, home, device, self._now), NOBODY)
        self.removed.pop(moved_id(source, root), None)
        self.removed[moved_id(target, root)] = None
        self.dirty.pop(moved_id(target, root), None)


def _merge(entity: EntityType, doc: Doc | None, edit: Edit, at: str) -> Merge:
    if doc is None and entity.inside.isdisjoint(edit.v):
        # What merge_edit would return, without the list of changes from nothing: half of all edits make a record.
        return Merge(Doc(edit.v, {at: []} if edit.v else {}), [])
    return merge_edit(entity, doc, edit.v, at, edit.base if edit.at else None)


def _exceptional(verdicts: list[Verdict | None]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict is not None]

"""Applying: one edit, checked and merged into a draft."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from routebook_server.records.buckets import is_archive
from routebook_server.records.claims import refuse_move, refuse_never_his, require_claim
from routebook_server.records.conflicts import Conflicts
from routebook_server.records.custody import HELD_EDIT, Custody
from routebook_server.records.deciding import UNDECIDED, Decider
from routebook_server.records.doing import DONE_AT, set_right
from routebook_server.records.draft import NOBODY, Draft
from routebook_server.records.inside import judge_inside
from routebook_server.records.judging import Judge, Merged, is_gone
from routebook_server.records.lookup import Lookup, PastEdit
from routebook_server.records.place import Place, find_place, find_target, require_place
from routebook_server.records.prose import Prose
from routebook_server.records.push import SERVER_SUFFIX, Turn
from routebook_server.records.refusal import Refusal, RefusalError, refuse_beside, refuse_values
from routebook_server.records.sizes import Sizes
from routebook_server.records.stamping import Stamper
from routebook_server.records.state import State
from routebook_sync import base32
from routebook_sync.clock import SERVER_DEVICE
from routebook_sync.entities import ENTITY_TYPES, EntityType
from routebook_sync.messages import Edit, ProblemCode, Verdict, VerdictKind
from routebook_sync.record import Doc, is_deleted, merge_edit, unpack_stamps


class Applier:
    """Applies the edits of one batch."""

    def __init__(
        self,
        draft: Draft,
        lookup: Lookup,
        judge: Judge,
        *,
        conflicts: Conflicts,
        custody: Custody,
        decider: Decider,
        stamper: Stamper,
    ) -> None:
        self._draft = draft
        self._lookup = lookup
        self._judge = judge
        self._conflicts = conflicts
        self._custody = custody
        self._decider = decider
        self._prose = Prose(draft, lookup)
        self._sizes = Sizes()
        self._stamper = stamper

    def apply(self, turn: Turn, edit: Edit) -> Verdict | None:
        """Merge one edit into the draft and return its verdict, None for ``applied``; RefusalError if it may not be.

        Whatever is raised may leave something half done, which the caller takes back.
        """
        author = turn.push.author
        entity = ENTITY_TYPES.get(edit.kind)
        if entity is None:
            raise _refused(ProblemCode.UNKNOWN_KIND, f"There is no kind {edit.kind[:40]!r}.", "kind")
        state = self._draft.states.get(edit.id)
        if state is not None and (state.kind != edit.kind or state.root != edit.root):
            field = "kind" if state.kind != edit.kind else "root"
            raise _refused(ProblemCode.FOREIGN_ROOT, f"The record has another {field}.", field)
        doc = state.read_doc() if state is not None else None
        system = turn.is_system
        bucket, home = self._find_place(turn, entity, edit, state, doc)
        decided = UNDECIDED
        if edit.kind == HELD_EDIT and state is not None and not system:
            decided = self._decider.decide(turn, edit, state, self.apply)
            # What was applied may have moved the offer, with its customer.
            state = self._draft.states[edit.id]
            doc, bucket, home = state.read_doc(), state.bucket, state.home
        merged = self._merge(turn, entity, edit, doc)
        if decided.values:
            self._add_own(entity, merged, decided.values)
        target = self._find_target(turn, edit, doc, merged.doc, bucket)
        merged.unseen = state is not None and self._judge.is_changed(turn, state)
        verdict = self._judge.judge(turn, edit, state, merged)
        is_new = self._record(turn, edit.id, state, merged)
        met = verdict.losers if verdict is not None and is_new else []
        again = None if is_new else self.tell_again(turn, edit, merged.at)
        if again is not None and again.verdict is not VerdictKind.APPLIED:
            verdict = again
        if decided.losers:
            losers = decided.losers
            verdict = Verdict(edit.n, VerdictKind.CONFLICT, field=losers[0].field, losers=losers)
        if state is None:
            made = State(bucket, 0, edit.id, edit.kind, edit.root, home, author.device, b"", merged.doc)
            clean = verdict is None and home == 0 and self._holds_root(turn, edit)
            self._draft.create(made, turn.index if clean else NOBODY, is_awaited=True)
        elif merged.changed or is_archive(state.bucket) or (verdict is not None and self._judge.is_held(turn, state)):
            # Changed, or back from the archive; or not, but its author believes otherwise and read past it: a new
            # number brings it to him again.
            device = SERVER_DEVICE if merged.own else author.device if merged.changed else state.device
            changed = State(bucket, state.seq, edit.id, edit.kind, edit.root, home, device, b"", merged.doc)
            clean = verdict is None and self._judge.is_held(turn, state)
            self._draft.put(changed, turn.index if clean else NOBODY)
        elif verdict is not None and edit.id in self._draft.teller:
            self._draft.teller[edit.id] = NOBODY
        if met:
            self._conflicts.tell_others(turn, edit, met)
        if target != bucket:
            self._draft.move(edit.id, self._lookup.aggregate(edit.id), bucket, target, author.device)
        return verdict or again

    def _holds_root(self, turn: Turn, edit: Edit) -> bool:
        """Tell whether the author's device has read the root of what it made there, and so knows where that lives."""
        root = self._draft.states.get(edit.root)
        return root is None or edit.root == edit.id or self._judge.is_held(turn, root)

    def _find_place(self, turn: Turn, entity: EntityType, edit: Edit, state: State | None, doc: Doc | None) -> Place:
        """Return where the record lives; RefusalError where these values must not be written, or not by this author."""
        role, system, old = turn.push.author.role, turn.is_system, doc.v if doc is not None else None
        _require(refuse_values(entity, edit.v, role, is_new=old is None, system=system))
        # What is refused for what the record holds tells of that: nobody hears it before he may write there (G5).
        is_his = state is None or system or state.bucket in turn.buckets
        if is_his:
            _require(refuse_beside(entity, edit.v, old, role))
        bucket, home = find_place(entity, edit, state, self._draft.states)
        require_place(turn, edit, bucket, self._lookup, self._draft.states)
        if not is_his:  # Archived, of a customer that is his.
            _require(refuse_beside(entity, edit.v, old, role))
        return bucket, home

    def _find_target(self, turn: Turn, edit: Edit, old: Doc | None, new: Doc, bucket: str) -> str:
        """Return the bucket where the record belongs now; RefusalError where it, or this edit, is not for this author.

        Nor may it be that of who only decides on it, and its author's it never was.
        """
        target = find_target(ENTITY_TYPES[edit.kind], new, bucket)
        if target != bucket and not turn.is_system:
            _require(refuse_move(turn, target))
        if turn.claim is not None:
            places = bucket, target
            require_claim(turn.claim, edit, old, places, lookup=self._lookup, states=self._draft.states)
        return target

    def refuse_undecidable(self, turn: Turn, edits: Sequence[Edit]) -> tuple[Refusal, Edit] | None:
        """Return the first of a group's edits that can never be applied, as far as one can tell, and why.

        It was never its author's to write, or changes what was never made: whoever decides could only discard it.
        """
        made: set[str] = set()
        for edit in edits:
            refusal = refuse_never_his(turn, edit, self._lookup, self._draft.states)
            if refusal is None and edit.id not in made:
                refusal = self._refuse_unmade(turn, edit)
            if refusal is not None:
                return refusal, edit
            made.add(edit.id)
        return None

    def _refuse_unmade(self, turn: Turn, edit: Edit) -> Refusal | None:
        """Return why an edit cannot be the first of its record, None where it can or the record is awaited."""
        entity = ENTITY_TYPES.get(edit.kind)
        if entity is None or edit.id in self._draft.states or entity.required <= edit.v.keys():
            return None
        refusal = refuse_beside(entity, edit.v, None, turn.push.author.role)
        refusal = refusal and self._custody.reason(turn, refusal, edit)
        return None if refusal is None or refusal.held or refusal.code is not ProblemCode.MISSING_FIELD else refusal

    # Merging

    def _merge(self, turn: Turn, entity: EntityType, edit: Edit, doc: Doc | None) -> Merged:
        at, base, clamped = self._stamper.of(turn, edit, doc)
        values = edit.v
        if not DONE_AT.isdisjoint(values) and turn.suffix != SERVER_SUFFIX:
            values, ahead = set_right(values, self._draft.now_ms, turn.push.ahead_ms)
            clamped = clamped or ahead
        if values.keys().isdisjoint(entity.inside):
            if doc is None:
                # As merge_edit would, without the list of changes from nothing: half of all edits make a record.
                return Merged(at, values, Doc(values, {at: []} if values else {}), clamped)
        elif turn.suffix != SERVER_SUFFIX:
            values = judge_inside(
                entity,
                values,
                doc.v if doc is not None else {},
                suffix=turn.suffix,
                latest=self._stamper.latest,
                clamp=self._stamper.clamp_inside(turn, {edit.at: at}),
                waiting=lambda name, element: self._custody.last_stamps(turn, edit.id, name, element),
            )
            clamped = clamped or next((name for name, value in values.items() if value is not edit.v[name]), "")
        merge = merge_edit(entity, doc, values, at, base)
        merged = Merged(at, values, merge.doc, clamped, merge.changes, merge.changed, base)
        if doc is None:
            return merged
        merged.conflicts = merge.conflicts
        if merged.conflicts and edit.base:
            texts = self._prose.merge(turn, entity, edit, merged.conflicts)
            if texts:
                merged.texts = texts.keys()
                self._add_own(entity, merged, texts)
        if not values.keys().isdisjoint(entity.inside):
            self._sizes.require_room(entity, edit.id, values, doc, merged.doc)
        _require_whole(entity, values, doc, merged.doc)
        return merged

    def _add_own(self, entity: EntityType, merged: Merged, values: dict[str, Any]) -> None:
        """Put values of the server's own above what the edit made."""
        stamps = unpack_stamps(merged.doc)
        stamp = self._draft.stamp(max([merged.at, *(stamps.get(name, "") for name in values)]))
        merge = merge_edit(entity, merged.doc, values, stamp)
        merged.own = (*merged.own, (stamp, values, merge.changes))
        merged.conflicts = [change for change in merged.conflicts if change.field not in values]
        merged.doc = merge.doc

    def _record(self, turn: Turn, record_id: str, state: State | None, merged: Merged) -> bool:
        """Put what was merged into the history; tell whether that had not got the edit."""
        source = (record_id, merged.at, turn.push.author.device, turn.person)
        # What changes a deleted record may have done so before its body was dropped.
        is_news = merged.won and state is not None and not is_gone(state)
        is_new = state is None or is_news or not self._is_known(*source[:3], merged.values)
        if is_new:
            met, apart = None, False
            if state is not None:
                met = self._sizes.kept(
                    ENTITY_TYPES[state.kind], record_id, merged.values, state.read_doc(), merged.changes
                )
                apart = merged.unseen and self._judge.is_apart(turn, state, merged)
            self._draft.record(source, merged.values, met, merged.texts, turn.decided_by, base=merged.base, apart=apart)
        for stamp, values, changes in merged.own:
            self._draft.record((record_id, stamp, SERVER_DEVICE, ""), values, changes)
        return is_new

    def _is_known(self, record_id: str, at: str, device: int, values: Mapping[str, Any]) -> bool:
        """Tell whether the history has this edit.

        A device may send one again under another number: after it lost its memory, or where a late repetition of its
        request came to a restored server first.
        """
        return self._find_known(record_id, at, device, values) is not None

    def _find_known(self, record_id: str, at: str, device: int, values: Mapping[str, Any]) -> PastEdit | None:
        source = record_id, at, device, values
        return self._draft.find_edit(*source) or self._lookup.find_edit(*source)

    def tell_again(self, turn: Turn, edit: Edit, at: str) -> Verdict | None:
        """Return what was told of an edit under another number, or would have been; None for one that has not come."""
        told = self._lookup.verdict_on(turn.push.author.device, edit)
        if told is None:
            known = self._find_known(edit.id, at, turn.push.author.device, edit.v)
            if known is None:
                return None
            told = self._judge.judge_past(turn, edit, known) or Verdict(edit.n, VerdictKind.APPLIED)
        return msgspec.structs.replace(told, n=edit.n, known=True)

    def tell_all_again(self, turn: Turn, edits: Sequence[Edit]) -> list[Verdict]:
        """Return what was told of edits that were all applied under other numbers; nothing where one was not."""
        if not self.are_known(turn, edits):
            return []
        told = (self.tell_again(turn, edit, edit.at) for edit in edits)
        return [verdict for verdict in told if verdict is not None]

    def are_known(self, turn: Turn, edits: Sequence[Edit]) -> bool:
        """Tell whether all these edits were applied already, as they are."""
        device = base32.decode(turn.suffix)
        return all(
            (state := self._draft.states.get(edit.id)) is not None
            and (state.kind, state.root) == (edit.kind, edit.root)
            and self._is_known(edit.id, edit.at, device, edit.v)
            for edit in edits
        )


def _require_whole(entity: EntityType, values: dict[str, Any], old: Doc, new: Doc) -> None:
    """RefusalError where a record would come back from deletion without what it must have."""
    if "deleted" in values and is_deleted(old) and not is_deleted(new) and not entity.required <= new.v.keys():
        name = min(entity.required - new.v.keys())
        raise _refused(ProblemCode.MISSING_FIELD, f"A {entity.kind} that comes back needs {name}.", name)


def _require(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise RefusalError(refusal)


def _refused(code: ProblemCode, message: str, field: str) -> RefusalError:
    return RefusalError(Refusal(code, message, field))

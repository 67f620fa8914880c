"""Taking verdicts (SPEC R42): an edit leaves the outbox for the kept ones; what it did is confirmed or undone."""

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from routebook_sync.entities import EntityType
from routebook_sync.messages import Edit, ProblemCode, SyncReply, Verdict, VerdictKind
from routebook_sync.record import Doc, merge_edit
from routebook_sync.replica.kept import forget_oldest, keep_edit
from routebook_sync.replica.restamp import counted_before
from routebook_sync.replica.rows import Rows
from routebook_sync.replica.tables import NOWHERE, Attention, Kept, Schema, Sent, Shadow, Tables
from routebook_sync.replica.unanswered import forget_answered, were_unanswered
from routebook_sync.replica.writing import bucket_of

WANTS_A_HUMAN: Final = frozenset({VerdictKind.CONFLICT, VerdictKind.HELD, VerdictKind.REJECTED})
REMOVED: Final = "deleted"
"""The field of a verdict ``merged`` on an edit whose record, or its customer, somebody had removed meanwhile."""
REFUSED: Final = frozenset({VerdictKind.HELD, VerdictKind.REJECTED})
_WHOLE: Final = REFUSED | {VerdictKind.MERGED}
"""Verdicts that are one thing to look at for all edits of a group."""


class _Settling(msgspec.Struct):
    """A record while the verdicts on its edits are taken."""

    entity: EntityType
    confirmed: Doc | None
    """None while the server has nothing of it."""
    was_unknown: bool
    is_taken: bool = False
    is_remade: bool = False
    """Whether what shows is made anew: an edit was refused, or counts as its row says, not as it is."""

    def take(self, edit: Edit, verdict: VerdictKind, *, is_unanswered: bool) -> None:
        """Take the verdict on an edit; ``is_unanswered``: its row may have gone before it."""
        is_refused = verdict in REFUSED
        is_read = is_unanswered or (verdict is VerdictKind.REPAIRED and not self.was_unknown)
        self.is_taken = self.is_taken or not is_refused
        if is_refused or is_read:
            # The row that has been read since, or will be, says what became of it, which the edit alone does not.
            self.is_remade = True
        else:
            self.confirmed = merge_edit(self.entity, self.confirmed, edit.v, edit.at).doc


def take_verdicts(
    tables: Tables, rows: Rows, schema: Schema, reply: SyncReply, device: int, *, is_restored: bool
) -> None:
    """Take the verdicts of a reply; ``is_restored``: of a server that has gone back to a backup since the last."""
    pushed, now = reply.pushed, reply.now
    if pushed > tables.number("ack"):
        tables.meta.put("ack", pushed)
    notes = _Notes(tables, now)
    if is_restored:
        _take_other_ends(tables, notes, reply.verdicts, device)
    if min(tables.outbox, default=pushed + 1) > pushed:
        return
    verdict_by_number = {verdict.n: verdict for verdict in reply.verdicts}
    settling: dict[str, _Settling] = {}
    was_unanswered = were_unanswered(tables)
    group, goes_on = "", False
    for waiting in tables.waiting():
        edit = waiting.edit
        if edit.n > pushed:
            goes_on = edit.group == group
            break
        group = edit.group
        verdict = verdict_by_number.get(edit.n, Verdict(edit.n, VerdictKind.APPLIED))
        if _wants_a_human(verdict) and verdict.verdict != waiting.before:
            notes.note(edit, verdict)
        if waiting.before == "":
            tables.sent.put(tables.next_number("sent"), Sent(edit, verdict.verdict, now))
        record = _settling_of(tables, schema, settling, edit)
        before = record.confirmed.v if record is not None and record.confirmed is not None else {}
        # Of one that is sent again the record may say what stood after it, until the restored server's row is read.
        counted = waiting.counted or counted_before(schema.kinds.get(edit.kind), edit, before)
        keep_edit(tables, device, Kept(edit, verdict.verdict.value, counted, now))
        tables.outbox.drop(edit.n)
        if record is None:
            _let_go_unknown(tables, rows, edit.id, reply.grants)
        else:
            record.take(edit, verdict.verdict, is_unanswered=verdict.known or was_unanswered(edit))
    forget_answered(tables, pushed)
    notes.keep_open(group if goes_on else "")
    forget_oldest(tables, now)
    for record_id, record in settling.items():
        _settle(tables, rows, record_id, record, reply.grants)


def _take_other_ends(tables: Tables, notes: "_Notes", verdicts: Sequence[Verdict], device: int) -> None:
    """Take another end of edits that had left the outbox: a late repetition was met by a restored server (SPEC R48).

    The device does not offer these again, and what it holds is read anew: all that is left is to tell.
    """
    for verdict in verdicts:
        kept = tables.kept.get((device, verdict.n))
        if kept is None or kept.verdict == verdict.verdict.value:
            continue
        if _wants_a_human(verdict):
            notes.note(kept.edit, verdict)
        tables.kept.put((device, verdict.n), msgspec.structs.replace(kept, verdict=verdict.verdict.value))


def overlay(entity: EntityType, confirmed: Doc | None, edits: Sequence[Edit]) -> Doc | None:
    """Return the confirmed state with edits over it; None if there is neither."""
    for edit in edits:
        confirmed = merge_edit(entity, confirmed, edit.v, edit.at).doc
    return confirmed


def _let_go_unknown(tables: Tables, rows: Rows, record_id: str, grants: Collection[str]) -> None:
    """End what the last edit kept of a record that is not shown: of a kind, mostly, that this version does not know.

    A newer version may have let it outstay its bucket (SPEC R57).
    """
    if tables.unsent_of(record_id):
        return
    tables.shadow.drop(record_id)
    held = tables.row.get(record_id)
    if held is not None and held.bucket not in grants:
        rows.drop(record_id)


def _settling_of(tables: Tables, schema: Schema, settling: dict[str, _Settling], edit: Edit) -> _Settling | None:
    """Return where a record's verdicts are gathered; None for one that the device does not show."""
    entity, shadow = schema.kinds.get(edit.kind), tables.shadow.get(edit.id)
    if edit.id not in settling and entity is not None and shadow is not None:
        settling[edit.id] = _Settling(entity, shadow.doc, was_unknown=shadow.doc is None)
    return settling.get(edit.id)


def _settle(tables: Tables, rows: Rows, record_id: str, record: _Settling, grants: Collection[str]) -> None:
    """Show the confirmed state with the edits that still wait; without any, the shadow goes."""
    waiting, confirmed = tables.unsent_of(record_id), record.confirmed
    if not waiting:
        tables.shadow.drop(record_id)
    elif record.is_taken:
        tables.shadow.put(record_id, Shadow(record.entity.kind, confirmed))
    held = tables.row.get(record_id)
    if held is None:
        return
    is_anew = False
    if record.was_unknown and record.is_taken and confirmed is not None:
        # The server has just made it from these edits alone: it lives where its root does now, and what showed of it
        # before is gone there, its moves too. Where the server knows of moves, the row follows (SPEC R53).
        is_anew = held.bucket == NOWHERE
        bucket = bucket_of(tables, held.kind, held.root, confirmed.v)
        if is_anew or (bucket != held.bucket and bucket in grants):
            held = msgspec.structs.replace(held, bucket=bucket, home=0)
    reading = tables.cursor.get(held.bucket)
    if reading is not None and reading.sweep and reading.round != held.round:
        # Nor is a home revision of a life before believed: the row that follows says how often it moved.
        held = msgspec.structs.replace(held, home=0)
    # A refusal does not say whether the server still has the record.
    met = rows.confirmed(record_id, held, confirmed) if record.is_taken and confirmed is not None else held
    if not waiting and held.bucket not in grants:
        # What outstayed its bucket because an edit of it waited goes with the last one (SPEC R57).
        rows.drop(record_id)
    elif not record.is_remade and not is_anew:
        rows.put(record_id, met)
    elif (visible := overlay(record.entity, confirmed, waiting)) is None:
        rows.drop(record_id)
    else:
        rows.put(record_id, msgspec.structs.replace(met, doc=visible))


def _wants_a_human(verdict: Verdict) -> bool:
    is_removed = verdict.verdict is VerdictKind.MERGED and verdict.field == REMOVED
    return verdict.verdict in WANTS_A_HUMAN or is_removed


class _Notes:
    """Writes down what a human has to look at; a refused group is one thing, and so is what follows a creation."""

    def __init__(self, tables: Tables, now: int) -> None:
        self._tables = tables
        self._now = now
        self._entry_by_group: dict[str, int] = dict(tables.meta.get("group") or {})
        """By verdict and group; at first, of the group that goes on after the last reply."""

    def note(self, edit: Edit, verdict: Verdict) -> None:
        """Write down a verdict."""
        tables = self._tables
        more: tuple[Edit, ...] = ()
        if verdict.verdict is VerdictKind.CONFLICT and edit.kind == "held_edit":
            found = self._applied_by(edit)
            if found is None:
                return
            edit, more = found, (edit,)
        # A part of a group that met a removed record stands apart from one that was refused.
        group = f"{verdict.verdict.value} {edit.group}" if verdict.verdict in _WHOLE and edit.group else ""
        entry = self._entry_by_group.get(group)
        if entry is None or entry not in tables.attention:
            entry = self._entry_of_creation(edit, verdict)
        if entry is None:
            field = verdict.field or next((loser.field for loser in verdict.losers), "")
            about = self._name_of(edit.root)
            entry = tables.next_number("attention")
            tables.attention.put(
                entry,
                Attention(verdict.verdict, verdict.code, field, edit, verdict.losers, self._now, more, about),
            )
        else:
            noted = tables.attention[entry]
            tables.attention.put(entry, msgspec.structs.replace(noted, more=(*noted.more, edit)))
        if group:
            self._entry_by_group[group] = entry

    def keep_open(self, group: str) -> None:
        """Remember the entries of the group whose verdicts go on in the next reply, "" for none (SPEC R56)."""
        going_on = {key: entry for key, entry in self._entry_by_group.items() if group and key.endswith(f" {group}")}
        if going_on or "group" in self._tables.meta:
            self._tables.meta.put("group", going_on)

    def _name_of(self, root: str) -> str:
        """Return what a customer is called here, "" for other roots."""
        customer = self._tables.row.get(root)
        name = customer.doc.v.get("name") if customer is not None and customer.kind == "customer" else None
        return name if isinstance(name, str) else ""

    def _applied_by(self, decision: Edit) -> Edit | None:
        """Return what a decision applied to its target, None where the device has not got the offer (SPEC R49).

        Of the target the page may not have come yet: then the offer says what it is.
        """
        shadow = self._tables.shadow.get(decision.id) or self._tables.row.get(decision.id)
        said = shadow.doc.v if shadow is not None and shadow.doc is not None else {}
        target, values = self._tables.row.get(said.get("target", "")), said.get("values")
        root = target.root if target is not None else said.get("customer")
        if root is None or values is None:
            return None
        changes = {"kind": said["target_kind"], "id": said["target"], "root": root, "v": values}
        return msgspec.structs.replace(decision, **changes, base={}, group="")

    def _entry_of_creation(self, edit: Edit, verdict: Verdict) -> int | None:
        """Return the entry of the refused creation that an edit could only follow, None for any other (SPEC R44)."""
        shadow = self._tables.shadow.get(edit.id)
        if verdict.code == ProblemCode.MISSING_ROOT:
            name = edit.id if verdict.field == "id" else edit.root
        elif verdict.code == ProblemCode.MISSING_FIELD and (shadow is None or shadow.doc is None):
            name = edit.id
        else:
            return None
        entries = [
            number
            for number, noted in self._tables.attention.items()
            if noted.verdict in REFUSED and name in {noted.edit.id, *(part.id for part in noted.more)}
        ]
        return max(entries, default=None)

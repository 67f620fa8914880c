"""Applying a reply: verdicts, rows, markers, revocations and cursors, in one transaction (SPEC R33, R42, R55, R57)."""

from collections.abc import Mapping, Sequence
from typing import Final

from routebook_sync.entities import EntityType
from routebook_sync.messages import MOVED, ControlKind, Edit, Row, SyncReply, Verdict, VerdictKind
from routebook_sync.record import Doc, merge_edit
from routebook_sync.replica.tables import NOWHERE, Attention, Held, Reading, Schema, Sent, Shadow, Tables

WANTS_A_HUMAN: Final = frozenset({VerdictKind.CONFLICT, VerdictKind.HELD, VerdictKind.REJECTED})
REFUSED: Final = frozenset({VerdictKind.HELD, VerdictKind.REJECTED})


def apply_reply(tables: Tables, schema: Schema, reply: SyncReply, offset: int) -> None:
    """Store what a reply brought; runs inside the caller's transaction. ``offset``: the clock's new one (SPEC R5)."""
    _Applying(tables, schema, reply).run()
    tables.meta.put("offset", offset)
    tables.meta.put("contact", reply.now)
    tables.meta.put("grants", reply.grants)
    tables.meta.put("view", reply.view)


class _Applying:
    def __init__(self, tables: Tables, schema: Schema, reply: SyncReply) -> None:
        self._tables = tables
        self._schema = schema
        self._reply = reply
        self._took = False
        """Whether edits left the outbox."""

    def run(self) -> None:
        self._take_verdicts()
        waiting = {edit.id for edit in self._tables.outbox.values()}
        moved: dict[str, int] = {}
        for bucket, rows in self._reply.rows.items():
            if self._is_stale(bucket):
                continue
            for row in rows:
                if row.k == MOVED:
                    moved[row.r] = max(row.h, moved.get(row.r, 0))
                else:
                    self._store_row(bucket, row, waiting)
        self._drop_moved(moved)
        self._drop_revoked()
        self._store_cursors()

    def _is_stale(self, bucket: str) -> bool:
        """Tell whether the device has read further in this bucket already: the reply was overtaken (SPEC R54)."""
        if self._is_reset(bucket):
            return False
        held = self._tables.cursor.get(bucket)
        cursor = self._reply.cursors.get(bucket)
        return held is not None and cursor is not None and cursor[0] == held.epoch and cursor[1] < held.seq

    def _is_reset(self, bucket: str) -> bool:
        return any(asked.control == ControlKind.RESET and asked.bucket == bucket for asked in self._reply.control)

    # Verdicts

    def _take_verdicts(self) -> None:
        tables, pushed = self._tables, self._reply.pushed
        verdict_by_number = {verdict.n: verdict for verdict in self._reply.verdicts}
        taken = [edit for edit in tables.unsent() if edit.n <= pushed]
        ids: dict[str, EntityType | None] = {}
        refused = set()
        for edit in taken:
            tables.outbox.drop(edit.n)
            verdict = verdict_by_number.get(edit.n, Verdict(edit.n, VerdictKind.APPLIED))
            self._note(edit, verdict)
            ids[edit.id] = entity = self._schema.kinds.get(edit.kind)
            if verdict.verdict in REFUSED:
                refused.add(edit.id)
            elif entity is not None:
                self._confirm(entity, edit)
        for record_id, entity in ids.items():
            self._settle(entity, record_id, is_refused=record_id in refused)
        if pushed > (tables.meta.get("ack") or 0):
            tables.meta.put("ack", pushed)
        self._took = bool(taken)

    def _confirm(self, entity: EntityType, edit: Edit) -> None:
        """Fold a taken edit into the confirmed state."""
        shadow = self._tables.shadow.get(edit.id)
        if shadow is not None:
            doc = merge_edit(entity, shadow.doc, edit.v, edit.at).doc
            self._tables.shadow.put(edit.id, Shadow(shadow.kind, doc))

    def _note(self, edit: Edit, verdict: Verdict) -> None:
        tables, now = self._tables, self._reply.now
        tables.sent.put(edit.n, Sent(edit, verdict.verdict, now))
        if verdict.verdict in WANTS_A_HUMAN:
            field = verdict.field or next((loser.field for loser in verdict.losers), "")
            number = (tables.meta.get("attention") or 0) + 1
            tables.meta.put("attention", number)
            tables.attention.put(number, Attention(verdict.verdict, verdict.code, field, edit, verdict.losers, now))

    def _settle(self, entity: EntityType | None, record_id: str, *, is_refused: bool) -> None:
        """Show the confirmed state with the edits still waiting; without any, the shadow goes."""
        tables = self._tables
        shadow = tables.shadow.get(record_id)
        if shadow is None:
            return
        waiting = tables.unsent_of(record_id)
        held = tables.row.get(record_id)
        if is_refused and held is not None and entity is not None:
            doc = _overlay(entity, shadow.doc, waiting)
            if doc is None:
                tables.row.drop(record_id)
            else:
                tables.row.put(record_id, Held(held.kind, held.root, held.bucket, held.home, doc))
        if not waiting:
            tables.shadow.drop(record_id)

    # Rows

    def _store_row(self, bucket: str, row: Row, waiting: set[str]) -> None:
        """Make a row the confirmed state of its record, under the edits that still wait."""
        entity = self._schema.kinds.get(row.k)
        if entity is None:
            return  # of a newer schema; read again after the upgrade
        tables = self._tables
        held = tables.row.get(row.i)
        # The aggregate has moved on already: a page of its old bucket came late (SPEC R33).
        if held is not None and held.home > row.h and held.bucket != NOWHERE:
            return
        doc = row.doc
        if row.i in waiting:
            tables.shadow.put(row.i, Shadow(row.k, doc))
            doc = _overlay(entity, doc, tables.unsent_of(row.i)) or doc
        tables.row.put(row.i, Held(row.k, row.r, bucket, row.h, doc))

    def _drop_moved(self, home_by_root: Mapping[str, int]) -> None:
        """Let go of aggregates that left a bucket, unless a newer home revision is held already (SPEC R33)."""
        unsent = {edit.id for edit in self._tables.outbox.values()}
        for record_id, held in self._tables.row.items():
            if home_by_root.get(held.root, -1) <= held.home:
                continue
            if record_id in unsent:
                self._tables.row.put(record_id, Held(held.kind, held.root, NOWHERE, held.home, held.doc))
            else:
                self._tables.row.drop(record_id)

    def _drop_revoked(self) -> None:
        """Let go of what is no longer granted, edits not yet sent excepted (SPEC R57)."""
        tables, grants = self._tables, set(self._reply.grants)
        revoked = [bucket for bucket in tables.cursor if bucket not in grants]
        # Rows that outstayed their bucket because an edit of them waited go once it has its verdict.
        if not revoked and not self._took:
            return
        unsent = {edit.id for edit in tables.outbox.values()}
        for record_id, held in tables.row.items():
            if held.bucket not in grants and record_id not in unsent:
                tables.row.drop(record_id)
        for bucket in revoked:
            tables.cursor.drop(bucket)

    # Cursors

    def _store_cursors(self) -> None:
        complete = set(self._reply.complete)
        for bucket, (epoch, seq) in self._reply.cursors.items():
            if self._is_stale(bucket):
                continue
            held = self._tables.cursor.get(bucket)
            was_complete = held is not None and held.complete
            self._tables.cursor.put(bucket, Reading(epoch, seq, was_complete or bucket in complete))


def _overlay(entity: EntityType, confirmed: Doc | None, edits: Sequence[Edit]) -> Doc | None:
    """Return the confirmed state with edits over it; None if there is neither."""
    for edit in edits:
        confirmed = merge_edit(entity, confirmed, edit.v, edit.at).doc
    return confirmed

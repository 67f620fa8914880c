"""Applying a reply in one transaction: verdicts, rows, markers, repairs, revocations and cursors.

SPEC R33, R38, R42, R55, R57, R58, R64.
"""

from collections.abc import Callable, Mapping

import msgspec

from routebook_sync.checksum import partition_of
from routebook_sync.messages import ARCHIVED, MOVED, ControlKind, Row, SyncReply
from routebook_sync.replica.attention import awaits_room, forget_others
from routebook_sync.replica.checks import Checks
from routebook_sync.replica.cursors import Asked, Readings
from routebook_sync.replica.exchanged import sure_up_to
from routebook_sync.replica.kept import forget_covered
from routebook_sync.replica.numbering import offer_again, offer_former
from routebook_sync.replica.rows import Rows
from routebook_sync.replica.tables import NOWHERE, Account, Held, Reading, Schema, Shadow, Tables
from routebook_sync.replica.unanswered import note_unanswered
from routebook_sync.replica.verdicts import overlay, take_verdicts
from routebook_sync.replica.writing import settle_stamp


class Applying:
    """One reply being applied; ``run`` it inside a transaction."""

    def __init__(
        self, tables: Tables, schema: Schema, account: Account, reply: SyncReply, checks: Checks, *, asked: Asked
    ) -> None:
        self._tables = tables
        self._schema = schema
        self._person = account.person
        self._device = account.device
        self._reply = reply
        self._checks = checks
        self._rows = Rows(tables, schema)
        self._readings = Readings(tables, reply, asked)
        self._unanswered = asked.unanswered

    def run(self, offset: int) -> None:
        """Store what the reply brought; ``offset`` is the clock's new one (SPEC R5)."""
        tables, reply = self._tables, self._reply
        self._offer_again()
        is_restored = self._readings.is_restored
        note_unanswered(tables, self._unanswered, is_restored=is_restored)
        take_verdicts(tables, self._rows, self._schema, reply, self._device, is_restored=is_restored)
        # After the verdicts: one may be given again, for a record that has left since. The page has what has not.
        self._readings.begin()
        self._checks.note_resets(self._readings.resets)
        forget_covered(tables, self._device, reply.covered)
        self._store_rows()
        self._drop_unrepaired()
        for bucket, number in self._readings.finished():
            self._sweep(bucket, number)
        self._drop_revoked()
        self._doubt_unplaced()
        self._readings.save(is_waiting=self._is_any_waiting)
        if reply.pushed >= tables.number("ack"):  # else it sums up less than what later verdicts have confirmed here
            self._checks.compare(reply, self._readings.is_stale)
        for name, value in (
            ("offset", offset), ("contact", reply.now), ("latest", reply.now), ("lease", reply.lease),
            ("grants", reply.grants),
        ):  # fmt: skip
            tables.meta.put(name, value)
        if reply.view and self._readings.is_in_view:
            tables.meta.put("view", reply.view)
        forget_others(tables, self._schema, self._person)
        if not reply.more:
            settle_stamp(tables, reply.now)
        if self._is_wiping:
            tables.meta.put("wiping", 1)

    def _offer_again(self) -> None:
        """Find out that a restored server has less of this device than it once acknowledged (SPEC R48)."""
        tables, pushed = self._tables, self._reply.pushed
        is_restored = self._readings.is_restored
        if not is_restored and not self._is_wiping:
            return  # fewer edits than acknowledged would be those of an overtaken reply
        if sure_up_to(tables, self._device, pushed) < tables.number("ack"):
            offer_again(tables, self._schema, self._device, pushed)
        if is_restored:
            offer_former(tables, self._schema, self._device, pushed, self._reply.former)

    @property
    def _is_any_waiting(self) -> bool:
        """Whether edits wait, or may be sent again once custody has room."""
        return any(self._tables.outbox) or awaits_room(self._tables)

    @property
    def _is_wiping(self) -> bool:
        """Whether the device is to be wiped: it is granted nothing then that could tell of a restore (SPEC R58)."""
        return any(asked.control == ControlKind.WIPE for asked in self._reply.control)

    # Rows

    def _store_rows(self) -> None:
        moved: dict[str, int] = {}
        waiting = self._tables.unsent_ids()
        for bucket, rows in self._reply.rows.items():
            if self._readings.is_stale(bucket):
                continue
            archived: set[str] = set()
            for row in rows:
                if row.k == MOVED:
                    moved[row.r] = max(row.h, moved.get(row.r, 0))
                elif row.k == ARCHIVED:
                    archived.update(row.v["ids"])
                else:
                    archived.discard(row.i)
                    self._store_row(bucket, row, waiting)
            self._drop_archived(bucket, archived)
        self._drop_moved(moved)

    def _store_row(self, bucket: str, row: Row, waiting: set[str]) -> None:
        """Make a row the confirmed state of its record, under the edits that still wait."""
        tables = self._tables
        held = tables.row.get(row.i)
        if held is not None and bucket not in self._reply.repair and self._has_moved_on(held, row):
            return
        doc = row.doc
        taken = self._rows.confirmed(row.i, Held(row.k, row.r, bucket, row.h, doc), doc)
        entity = self._schema.kinds.get(row.k)
        if entity is not None and row.i in waiting:
            tables.shadow.put(row.i, Shadow(row.k, doc))
            visible = overlay(entity, doc, tables.unsent_of(row.i)) or doc
            taken = msgspec.structs.replace(taken, doc=visible)
        self._rows.put(row.i, taken)

    def _drop_archived(self, bucket: str, ids: set[str]) -> None:
        """Let go of records that left a bucket for its archive, edits not yet sent excepted (SPEC R39)."""
        if ids:
            self._rows.drop_where(lambda record_id, held: record_id in ids and held.bucket == bucket)

    def _has_moved_on(self, held: Held, row: Row) -> bool:
        """Tell whether a page of the aggregate's old bucket came late (SPEC R33).

        Not where the bucket that it is held in is granted no more, or is read anew and has not brought it again: a
        restored server may know nothing of the move (R32).
        """
        if held.home <= row.h or held.bucket not in self._reply.grants:
            return False
        reading = self._tables.cursor.get(held.bucket)
        return reading is None or not reading.sweep or reading.round == held.round

    def _drop_moved(self, home_by_root: Mapping[str, int]) -> None:
        """Let go of aggregates that left a bucket, unless a newer home revision is held already (SPEC R33)."""
        if home_by_root:
            self._rows.drop_where(lambda _id, held: home_by_root.get(held.root, -1) > held.home)

    def _drop_revoked(self) -> None:
        """Let go of what is no longer granted, edits not yet sent excepted (SPEC R57).

        As long as any wait, or may be sent again once custody has room, the cursor stays, at 0: it says that what they
        change was in the author's hands.
        """
        grants = set(self._reply.grants)
        revoked = [bucket for bucket in self._tables.cursor if bucket not in grants]
        if revoked:
            self._rows.drop_where(lambda _id, held: held.bucket not in grants)
        is_waiting = self._is_any_waiting
        for bucket in revoked:
            reading = self._tables.cursor.get(bucket)
            if is_waiting and reading is not None:
                self._tables.cursor.put(bucket, Reading(epoch=reading.epoch, round=reading.round))
            else:
                self._tables.cursor.drop(bucket)

    def _doubt_unplaced(self) -> None:
        """What an unsent edit keeps where nothing is granted, a restored server may not have (SPEC R32, R57)."""
        if not self._readings.is_restored:
            return
        for record_id, shadow in list(self._tables.shadow.items()):
            held = self._tables.row.get(record_id)
            if held is not None and held.bucket == NOWHERE and shadow.doc is not None:
                self._tables.shadow.put(record_id, Shadow(shadow.kind, None))

    # What the server does not have

    def _sweep(self, bucket: str, number: int) -> None:
        """Let go of what was not met while the bucket was read again (SPEC R38)."""
        self._drop_absent(lambda _id, held: held.bucket == bucket and held.round != number)

    def _drop_unrepaired(self) -> None:
        """Of a repaired partition the reply has every row that there is (SPEC R64)."""
        for bucket, partitions in self._reply.repair.items():
            if self._readings.is_stale(bucket):
                continue
            met = {row.i for row in self._reply.rows.get(bucket, ())}
            self._drop_absent(_unrepaired(bucket, set(partitions), met))
            self._tables.meta.put("repairs", self._tables.number("repairs") + len(partitions))

    def _drop_absent(self, is_meant: Callable[[str, Held], bool]) -> None:
        """Let go of confirmed rows that the server does not have; below an unsent edit nothing is confirmed then."""
        unsent = self._tables.unsent_ids()
        dropped = self._rows.drop_where(
            lambda record_id, held: is_meant(record_id, held) and (held.sum is not None or record_id not in unsent)
        )
        for record_id in dropped:
            self._tables.shadow.put(record_id, Shadow(self._tables.row[record_id].kind, None))


def _unrepaired(bucket: str, partitions: set[int], met: set[str]) -> Callable[[str, Held], bool]:
    """Return what tells which rows of repaired partitions the reply does not have."""
    return lambda record_id, held: (
        held.bucket == bucket and record_id not in met and partition_of(record_id) in partitions
    )

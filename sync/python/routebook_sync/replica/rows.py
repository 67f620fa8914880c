"""Rows: one door for everything that puts a record into its table or takes it out, and keeps the sums of its bucket."""

from collections.abc import Callable

import msgspec

from routebook_sync.checksum import MODULUS
from routebook_sync.record import Doc
from routebook_sync.replica.tables import NOWHERE, Held, Schema, Tables


class Rows:
    """Writes rows within one transaction."""

    def __init__(self, tables: Tables, schema: Schema) -> None:
        self._tables = tables
        self._schema = schema

    def put(self, record_id: str, row: Held) -> None:
        """Store a record as it is now."""
        before = self._tables.row.get(record_id)
        if before is not None:
            self._count(before.bucket, before.sum, -1)
        self._count(row.bucket, row.sum, 1)
        self._tables.row.put(record_id, row)

    def drop(self, record_id: str) -> None:
        """Take a record out."""
        before = self._tables.row.get(record_id)
        if before is not None:
            self._count(before.bucket, before.sum, -1)
            self._tables.row.drop(record_id)

    def drop_where(self, is_meant: Callable[[str, Held], bool]) -> list[str]:
        """Take out what is meant. Where an edit of it waits it is still shown, and lives nowhere; return these ids.

        What this version of the app does not know is not shown; it comes back with the row that follows the edit.
        """
        unsent, kept = self._tables.unsent_ids(), []
        for record_id, held in self._tables.row.items():
            if not is_meant(record_id, held):
                continue
            if record_id in unsent and held.kind in self._schema.kinds:
                self.put(record_id, msgspec.structs.replace(held, bucket=NOWHERE, sum=None, round=0))
                kept.append(record_id)
            else:
                self.drop(record_id)
        return kept

    def confirmed(self, record_id: str, row: Held, state: Doc) -> Held:
        """Return ``row`` with ``state`` for its confirmed one, met just now."""
        reading = self._tables.cursor.get(row.bucket)
        return msgspec.structs.replace(
            row,
            sum=self._schema.checksum(row.kind, record_id, row.home, state),
            round=reading.round if reading is not None else 0,
        )

    def _count(self, bucket: str, row_sum: int | None, times: int) -> None:
        if row_sum is None:
            return
        checksum, rows = self._tables.total.get(bucket, (0, 0))
        self._tables.total.put(bucket, ((checksum + times * row_sum) % MODULUS, rows + times))

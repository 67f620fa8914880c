"""Checking that the device holds what the server does (SPEC R60-R64).

The running sum of a bucket is compared with the server's whenever a reply names it. Where they differ, the rows'
checksums are computed again from their documents, and the next request tells that of each partition.
"""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from routebook_sync.checksum import MODULUS, partition_of, text_from_sums
from routebook_sync.messages import MAX_CHECKED, PARTITIONS, ControlKind, SyncReply
from routebook_sync.replica.tables import Schema, Tables

AUDIT_EVERY_MS: Final = 24 * 3_600_000
"""Between two audits of everything: a document that the disk has spoilt changes no sum by itself."""


class Checks:
    """Recomputes checksums and says what each partition's is. Nothing of it has to survive a crash."""

    def __init__(self, tables: Tables, schema: Schema) -> None:
        self._tables = tables
        self._schema = schema
        self._told: set[str] = set()
        """The buckets of which the last request told the partitions."""
        self._mended: dict[str, set[int]] = {}
        """The partitions that have been mended since a bucket was found to differ."""
        self._reread: set[str] = set()
        """The buckets that differed so much that they are read again."""
        self._left: set[str] = set()
        """The buckets that are left as they are while others are still to be settled."""
        self.is_unsettled = False
        """Whether a bucket differed while more was to come: the next request asks for every checksum (SPEC R63)."""

    @property
    def is_ready(self) -> bool:
        """Whether the next request has something to tell."""
        return bool(self._suspects())

    def tell(self) -> dict[str, str]:
        """Return the checksums of the partitions of buckets that differ, as many as one request tells.

        Writes down what was wrong. The others come once these are settled.
        """
        told = sorted(self._suspects())[:MAX_CHECKED]
        self._told = set(told)
        return {bucket: text_from_sums(self._partitions(bucket)) for bucket in told}

    def note_resets(self, buckets: Iterable[str]) -> None:
        """Note which of the buckets that were told are read again as a whole instead."""
        self._reread |= self._told.intersection(buckets)

    def compare(self, reply: SyncReply, is_stale: Callable[[str], bool]) -> None:
        """Compare the sums that a reply names, once everything of it is stored; an overtaken one says nothing.

        Nor does a difference while more is to come, or while another bucket has been read on: what moved meanwhile is
        held where it was until it is met, or where it went already.
        """
        # Another schema may take a field for a register that is a set (SPEC R62).
        is_comparable = all(asked.control != ControlKind.UPGRADE for asked in reply.control)
        is_moving = reply.more or any(is_stale(bucket) for bucket in reply.cursors)
        self.is_unsettled = self.is_unsettled and is_moving
        for bucket in reply.complete:
            if is_stale(bucket):
                continue
            told = reply.sums.get(bucket) if is_comparable else None
            if told is not None:
                is_equal = self._tables.total.get(bucket, (0, 0)) == tuple(told)
                if is_moving and not is_equal:
                    self.is_unsettled = True
                else:
                    self._mark(bucket, is_settled=is_equal or self._is_hopeless(bucket, reply))
            elif bucket in self._told:
                self._mark(bucket, is_settled=True)
        if not self._suspects():
            self._left.clear()

    def patrol(self, now_ms: int) -> bool:
        """Audit everything if that is due, and tell whether a row was wrong; runs inside the caller's transaction."""
        if now_ms - self._tables.number("audited") < AUDIT_EVERY_MS:
            return False
        self._tables.meta.put("audited", now_ms)
        wrong = [self._audit(bucket) for bucket in self._tables.cursor]
        return any(wrong)

    def _suspects(self) -> list[str]:
        return [bucket for bucket, reading in self._tables.cursor.items() if reading.suspect]

    def _is_hopeless(self, bucket: str, reply: SyncReply) -> bool:
        """Tell whether asking at once would mend nothing.

        What was told is not bad, or what was mended or read again as a whole is bad all the same.
        """
        if bucket in self._left:
            return True
        is_hopeless = bucket in self._reread or self._is_bad_again(bucket, reply)
        if is_hopeless:
            self._left.add(bucket)
        return is_hopeless

    def _is_bad_again(self, bucket: str, reply: SyncReply) -> bool:
        if bucket not in self._told:
            return False
        mended, repaired = self._mended.setdefault(bucket, set()), reply.repair.get(bucket, [])
        if not repaired and reply.repair:
            return False  # There was no room for any of it beside what was repaired of others: it is told again.
        is_hopeless = not repaired or not mended.isdisjoint(repaired)
        mended.update(repaired)
        return is_hopeless

    def _mark(self, bucket: str, *, is_settled: bool) -> None:
        reading = self._tables.cursor.get(bucket)
        if reading is not None and reading.suspect == is_settled:
            self._tables.cursor.put(bucket, msgspec.structs.replace(reading, suspect=not is_settled))
        if is_settled:
            self._mended.pop(bucket, None)
            self._reread.discard(bucket)

    def _audit(self, bucket: str) -> bool:
        """Compute the checksums of a bucket's rows again, and their sum; tell whether anything was wrong."""
        wrong = False
        for record_id, held in self._tables.row.items():
            if held.bucket != bucket:
                continue
            doc = self._tables.confirmed(record_id, held)
            true = None if doc is None else self._schema.checksum(held.kind, record_id, held.home, doc)
            if true != held.sum:
                wrong = True
                self._tables.row.put(record_id, msgspec.structs.replace(held, sum=true))
        sums, rows = self._sums(bucket)
        total = (sum(sums) % MODULUS, rows)
        if total != self._tables.total.get(bucket, (0, 0)):
            wrong = True
            self._tables.total.put(bucket, total)
        return wrong

    def _partitions(self, bucket: str) -> list[int]:
        """Return the true checksum of each partition; the running sum is set right by the way."""
        self._audit(bucket)
        return self._sums(bucket)[0]

    def _sums(self, bucket: str) -> tuple[list[int], int]:
        """Return the sum of each partition, by what the rows say, and how many rows there are."""
        sums, rows = [0] * PARTITIONS, 0
        for record_id, held in self._tables.row.items():
            if held.bucket == bucket and held.sum is not None:
                part = partition_of(record_id)
                sums[part] = (sums[part] + held.sum) % MODULUS
                rows += 1
        return sums, rows

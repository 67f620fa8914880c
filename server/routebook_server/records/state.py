"""State: one record as the write path holds it in memory between reading and writing."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import msgspec

from routebook_sync.checksum import row_checksum
from routebook_sync.clock import SERVER_DEVICE, Clock, stamp_from_clock
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.messages import ARCHIVED, MOVED, Row
from routebook_sync.record import Doc
from routebook_sync.shown import open_record

encode_json: Final = msgspec.json.Encoder().encode
"""Returns a value as JSON, in the bytes in which the database takes it: as text it would be coded twice more."""
_DECODER: Final = msgspec.json.Decoder(Doc)

Stored: TypeAlias = tuple[str, int, str, str, str, int, int, bytes, bytes | None, int, int]
"""A row of ``record``, in the order of its columns; its JSON as bytes."""


class State(msgspec.Struct, gc=False):
    """A record and where it stands. Never changed in place: an edit makes a new one."""

    bucket: str
    seq: int
    """0 for a record that is not stored yet."""
    id: str
    kind: str
    root: str
    home: int
    device: int
    text: bytes
    """The stored JSON; b"" once ``doc`` is newer."""
    doc: Doc | None = None

    def read_doc(self) -> Doc:
        """Return the record's state, decoded at most once."""
        if self.doc is None:
            self.doc = _DECODER.decode(self.text)
        return self.doc

    def stored(self, seq: int) -> Stored:
        """Return the row to store under the sequence number ``seq``, with its checksums."""
        bucket, record_id, kind, root, home = self.bucket, self.id, self.kind, self.root, self.home
        doc = self.read_doc()
        if kind == MOVED:
            left = record_id.rpartition(":")[2]
            text = encode_json(Row(MOVED, left, left, home, s=doc.s))
            return (bucket, seq, record_id, kind, root, home, self.device, text, None, 0, 0)
        text = encode_json(Row(kind, record_id, root, home, doc.v, doc.s))
        if kind == ARCHIVED:
            text = encode_json(Row(ARCHIVED, doc.v["ids"][0], "", home, doc.v, doc.s))
            return (bucket, seq, record_id, kind, root, home, self.device, text, None, 0, 0)
        entity = ENTITY_TYPES.get(kind)
        full = row_checksum(entity, record_id, home, doc)
        shown = open_record(kind, doc)
        if shown is doc:
            return (bucket, seq, record_id, kind, root, home, self.device, text, None, full, full)
        open_text = encode_json(Row(kind, record_id, root, home, shown.v, shown.s))
        open_sum = row_checksum(entity, record_id, home, shown)
        return (bucket, seq, record_id, kind, root, home, self.device, text, open_text, full, open_sum)


def moved_id(bucket: str, root: str) -> str:
    """Return the id under which the marker of ``root`` is stored in ``bucket``."""
    return f"{MOVED}:{bucket}:{root}"


def marker(bucket: str, root: str, home: int, device: int, now_ms: int) -> State:
    """Return the marker that the aggregate ``root`` leaves in ``bucket`` when it moves to revision ``home``.

    It says when by the server's clock, so that it can be removed some day (SPEC R37).
    """
    stamp = stamp_from_clock(Clock(now_ms, 0, SERVER_DEVICE))
    return State(bucket, 0, moved_id(bucket, root), MOVED, "", home, device, b"", Doc({}, {stamp: []}))


def archived_marker(bucket: str, name: str, ids: Sequence[str], now_ms: int) -> State:
    """Return the marker that tells that these records left ``bucket`` for its archive; its ``name`` is new there."""
    stamp = stamp_from_clock(Clock(now_ms, 0, SERVER_DEVICE))
    doc = Doc({"ids": list(ids)}, {stamp: []})
    return State(bucket, 0, f"{ARCHIVED}:{bucket}:{name}", ARCHIVED, "", 0, SERVER_DEVICE, b"", doc)

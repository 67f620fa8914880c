"""Claims: what a file's record lets somebody have. Whoever may not see the record has no file either.

One exception: who made the file still sends its bytes, wherever the record went meanwhile. He is given none.
"""

from collections.abc import Collection
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.files.content import served_type
from routebook_server.files.uploads import Wanted
from routebook_server.records.buckets import at_hand
from routebook_sync.identifier import is_id

KIND: Final = "file"
THUMBNAIL_TYPE: Final = "image/jpeg"
"""What small pictures are: every browser can make it."""
_SELECT: Final = "SELECT kind, root, bucket, doc FROM record WHERE id = ?"


class FileValues(msgspec.Struct, frozen=True):
    """What is needed of a file's record here."""

    person: str = ""
    digest: str = ""
    size: int = 0
    media_type: str = ""
    name: str | None = None
    thumbnail: str | None = None
    thumbnail_size: int | None = None
    stored: str | None = None
    stored_thumbnail: str | None = None
    deleted: bool | None = None


class _Doc(msgspec.Struct, frozen=True):
    v: FileValues


_DECODER: Final = msgspec.json.Decoder(_Doc)


class Claim(msgspec.Struct, frozen=True):
    """A file's record, as somebody has it who may see it (and write it, which is the same here) or has to send it."""

    record: str
    root: str
    values: FileValues

    def wanted(self, digest: str) -> Wanted | None:
        """Return what may be sent under a digest: the file, or its small picture; None for anything else."""
        values = self.values
        if digest == values.digest:
            return Wanted(self.record, self.root, digest, values.size, values.media_type)
        if digest == values.thumbnail and values.thumbnail_size:
            return Wanted(self.record, self.root, digest, values.thumbnail_size, THUMBNAIL_TYPE)
        return None

    def is_stored(self, digest: str) -> bool:
        """Tell whether these bytes came here under this record: the server alone writes that down."""
        return digest in {self.values.stored, self.values.stored_thumbnail}

    def missing(self) -> list[Wanted]:
        """Return what the record names and does not say to be here."""
        named = (self.values.digest, self.values.thumbnail or "")
        wanted = [self.wanted(digest) for digest in named if not self.is_stored(digest)]
        return [one for one in wanted if one is not None]

    def stored_values(self, digest: str) -> dict[str, str]:
        """Return what is to be written into the record when these bytes are here."""
        fields = {"stored": self.values.digest, "stored_thumbnail": self.values.thumbnail}
        return {name: digest for name, named in fields.items() if named == digest}

    def type_of(self, digest: str) -> str:
        """Return as what bytes that are stored go out."""
        return served_type(self.values.media_type if digest == self.values.stored else THUMBNAIL_TYPE)


def find_any_claim(connection: Connection, record: str) -> Claim | None:
    """Return a file's record for the server itself."""
    found = _find(connection, record)
    return None if found is None else found.claim


def find_claim(connection: Connection, record: str, buckets: Collection[str]) -> Claim | None:
    """Return a file's record that is in one of ``buckets``, or in the archive of one, and not deleted."""
    found = _find(connection, record)
    return found.claim if found is not None and found.bucket in buckets else None


def find_claim_to_send(connection: Connection, record: str, buckets: Collection[str], person: str) -> Claim | None:
    """Return a file's record whose bytes ``person`` may send: what he may see, and what he made."""
    found = _find(connection, record)
    if found is None:
        return None
    return found.claim if found.bucket in buckets or found.claim.values.person == person else None


class _Found(NamedTuple):
    bucket: str
    claim: Claim


def _find(connection: Connection, record: str) -> _Found | None:
    if not is_id(record):
        return None
    row = driver_of(connection).fetch_one(_SELECT, record)
    if row is None:
        return None
    kind, root, bucket, doc = row
    if kind != KIND:
        return None
    values = _DECODER.decode(doc).v
    return None if values.deleted else _Found(at_hand(bucket), Claim(record, root, values))

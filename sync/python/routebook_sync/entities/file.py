"""File: a photo, a voice note or a document of a customer; the record, while the bytes go their own way."""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Entity, Id, Instant, Line, field

MAX_FILE: Final = 32 << 20
"""Bytes of one file at most."""
MAX_THUMBNAIL: Final = 128 << 10
"""Bytes of a thumbnail at most."""
MAX_PIXELS: Final = 100_000
"""Of a picture's width or height at most."""
DIGEST_PATTERN: Final = "^[0-9a-f]{64}$"
"""SHA-256, by which bytes are named."""

Digest = Annotated[str, Meta(pattern=DIGEST_PATTERN, max_length=64)]
Pixels = Annotated[int, Meta(ge=1, le=MAX_PIXELS)]


class FileType(StrEnum):
    """What the file is to a rep."""

    PHOTO = "photo"
    VOICE = "voice"
    DOCUMENT = "document"


class File(Entity):
    """What is known of a file of one customer; follows the customer. The bytes are known by their digest.

    The server alone says which bytes it has (``stored``, and of the small picture ``stored_thumbnail``): until that is
    the ``digest``, the bytes are on the device that made the record, and nowhere else. Through a record nobody is given
    any others.
    """

    customer: Annotated[Id, Meta(extra=field(ref="customer", column=True, required=True))] | UnsetType = UNSET
    person: Annotated[Id, Meta(extra=field(ref="person", column=True, required=True))] | UnsetType = UNSET
    visit: Annotated[Id, Meta(extra=field(ref="visit", column=True))] | UnsetType | None = UNSET
    type: Annotated[FileType, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    name: Annotated[Line, Meta(extra=field(title=True))] | UnsetType | None = UNSET
    caption: Annotated[Line, Meta(extra=field(search=True))] | UnsetType | None = UNSET
    media_type: Annotated[str, Meta(min_length=1, max_length=100, extra=field(required=True))] | UnsetType = UNSET
    size: Annotated[int, Meta(ge=1, le=MAX_FILE, extra=field(column=True, required=True))] | UnsetType = UNSET
    digest: Annotated[Digest, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    thumbnail: Annotated[Digest, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    thumbnail_size: Annotated[int, Meta(ge=1, le=MAX_THUMBNAIL)] | UnsetType | None = UNSET
    width: Pixels | UnsetType | None = UNSET
    height: Pixels | UnsetType | None = UNSET
    duration: Annotated[int, Meta(ge=0, le=86_400_000, extra=field(unit="ms"))] | UnsetType | None = UNSET
    taken_at: Annotated[Instant, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    stored: Annotated[Digest, Meta(extra=field(column=True, server=True))] | UnsetType | None = UNSET
    stored_thumbnail: Annotated[Digest, Meta(extra=field(column=True, server=True))] | UnsetType | None = UNSET

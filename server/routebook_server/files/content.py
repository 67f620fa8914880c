"""Content: what bytes really are, by how they begin. What a browser could run as a page is never taken."""

import codecs
import re
from typing import BinaryIO, Final

from routebook_server.files.office import is_office

HEAD: Final = 4_096
"""Bytes of the beginning that decide."""
PLAIN: Final = "application/octet-stream"
"""As what bytes are served whose record names no type that is taken."""

_OFFICE: Final = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
    }
)
"""Documents in a zip; those with macros have other types and are not taken."""
_TEXT: Final = frozenset({"text/plain", "text/csv"})
_MP4: Final = frozenset({"audio/mp4", "audio/x-m4a", "audio/aac", "video/mp4"})
_WEBM: Final = frozenset({"audio/webm", "video/webm"})
MEDIA_TYPES: Final = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/avif", "image/heic", "image/heif"}
    | {"audio/ogg", "audio/mpeg", "audio/wav", "application/pdf"}
    | _MP4
    | _WEBM
    | _OFFICE
    | _TEXT
)
"""Every type that a file may have."""

_NOTHING: Final = frozenset[str]()
_TYPES_BY_BRAND: Final = {
    **dict.fromkeys((b"avif", b"avis"), frozenset({"image/avif"})),
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"mif1", b"msf1"), frozenset({"image/heic", "image/heif"})),
    **dict.fromkeys((b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso5", b"iso6", b"dash"), _MP4),
}
"""By the brand of an ISO media file."""
_TYPES_BY_START: Final[tuple[tuple[bytes, frozenset[str]], ...]] = (
    (b"\xff\xd8\xff", frozenset({"image/jpeg"})),
    (b"\x89PNG\r\n\x1a\n", frozenset({"image/png"})),
    (b"OggS\x00", frozenset({"audio/ogg"})),
    (b"ID3", frozenset({"audio/mpeg"})),
    (b"%PDF-", frozenset({"application/pdf"})),
)
_MARKUP: Final = re.compile(r"\A[\ufeff\s]*<|<(?:!doctype|html|svg|script|iframe|body)\b", re.IGNORECASE)
_MARKS_OF_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def base_type(media_type: str) -> str:
    """Return a media type without its parameters (``audio/webm;codecs=opus``), in lower case."""
    return media_type.partition(";")[0].strip().lower()


def served_type(media_type: str) -> str:
    """Return as what bytes go out whose record says that they are of ``media_type``: anybody may have changed that."""
    base = base_type(media_type)
    return base if base in MEDIA_TYPES else PLAIN


def is_taken(media_type: str, head: bytes) -> bool:
    """Tell whether bytes that begin with ``head`` (``HEAD`` of them, or all) are taken as what the record says."""
    return base_type(media_type) in types_of(head)


def is_taken_whole(media_type: str, file: BinaryIO) -> bool:
    """Tell whether a file is taken as what the record says; of an office document its end tells what is in it."""
    file.seek(0)
    return is_taken(media_type, file.read(HEAD)) and (base_type(media_type) not in _OFFICE or is_office(file))


def types_of(head: bytes) -> frozenset[str]:
    """Return what bytes may be called that begin with ``head``; nothing where they are of no kind that is taken."""
    for start, types in _TYPES_BY_START:
        if head.startswith(start):
            return types
    if head[:4] == b"RIFF":
        return {b"WEBP": frozenset({"image/webp"}), b"WAVE": frozenset({"audio/wav"})}.get(head[8:12], _NOTHING)
    if head[4:8] == b"ftyp":
        return _TYPES_BY_BRAND.get(head[8:12], _NOTHING)
    if head[:4] == b"\x1aE\xdf\xa3":
        return _WEBM if b"webm" in head[:64] else _NOTHING
    if head[:2] == b"PK":
        return _OFFICE if head[:4] == b"PK\x03\x04" else _NOTHING
    text = _TEXT if _is_text(head) else _NOTHING
    # The beginning of sound, and of some words in the coding of Russian.
    is_sound = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
    return text | {"audio/mpeg"} if is_sound else text


def _is_text(head: bytes) -> bool:
    text = _decode(head)
    return text is not None and not text.startswith("#!") and not _MARKUP.search(text) and not _CONTROL.search(text)


def _decode(head: bytes) -> str | None:
    """Return bytes as text, None where they are none.

    UTF-16 by its mark. Every other coding in use has ASCII's letters in their places, and with them all that a browser
    could run: of the others only UTF-8's are read.
    """
    if head[:2] not in _MARKS_OF_UTF_16:
        return head.decode("utf-8", "replace")
    try:
        # The beginning may end inside a letter.
        return codecs.getincrementaldecoder("utf-16")().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return None

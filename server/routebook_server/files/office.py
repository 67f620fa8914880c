"""Office documents: zips, told from any other by the names of what is in them.

The twin: pwa/src/lib/domain/office.ts.
"""

import struct
from typing import BinaryIO, Final

_END: Final = struct.Struct("<4s4H2LH")
"""The end of a zip: what is counted in it, and where its list begins."""
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
"""One entry of the list, before its name."""
_LONGEST_COMMENT: Final = 0xFFFF
_MACROS: Final = b"vbaproject.bin"
_MACRO_FOLDERS: Final = (b"basic/", b"scripts/")


def is_office(file: BinaryIO) -> bool:
    """Tell whether a file is a document of an office, without macros."""
    names = _names_in(file)
    if names is None or any(name.endswith(_MACROS) or name.startswith(_MACRO_FOLDERS) for name in names):
        return False
    return b"[content_types].xml" in names or {b"mimetype", b"content.xml"} <= names


def _names_in(file: BinaryIO) -> set[bytes] | None:
    """Return the names in a zip, in lower case; None for what is no whole zip."""
    size = file.seek(0, 2)
    start = max(0, size - _END.size - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06", 0, max(0, len(tail) - _END.size + 4))
    if at < 0:
        return None
    *_, count, length, offset, _comment = _END.unpack_from(tail, at)
    if offset + length > start + at:
        return None
    file.seek(offset)
    listed = file.read(length)
    names = set[bytes]()
    at = 0
    for _ in range(count):
        if len(listed) - at < _ENTRY.size or listed[at : at + 4] != b"PK\x01\x02":
            return None
        fields = _ENTRY.unpack_from(listed, at)
        name, extra, comment = fields[10:13]
        names.add(listed[at + _ENTRY.size : at + _ENTRY.size + name].lower())
        at += _ENTRY.size + name + extra + comment
    return names

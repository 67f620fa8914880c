"""Packed: text that is compressed once and sent many times, in replies that differ around it (docs/decisions/0111).

A piece is a run of whole deflate blocks that ends at a byte and refers to nothing before it. A gzip body is a header,
any such pieces one after the other, and a trailer; its checksum is worked out from those of the pieces.
"""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final, Self, TypeAlias

import msgspec

_RAW: Final = -zlib.MAX_WBITS
_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
_END: Final = b"\x03\x00"
"""An empty block that is the last one."""
_POLYNOMIAL: Final = 0xEDB88320
_ONE: Final = 1 << 31
_LEVEL: Final = 6
_STORED: Final = 64
"""What is shorter goes as it is: the tables of a packer take longer to make."""


class Packed(msgspec.Struct, frozen=True):
    """A text and its deflate blocks."""

    blocks: bytes
    size: int
    """Bytes of the text."""
    checksum: int
    shift: int
    """What takes a checksum past so many bytes."""

    @classmethod
    def of(cls, text: bytes, level: int = _LEVEL) -> Self:
        """Pack a text."""
        return cls(_blocks(text, level), len(text), zlib.crc32(text), _shift(len(text)))

    @property
    def text(self) -> bytes:
        """What was packed."""
        return zlib.decompress(self.blocks + _END, _RAW)


Part: TypeAlias = bytes | Packed
"""A part of a body."""


def plain(parts: Iterable[Part]) -> bytes:
    """Return what the parts say."""
    return b"".join([part.text if isinstance(part, Packed) else part for part in parts])


def gzip_of(parts: Iterable[Part], level: int = _LEVEL) -> bytes:
    """Return the gzip of what the parts say; only what is not packed yet costs anything."""
    out = [_HEADER]
    checksum = size = 0
    for part in _joined(parts):
        if isinstance(part, Packed):
            out.append(part.blocks)
            checksum = _multiply(part.shift, checksum) ^ part.checksum
            size += part.size
        else:
            out.append(_blocks(part, level))
            checksum = zlib.crc32(part, checksum)
            size += len(part)
    out.append(_END + checksum.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little"))
    return b"".join(out)


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts, what is not packed in as few as possible."""
    waiting: list[bytes] = []
    for part in parts:
        if not isinstance(part, Packed):
            waiting.append(part)
            continue
        if waiting:
            yield b"".join(waiting)
            waiting = []
        yield part
    if waiting:
        yield b"".join(waiting)


def _blocks(text: bytes, level: int) -> bytes:
    if len(text) < _STORED:
        length = len(text)
        return b"\x00" + length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little") + text
    packer = zlib.compressobj(level, zlib.DEFLATED, _RAW)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)


# Checksums of joined texts: CRC-32 is a remainder of polynomials, and so many zero bytes more multiply it by a power.


def _multiply(first: int, second: int) -> int:
    """Return the product of two remainders."""
    product = 0
    while first:
        if first & _ONE:
            product ^= second
        first = first << 1 & 0xFFFFFFFF
        second = second >> 1 ^ _POLYNOMIAL if second & 1 else second >> 1
    return product


def _powers() -> tuple[int, ...]:
    """Return what takes a checksum past 1, 2, 4, 8, … bytes."""
    powers = [_ONE >> 8]
    for _ in range(31):
        powers.append(_multiply(powers[-1], powers[-1]))
    return tuple(powers)


_POWERS: Final = _powers()


def _shift(count: int) -> int:
    shift = _ONE
    for bit, power in enumerate(_POWERS):
        if count >> bit & 1:
            shift = _multiply(power, shift)
    return shift

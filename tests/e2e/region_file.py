"""Region file: a PMTiles archive of one vector tile, the world as one lake, made byte by byte.

The head is of PMTiles version 3, the tile of the Mapbox Vector Tile specification 2.1.
"""

import json
import struct
from collections.abc import Sequence
from typing import Final

HEAD_BYTES: Final = 127
NO_COMPRESSION: Final = 1
VECTOR: Final = 1
EXTENT: Final = 4096


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def _field(number: int, value: int | bytes) -> bytes:
    """Return a field of a protocol buffer: a whole number, or a part with its length."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _lake() -> bytes:
    """Return a tile that is water from edge to edge."""
    steps = [(0, 0), (EXTENT, 0), (0, EXTENT), (-EXTENT, 0)]
    pairs = [[value << 1 ^ value >> 31 for value in step] for step in steps]
    geometry: Sequence[int] = [9, *pairs[0], 26, *pairs[1], *pairs[2], *pairs[3], 15]
    feature = _field(3, 3) + _field(4, b"".join(map(_varint, geometry)))
    return _field(3, _field(15, 2) + _field(1, b"water") + _field(2, feature) + _field(5, EXTENT))


def region_file(credit: str) -> bytes:
    """Return the archive; ``credit`` is whom it names as its source."""
    tile, metadata = _lake(), json.dumps({"attribution": credit}).encode()
    # One entry: tile 0, once, of this length, at the beginning of the data.
    directory = b"".join(map(_varint, (1, 0, 1, len(tile), 1)))
    at_metadata = HEAD_BYTES + len(directory)
    at_data = at_metadata + len(metadata)
    places = (HEAD_BYTES, len(directory), at_metadata, len(metadata), at_data, 0, at_data, len(tile), 1, 1, 1)
    world = (-1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000)
    head = (
        b"PMTiles\x03"
        + struct.pack("<11Q", *places)
        + bytes([1, NO_COMPRESSION, NO_COMPRESSION, VECTOR, 0, 0])
        + struct.pack("<4i", *world)
        + struct.pack("<B2i", 0, 0, 0)
    )
    assert len(head) == HEAD_BYTES
    return head + directory + metadata + tile

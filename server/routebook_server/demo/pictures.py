"""Pictures: shelves as reps photograph them, drawn here, so that a newcomer finds photos on the visits."""

import hashlib
import struct
import tempfile
import zlib
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, Final

from routebook_server.demo.maker import make_id, make_row
from routebook_server.files.blobs import Blobs
from routebook_sync.entities.file import FileType
from routebook_sync.messages import Row

COUNT: Final = 4
"""Different pictures; more would tell nobody more."""
WIDTH, HEIGHT = 480, 640
_SHELVES: Final = 4
_BOARD: Final = (118, 88, 62)
_COLOURS: Final = (
    (11, 93, 69), (179, 38, 30), (28, 95, 168), (242, 189, 102), (106, 69, 168), (228, 224, 214), (63, 181, 141),
)  # fmt: skip


def photos_of(visit: Row) -> list[Row]:
    """Return the records of one or two photos of a finished visit; the same for the same visit."""
    random = Random(visit.i)  # noqa: S311 - of its own, so that photos change nothing else of the demo
    rows = []
    for number, picture in enumerate(random.sample(range(COUNT), random.randint(1, 2))):
        at = visit.v["checked_in_at"] + (2 + number) * 60_000
        body = draw(picture)
        digest = hashlib.sha256(body).hexdigest()
        values: dict[str, Any] = {
            "customer": visit.r,
            "person": visit.v["person"],
            "visit": visit.i,
            "type": FileType.PHOTO.value,
            "media_type": "image/png",
            "size": len(body),
            "digest": digest,
            "thumbnail": digest,
            "thumbnail_size": len(body),
            "width": WIDTH,
            "height": HEIGHT,
            "taken_at": at,
            "stored": digest,
            "stored_thumbnail": digest,
        }
        rows.append(make_row("file", make_id(random, at), visit.r, at, values))
    return rows


async def put_pictures(blobs: Blobs) -> None:
    """Put every picture where files are kept."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(COUNT):
            path = Path(folder) / str(number)
            path.write_bytes(draw(number))
            await blobs.put(hashlib.sha256(draw(number)).hexdigest(), path)


@lru_cache(maxsize=COUNT)
def draw(number: int) -> bytes:
    """Return a picture as PNG: boards with packets of all heights on them."""
    random = Random(number)  # noqa: S311
    wall = (214 - number * 9, 210 - number * 4, 198 + number * 6)
    step = HEIGHT // _SHELVES
    lines: list[bytes] = []
    for _shelf in range(_SHELVES):
        packets = [(random.choice(_COLOURS), random.randint(step // 2, step - 34)) for _ in range(12)]
        rows = [[wall] * WIDTH for _ in range(step)]
        for at, (colour, height) in enumerate(packets):
            for y in range(step - 16 - height, step - 16):
                shade = colour if y % 34 > 8 else tuple(min(255, part + 60) for part in colour)
                rows[y][8 + at * 39 : 8 + at * 39 + 34] = [shade] * 34  # type: ignore[list-item]
        for y in range(step - 16, step):
            rows[y] = [_BOARD] * WIDTH
        lines += [b"\0" + bytes(part for pixel in row for part in pixel) for row in rows]
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(lines), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

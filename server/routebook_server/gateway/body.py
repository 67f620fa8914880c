"""Bodies: reading a request within its limit, packing a reply where that is worth it."""

import asyncio
import zlib
from collections.abc import Awaitable
from functools import lru_cache
from typing import Final, TypeAlias, TypeVar

from litestar.types import Receive

from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.records.packed import Packed, Part, gzip_of, plain
from routebook_sync.messages import MAX_REQUEST_BYTES, ProblemCode

Headers: TypeAlias = list[tuple[bytes, bytes]]
T = TypeVar("T")

BODY_S: Final = 60.0
"""How long a body may take to arrive: twice as long as a client waits for its reply to a sync."""
_GZIPPED: Final[Headers] = [(b"content-encoding", b"gzip")]
_GZIP: Final = 16 + zlib.MAX_WBITS
_WORTH_PACKING: Final = 1_024
"""What fits into one packet with its headers goes as it is: packing saved nothing and cost a third of an empty sync."""
_LARGE: Final = 32 * 1024
"""From here on packing goes to a thread, and a little faster rather than smaller."""
_LARGE_LEVEL: Final = 5
"""A page of records takes a fifth less than at level 1, for twice the time of packing, which nobody else waits for."""


class DisconnectedError(Exception):
    """The client went away before its request was complete."""


async def in_time(reading: Awaitable[T], within_s: float) -> T:
    """Return what is read of a request; ProblemError unavailable where that takes longer than so many seconds."""
    try:
        async with asyncio.timeout(within_s):
            return await reading
    except TimeoutError:
        raise ProblemError(make_problem(ProblemCode.UNAVAILABLE, "The request took too long to arrive.")) from None


async def read_body(receive: Receive, encoding: str) -> bytes:
    """Return the request's body, unpacked; ProblemError if it is larger than allowed or cannot be unpacked.

    Never holds more than the limit, whatever the packed bytes would become.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise DisconnectedError
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_REQUEST_BYTES:
            raise ProblemError(make_problem(ProblemCode.TOO_LARGE))
        parts.append(part)
        if not message.get("more_body", False):
            break
    body = part if len(parts) == 1 else b"".join(parts)
    if not encoding:
        return body
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip":
            return _unpack(body)
        case _:
            raise ProblemError(make_problem(ProblemCode.MALFORMED, "The only content encoding taken is gzip."))


def _unpack(body: bytes) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        unpacked = unpacker.decompress(body, MAX_REQUEST_BYTES + 1)
    except zlib.error:
        raise ProblemError(make_problem(ProblemCode.MALFORMED, "The body is not gzip.")) from None
    if len(unpacked) > MAX_REQUEST_BYTES:
        raise ProblemError(make_problem(ProblemCode.TOO_LARGE))
    if not unpacker.eof or unpacker.unused_data:
        raise ProblemError(make_problem(ProblemCode.MALFORMED, "The gzip body is cut short or has a tail."))
    return unpacked


async def pack_body(parts: list[Part], accepted: str) -> tuple[bytes, Headers]:
    """Return the body as it goes out and its headers: gzip where the client takes it and it helps."""
    if Packed in map(type, parts):
        return await asyncio.to_thread(gzip_of, parts, _LARGE_LEVEL), _GZIPPED
    body = parts[0] if len(parts) == 1 and isinstance(parts[0], bytes) else plain(parts)
    if len(body) < _WORTH_PACKING or not takes_gzip(accepted):
        return body, []
    packed = _pack(body) if len(body) < _LARGE else await asyncio.to_thread(zlib.compress, body, _LARGE_LEVEL, _GZIP)
    return (packed, _GZIPPED) if len(packed) < len(body) else (body, [])


def _pack(body: bytes) -> bytes:
    # A window as large as the body: to clear the tables of a larger one takes longer than to pack.
    window = min(len(body).bit_length(), zlib.MAX_WBITS)
    packer = zlib.compressobj(6, zlib.DEFLATED, 16 + window, window - 7)
    return packer.compress(body) + packer.flush()


@lru_cache(maxsize=64)
def takes_gzip(accepted: str) -> bool:
    """Tell whether a client takes gzip, by its header ``Accept-Encoding``."""
    for part in accepted.lower().split(","):
        coding, _, quality = part.strip().partition(";")
        if coding.strip() in {"gzip", "*"}:
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False

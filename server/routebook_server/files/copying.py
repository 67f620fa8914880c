"""Copying: the bytes of files from one store into another, for a backup and back, what is missing, and proved."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from routebook_server.files.blobs import Blobs

_FOR_EVER_MS: Final = 1 << 52
"""Later than anything was kept: what is damaged goes, however young it is."""


class Copied(msgspec.Struct, frozen=True):
    """What came of it."""

    new: int = 0
    new_bytes: int = 0
    known: int = 0
    """Files that were there already, as long as they ought to be."""
    damaged: tuple[str, ...] = ()
    """Digests whose bytes are others in the source; they are not copied."""


async def copy_blobs(source: Blobs, target: Blobs, room: Path, tell: Callable[[int], None]) -> Copied:
    """Copy what ``target`` lacks of ``source``, by way of ``room``, a folder on the target's disk; OSError.

    ``tell`` hears how many files were looked at. What is there in another length is put there anew. What proves under
    which records they came goes along.
    """
    copied = Copied()
    looked_at = 0
    with tempfile.TemporaryDirectory(dir=room, prefix=".copying-") as folder:
        async for some in source.blobs():
            for blob in some:
                copied = await _copy(source, target, blob.digest, Path(folder) / "bytes", copied)
                looked_at += 1
                tell(looked_at)
    async for proofs in source.proofs():
        await asyncio.gather(*(target.prove(proof) for proof in proofs))
    return copied


async def _copy(source: Blobs, target: Blobs, digest: str, beside: Path, copied: Copied) -> Copied:
    size, there = await source.size(digest), await target.size(digest)
    if size is None:
        return copied  # swept since it was listed
    if there == size:
        return msgspec.structs.replace(copied, known=copied.known + 1)
    if await _fetch(source, digest, size, beside) != digest:
        return msgspec.structs.replace(copied, damaged=(*copied.damaged, digest))
    if there is not None:
        await target.drop(digest, _FOR_EVER_MS)
    await target.put(digest, beside)
    # Not written over by the next one: it may be the very file that was put.
    _remove(beside)
    return msgspec.structs.replace(copied, new=copied.new + 1, new_bytes=copied.new_bytes + size)


async def _fetch(source: Blobs, digest: str, size: int, beside: Path) -> str:
    """Write a file's bytes beside, and return their digest."""
    found = hashlib.sha256()
    with beside.open("wb") as written:
        async for piece in source.read(digest, 0, size):
            found.update(piece)
            written.write(piece)
        written.flush()
        os.fsync(written.fileno())
    return found.hexdigest()


def _remove(path: Path) -> None:
    path.unlink()


async def count_blobs(blobs: Blobs) -> int:
    """Return how many files a store keeps; OSError."""
    return sum([len(some) async for some in blobs.blobs()])

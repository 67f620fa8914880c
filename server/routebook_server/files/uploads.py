"""Uploads: files that are on their way, as parts on this machine's disk that grow chunk by chunk.

What was answered is durable: a device that asks where it stands, after whatever happened to either side, goes on there.
"""

import asyncio
import contextlib
import errno
import hashlib
import os
import shutil
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from routebook_server.files.blobs import Blobs, Proof, sync_folder
from routebook_server.files.content import HEAD, is_taken, is_taken_whole

MAX_CHUNK: Final = 1 << 20
"""Bytes of one request at most."""
RESERVE: Final = 128 << 20
"""Bytes of the disk that files leave free: a photo must not keep the records from being written."""
KEEP_PART_MS: Final = 7 * 86_400_000
"""How long a part waits for the rest of it."""
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Wanted(msgspec.Struct, frozen=True):
    """The file that is sent: what its record says of it."""

    record: str
    root: str
    digest: str
    size: int
    media_type: str

    @property
    def proof(self) -> Proof:
        """What is kept beside the bytes when they are here."""
        return Proof(self.digest, self.record, self.root)


class WrongOffsetError(Exception):
    """The chunk does not begin where the part ends."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"the next byte is {offset}")
        self.offset = offset


class TooLongError(Exception):
    """The chunk goes beyond the size that the record says."""


class WrongDigestError(Exception):
    """All bytes are there and are others than the record names; they are forgotten."""


class WrongContentError(Exception):
    """The bytes are of a kind that is not taken, or not what the record says; they are forgotten."""


class NoSpaceError(Exception):
    """There is no room; the part is as it was."""


class Uploads:
    """Parts in a folder; whole ones go into ``blobs``. ``free`` tells how many bytes the disk has left."""

    def __init__(self, folder: Path, blobs: Blobs, free: Callable[[Path], int] | None = None) -> None:
        self._folder = folder
        self._blobs = blobs
        self._free = free or free_bytes
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def offset(self, wanted: Wanted) -> int:
        """Return how many bytes are there already."""
        return await asyncio.to_thread(_size, self._path(wanted))

    async def append(self, wanted: Wanted, offset: int, chunk: bytes) -> int:
        """Add a chunk, durably, and return how many bytes there are now.

        WrongOffsetError, TooLongError, WrongContentError by the beginning, NoSpaceError, OSError.
        """
        async with self._alone(wanted):
            return await asyncio.to_thread(self._append, wanted, offset, chunk)

    async def finish(self, wanted: Wanted, admit: Callable[[], Awaitable[object]]) -> bool:
        """Keep the file if all of it is there; tell whether it was. The part stays until ``forget``.

        ``admit`` is asked last, before the bytes are proved to be the record's; what it raises goes on.
        WrongDigestError, WrongContentError, NoSpaceError, OSError.
        """
        path = self._path(wanted)
        async with self._alone(wanted):
            if await asyncio.to_thread(_size, path) < wanted.size:
                return False
            await asyncio.to_thread(_check, path, wanted)
            with _telling_no_space():
                await self._blobs.put(wanted.digest, path)
            await admit()
            with _telling_no_space():
                await self._blobs.prove(wanted.proof)
            return True

    async def forget(self, wanted: Wanted) -> None:
        """Drop the part: what it became is kept and written down."""
        await asyncio.to_thread(self._path(wanted).unlink, missing_ok=True)

    async def sweep(self, now_ms: int) -> int:
        """Drop the parts that nobody went on with; return how many."""
        return await asyncio.to_thread(self._sweep, now_ms - KEEP_PART_MS)

    @contextlib.asynccontextmanager
    async def _alone(self, wanted: Wanted) -> AsyncIterator[None]:
        name = self._path(wanted).name
        lock = self._locks.get(name) or asyncio.Lock()
        self._locks[name] = lock
        async with lock:
            yield

    def _path(self, wanted: Wanted) -> Path:
        return self._folder / f"{wanted.record}-{wanted.digest}"

    def _append(self, wanted: Wanted, offset: int, chunk: bytes) -> int:
        path = self._path(wanted)
        size = _size(path)
        if size != offset:
            raise WrongOffsetError(size)
        if size + len(chunk) > wanted.size:
            raise TooLongError
        if offset == 0 and len(chunk) >= min(HEAD, wanted.size) and not is_taken(wanted.media_type, chunk[:HEAD]):
            raise WrongContentError
        with _telling_no_space():
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._free(self._folder) < len(chunk) + RESERVE:
                raise NoSpaceError
            _write(path, offset, chunk)
            if offset == 0:
                sync_folder(self._folder)
        return size + len(chunk)

    def _sweep(self, before_ms: int) -> int:
        count = 0
        with contextlib.suppress(FileNotFoundError):
            for path in self._folder.iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime_ns // 1_000_000 < before_ms:
                        path.unlink()
                        count += 1
        return count


def free_bytes(folder: Path) -> int:
    """Return how much room the disk of a folder has."""
    return shutil.disk_usage(folder).free


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _write(path: Path, offset: int, chunk: bytes) -> None:
    """Write the chunk at ``offset``, or nothing.

    Another process may be at the same place: of one file both write the same bytes there.
    """
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    try:
        os.lseek(opened, offset, os.SEEK_SET)
        rest = memoryview(chunk)
        try:
            while rest:
                rest = rest[os.write(opened, rest) :]
            os.fsync(opened)
        except OSError:
            os.ftruncate(opened, offset)
            raise
    finally:
        os.close(opened)


def _check(path: Path, wanted: Wanted) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        is_whole_taken = is_taken_whole(wanted.media_type, file)
    if digest != wanted.digest or _size(path) != wanted.size:
        path.unlink(missing_ok=True)
        raise WrongDigestError
    if not is_whole_taken:
        path.unlink(missing_ok=True)
        raise WrongContentError


@contextlib.contextmanager
def _telling_no_space() -> Iterator[None]:
    """Turn what a full disk raises into NoSpaceError; every other OSError goes on."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoSpaceError(str(error)) from error
        raise

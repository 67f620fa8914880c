"""Blobs: whole files by their digest; on this machine's disk here, in an object store in ``object_blobs.py``."""

import asyncio
import contextlib
import os
import shutil
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final, NamedTuple

PIECE: Final = 256 * 1024
"""Bytes read at once."""
PROOFS: Final = "proofs"
"""Where proofs lie, in a folder as in an object store."""


class Blob(NamedTuple):
    """A whole file that is kept."""

    digest: str
    since_ms: int
    """When it was put there last, milliseconds since 1970 UTC."""


class Proof(NamedTuple):
    """That a file came under a record of a customer: kept beside the bytes, for a database that is restored."""

    digest: str
    record: str
    root: str


class Blobs(ABC):
    """A store of whole files. What is in it is complete and durable; nothing in it ever changes."""

    @abstractmethod
    async def put(self, digest: str, source: Path) -> None:
        """Keep the bytes of ``source``, which the caller has checked and removes; OSError.

        What is there already counts as put now.
        """

    @abstractmethod
    async def size(self, digest: str) -> int | None:
        """Return how many bytes there are, or None."""

    @abstractmethod
    def read(self, digest: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes from ``start`` up to ``end``, piece by piece; FileNotFoundError."""

    @abstractmethod
    def blobs(self) -> AsyncIterator[list[Blob]]:
        """Yield everything that is kept, some at a time."""

    @abstractmethod
    async def drop(self, digest: str, before_ms: int) -> bool:
        """Forget a file, with its proofs, unless it was put there after ``before_ms``; tell whether it is gone."""

    @abstractmethod
    async def prove(self, proof: Proof) -> None:
        """Keep a proof, durably; OSError."""

    @abstractmethod
    async def is_proved(self, proof: Proof) -> bool:
        """Tell whether the proof is kept."""

    @abstractmethod
    def proofs(self) -> AsyncIterator[list[Proof]]:
        """Yield every proof, some at a time."""


class DiskBlobs(Blobs):
    """Below one folder: ``ab/cd/abcd…``, so that no folder grows large; proofs apart, as the names of empty files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, digest: str, source: Path) -> None:
        """Link the file to its name: it is there whole or not at all."""
        await asyncio.to_thread(self._put, digest, source)

    async def size(self, digest: str) -> int | None:
        """See ``Blobs``."""
        try:
            return (await asyncio.to_thread(self._path(digest).stat)).st_size
        except FileNotFoundError:
            return None

    async def read(self, digest: str, start: int, end: int) -> AsyncIterator[bytes]:
        """See ``Blobs``."""
        file = await asyncio.to_thread(self._path(digest).open, "rb")
        try:
            await asyncio.to_thread(file.seek, start)
            while start < end and (piece := await asyncio.to_thread(file.read, min(PIECE, end - start))):
                start += len(piece)
                yield piece
        finally:
            file.close()

    async def blobs(self) -> AsyncIterator[list[Blob]]:
        """See ``Blobs``."""
        for first in await asyncio.to_thread(_folders, self._folder):
            yield await asyncio.to_thread(_found, first)

    async def drop(self, digest: str, before_ms: int) -> bool:
        """See ``Blobs``."""
        return await asyncio.to_thread(self._drop, digest, before_ms)

    async def prove(self, proof: Proof) -> None:
        """See ``Blobs``."""
        await asyncio.to_thread(self._prove, proof)

    async def is_proved(self, proof: Proof) -> bool:
        """See ``Blobs``."""
        return await asyncio.to_thread(self._proof_path(proof).exists)

    async def proofs(self) -> AsyncIterator[list[Proof]]:
        """See ``Blobs``."""
        for first in await asyncio.to_thread(_folders, self._folder / PROOFS):
            yield await asyncio.to_thread(_proofs_in, first)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:4] / digest

    def _proof_path(self, proof: Proof) -> Path:
        return self._folder / PROOFS / proof.digest[:2] / proof.digest[2:4] / "-".join(proof)

    def _prove(self, proof: Proof) -> None:
        path = self._proof_path(proof)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        for folder in (path.parent, path.parent.parent, self._folder / PROOFS, self._folder):
            sync_folder(folder)

    def _put(self, digest: str, source: Path) -> None:
        path = self._path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, path)
        except FileExistsError:
            os.utime(path)
        except OSError:
            _copy(source, path)  # A disk without links.
        for folder in (path.parent, path.parent.parent, self._folder):
            sync_folder(folder)

    def _drop(self, digest: str, before_ms: int) -> bool:
        path = self._path(digest)
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime_ns // 1_000_000 >= before_ms:
                return False
            path.unlink()
        for proof in (self._folder / PROOFS / digest[:2] / digest[2:4]).glob(f"{digest}-*"):
            proof.unlink(missing_ok=True)
        return True


def _copy(source: Path, path: Path) -> None:
    # The same bytes may come under two records at once, in two processes or threads.
    beside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with source.open("rb") as read, beside.open("wb") as written:
            shutil.copyfileobj(read, written)
            written.flush()
            os.fsync(written.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can do that."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Windows opens no folder.
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _folders(folder: Path) -> list[Path]:
    with contextlib.suppress(FileNotFoundError):
        return sorted(path for path in folder.iterdir() if len(path.name) == 2 and path.is_dir())
    return []


def _found(folder: Path) -> list[Blob]:
    return list(_blobs_in(folder))


def _blobs_in(folder: Path) -> Iterator[Blob]:
    for path in folder.glob("??/*"):
        with contextlib.suppress(FileNotFoundError):
            if len(path.name) == 64:
                yield Blob(path.name, path.stat().st_mtime_ns // 1_000_000)


def _proofs_in(folder: Path) -> list[Proof]:
    return [Proof(*parts) for path in folder.glob("??/*") if len(parts := path.name.split("-")) == len(Proof._fields)]

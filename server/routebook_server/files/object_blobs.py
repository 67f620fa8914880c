"""Object blobs: whole files in a store that speaks S3, through obstore."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from routebook_server.files.blobs import PIECE, PROOFS, Blob, Blobs, Proof

_DIGEST_WIDTH: Final = 64
_PIECES: Final = 16
"""Pieces asked for at once."""


class ObjectBlobs(Blobs):
    """Below the prefix of the store: ``ab/abcd…``, proofs apart. What fails there is an OSError here."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, digest: str, source: Path) -> None:
        """See ``Blobs``; the store itself sees to it that an object is there whole or not at all."""
        try:
            await obstore.put_async(self._store, _key(digest), source)
        except BaseError as error:
            raise OSError(str(error)) from error

    async def size(self, digest: str) -> int | None:
        """See ``Blobs``."""
        try:
            return (await obstore.head_async(self._store, _key(digest)))["size"]
        except FileNotFoundError:
            return None
        except BaseError as error:
            raise OSError(str(error)) from error

    async def read(self, digest: str, start: int, end: int) -> AsyncIterator[bytes]:
        """See ``Blobs``."""
        step = PIECE * _PIECES
        try:
            for begin in range(start, end, step):
                stop = min(begin + step, end)
                found = await obstore.get_range_async(self._store, _key(digest), start=begin, end=stop)
                yield bytes(found)
        except BaseError as error:
            raise OSError(str(error)) from error

    async def blobs(self) -> AsyncIterator[list[Blob]]:
        """See ``Blobs``."""
        try:
            async for some in obstore.list(self._store):
                yield [
                    Blob(name, int(one["last_modified"].timestamp() * 1_000))
                    for one in some
                    if len(name := one["path"].rpartition("/")[2]) == _DIGEST_WIDTH
                ]
        except BaseError as error:
            raise OSError(str(error)) from error

    async def drop(self, digest: str, before_ms: int) -> bool:
        """See ``Blobs``."""
        try:
            found = await obstore.head_async(self._store, _key(digest))
            if found["last_modified"].timestamp() * 1_000 >= before_ms:
                return False
            await obstore.delete_async(self._store, _key(digest))
            async for some in obstore.list(self._store, _proofs_key(digest)):
                await obstore.delete_async(self._store, [one["path"] for one in some])
        except FileNotFoundError:
            return True
        except BaseError as error:
            raise OSError(str(error)) from error
        return True

    async def prove(self, proof: Proof) -> None:
        """See ``Blobs``."""
        try:
            await obstore.put_async(self._store, _proof_key(proof), b"")
        except BaseError as error:
            raise OSError(str(error)) from error

    async def is_proved(self, proof: Proof) -> bool:
        """See ``Blobs``."""
        try:
            await obstore.head_async(self._store, _proof_key(proof))
        except FileNotFoundError:
            return False
        except BaseError as error:
            raise OSError(str(error)) from error
        return True

    async def proofs(self) -> AsyncIterator[list[Proof]]:
        """See ``Blobs``."""
        try:
            async for some in obstore.list(self._store, PROOFS):
                yield [_proof_of(one["path"]) for one in some]
        except BaseError as error:
            raise OSError(str(error)) from error


def _proofs_key(digest: str) -> str:
    return f"{PROOFS}/{digest[:2]}/{digest}"


def _proof_key(proof: Proof) -> str:
    return f"{_proofs_key(proof.digest)}/{proof.record}-{proof.root}"


def _proof_of(key: str) -> Proof:
    *_, digest, name = key.split("/")
    record, _, root = name.partition("-")
    return Proof(digest, record, root)


def _key(digest: str) -> str:
    return f"{digest[:2]}/{digest}"

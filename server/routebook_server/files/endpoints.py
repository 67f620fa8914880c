"""Endpoints: ``/api/files``, where the bytes of a file's record come and go."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get, patch
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from litestar.response import Stream

from routebook_server.database import Database
from routebook_server.files.blobs import Blobs
from routebook_server.files.claims import Claim, find_claim, find_claim_to_send
from routebook_server.files.ranges import Range, UnsatisfiableRangeError, range_of
from routebook_server.files.recalling import Recaller, write_stored
from routebook_server.files.uploads import (
    MAX_CHUNK,
    NoSpaceError,
    TooLongError,
    Uploads,
    Wanted,
    WrongContentError,
    WrongDigestError,
    WrongOffsetError,
)
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.direct import ActorOf, require
from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.records.store import RefusedError, Store, UnavailableError
from routebook_sync.entities.file import MAX_FILE
from routebook_sync.messages import ProblemCode

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["files"]
_BYTES: Final = "/api/files/{record:str}/{digest:str}"
_UPLOAD: Final = f"{_BYTES}/upload"
_RETRY_AFTER_S: Final = 60

Sending: TypeAlias = tuple[Claim, Wanted]
"""A file's record, and what may be sent under it."""


class UploadState(msgspec.Struct, frozen=True):
    """How far the server has a file."""

    offset: int
    """The byte that it wants next."""
    size: int
    stored: bool
    """Whether it has all of it, and the record says so."""


def file_endpoints(
    store: Store, blobs: Blobs, uploads: Uploads, recaller: Recaller, actor_of: ActorOf
) -> Sequence[HTTPRouteHandler]:
    """Return the handlers of /api/files."""
    door = _Door(store.database, actor_of)
    receiving = _Receiving(store, uploads, recaller)

    @get(_UPLOAD, tags=_TAGS, summary="How far the server has a file")
    async def ask(request: AnyRequest, record: str, digest: str) -> UploadState:
        return await receiving.state(*await door.sending(request, record, digest))

    @patch(_UPLOAD, tags=_TAGS, summary="The next bytes of a file", request_max_body_size=MAX_CHUNK)
    async def append(
        request: AnyRequest,
        record: str,
        digest: str,
        offset: Annotated[int, Parameter(header="upload-offset", ge=0, le=MAX_FILE)],
    ) -> UploadState:
        await door.meet(request)  # Nobody is listened to whom nobody knows.
        chunk = await request.body()
        # Whatever he might when it began to arrive: he is asked only now, and again before all of it is stored.
        return await receiving.take(lambda: door.sending(request, record, digest), offset, chunk)

    @get(_BYTES, tags=_TAGS, summary="A file, or its small picture")
    async def read(request: AnyRequest, record: str, digest: str) -> Response[Any]:
        claim = await door.claim(request, record)
        try:
            is_here = claim.is_stored(digest) or await receiving.recall(claim, claim.wanted(digest))
            size = await blobs.size(digest) if is_here else None
        except OSError as error:
            raise UnavailableError(str(error)) from error
        if size is None:
            raise ProblemError(make_problem(ProblemCode.NOT_FOUND))
        try:
            part = range_of(request.headers.get("range"), size)
        except UnsatisfiableRangeError:
            return Response(
                b"",
                status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                headers={"content-range": f"bytes */{size}"},
            )
        return _send(blobs, claim, digest, size, part)

    return [ask, append, read]


class _Door:
    """Who asks for which file."""

    def __init__(self, database: Database, actor_of: ActorOf) -> None:
        self._database = database
        self._actor_of = actor_of

    async def meet(self, request: AnyRequest) -> Actor:
        """Return who asks; ProblemError if nobody does who may."""
        return await require(self._actor_of, request.scope)

    async def claim(self, request: AnyRequest, record: str) -> Claim:
        """Return the record as far as the asker may see it; ProblemError not_found otherwise."""
        actor = await self.meet(request)
        return _required(await self._database.glance(lambda connection: find_claim(connection, record, actor.buckets)))

    async def sending(self, request: AnyRequest, record: str, digest: str) -> Sending:
        """Return the record as far as the asker may send its bytes now, and which; ProblemError not_found otherwise."""
        actor = await self.meet(request)
        claim = _required(
            await self._database.glance(
                lambda connection: find_claim_to_send(connection, record, actor.buckets, actor.person)
            )
        )
        wanted = claim.wanted(digest)
        if wanted is None:
            raise ProblemError(make_problem(ProblemCode.NOT_FOUND))
        return claim, wanted


class _Receiving:
    """Takes chunks, and writes into the record what has come."""

    def __init__(self, store: Store, uploads: Uploads, recaller: Recaller) -> None:
        self._store = store
        self._uploads = uploads
        self._recaller = recaller

    async def state(self, claim: Claim, wanted: Wanted) -> UploadState:
        try:
            if claim.is_stored(wanted.digest) or await self.recall(claim, wanted):
                return await self._stored(wanted)
        except OSError as error:
            raise UnavailableError(str(error)) from error
        return UploadState(await self._uploads.offset(wanted), wanted.size, stored=False)

    async def take(self, sending: Callable[[], Awaitable[Sending]], offset: int, chunk: bytes) -> UploadState:
        claim, wanted = await sending()
        if claim.is_stored(wanted.digest):
            return await self._stored(wanted)
        try:
            reached = await self._uploads.append(wanted, offset, chunk)
            stored = reached == wanted.size and await self._uploads.finish(wanted, sending)
        except WrongOffsetError as error:
            raise ProblemError(make_problem(ProblemCode.WRONG_OFFSET, expected=error.offset)) from None
        except TooLongError:
            raise ProblemError(make_problem(ProblemCode.TOO_LARGE, "More than the record says.")) from None
        except WrongContentError:
            raise ProblemError(make_problem(ProblemCode.WRONG_CONTENT)) from None
        except WrongDigestError:
            raise ProblemError(make_problem(ProblemCode.WRONG_DIGEST)) from None
        except NoSpaceError:
            raise ProblemError(make_problem(ProblemCode.NO_SPACE, retry_after=_RETRY_AFTER_S)) from None
        except OSError as error:
            raise UnavailableError(str(error)) from error
        if stored:
            await self._write_down(claim, wanted)
        return UploadState(reached, wanted.size, stored=stored)

    async def recall(self, claim: Claim, wanted: Wanted | None) -> bool:
        """Tell whether bytes that a restored book knows nothing of came under this record, and write that down."""
        try:
            return wanted is not None and await self._recaller.recall(claim, wanted)
        except RefusedError:
            raise ProblemError(make_problem(ProblemCode.NOT_FOUND)) from None

    async def _stored(self, wanted: Wanted) -> UploadState:
        # A server that died once it had written down that the file is here left the part behind.
        await self._uploads.forget(wanted)
        return UploadState(wanted.size, wanted.size, stored=True)

    async def _write_down(self, claim: Claim, wanted: Wanted) -> None:
        # A server that dies before this has the part still: the device asks, sends nothing more, and it is done again.
        try:
            await write_stored(self._store, claim, wanted.digest)
        except RefusedError:
            raise ProblemError(make_problem(ProblemCode.NOT_FOUND)) from None
        await self._uploads.forget(wanted)


def _required(claim: Claim | None) -> Claim:
    if claim is None:
        raise ProblemError(make_problem(ProblemCode.NOT_FOUND))
    return claim


def _send(blobs: Blobs, claim: Claim, digest: str, size: int, part: Range | None) -> Response[Any]:
    asked = part or Range(0, size)
    headers = {
        "content-length": str(asked.end - asked.start),
        "accept-ranges": "bytes",
        # A browser's own copy would outlive a wipe: the app keeps what it needs, and drops it.
        "cache-control": "private, no-store",
        # Whatever it is, no browser opens it here as a page.
        "content-disposition": f"attachment; filename*=UTF-8''{quote(claim.values.name or digest[:12], safe='')}",
        "content-security-policy": "sandbox",
    }
    if part is not None:
        headers["content-range"] = f"bytes {asked.start}-{asked.end - 1}/{size}"
    return Stream(
        blobs.read(digest, asked.start, asked.end),
        status_code=HTTPStatus.PARTIAL_CONTENT if part is not None else HTTPStatus.OK,
        media_type=claim.type_of(digest),
        headers=headers,
    )

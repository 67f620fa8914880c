"""Problems: every refusal of a request as ``application/problem+json`` (RFC 9457) with a code of the closed set."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

import msgspec
from litestar.types import Send

from routebook_sync.messages import Problem, ProblemCode

MEDIA_TYPE: Final = "application/problem+json"

_KINDS: Final[dict[ProblemCode, tuple[HTTPStatus, str]]] = {
    ProblemCode.MALFORMED: (HTTPStatus.BAD_REQUEST, "The request cannot be read."),
    ProblemCode.TOO_LARGE: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too large; send it in parts."),
    ProblemCode.FUTURE_PROTOCOL: (HTTPStatus.BAD_REQUEST, "The app is newer than the server."),
    ProblemCode.UNKNOWN_KIND: (HTTPStatus.BAD_REQUEST, "There is no such kind of record."),
    ProblemCode.UNKNOWN_FIELD: (HTTPStatus.BAD_REQUEST, "There is no such field."),
    ProblemCode.WRONG_TYPE: (HTTPStatus.BAD_REQUEST, "A value is not what its field holds."),
    ProblemCode.MISSING_FIELD: (HTTPStatus.BAD_REQUEST, "A field is missing."),
    ProblemCode.BAD_STAMP: (HTTPStatus.BAD_REQUEST, "A stamp is not valid."),
    ProblemCode.FOREIGN_ROOT: (HTTPStatus.BAD_REQUEST, "The record belongs to something else."),
    ProblemCode.MISSING_ROOT: (HTTPStatus.BAD_REQUEST, "What the record belongs to is not there."),
    ProblemCode.FORBIDDEN: (HTTPStatus.FORBIDDEN, "You may not do that."),
    ProblemCode.FORBIDDEN_FIELD: (HTTPStatus.FORBIDDEN, "You may not change that field."),
    ProblemCode.GAP: (HTTPStatus.CONFLICT, "Earlier edits are missing."),
    ProblemCode.NOT_SIGNED_IN: (HTTPStatus.UNAUTHORIZED, "Sign in first."),
    ProblemCode.SESSION_EXPIRED: (HTTPStatus.UNAUTHORIZED, "Sign in again."),
    ProblemCode.WRONG_CREDENTIALS: (HTTPStatus.UNAUTHORIZED, "E-mail or password is not right."),
    ProblemCode.RATE_LIMITED: (HTTPStatus.TOO_MANY_REQUESTS, "Too many tries; wait before the next."),
    ProblemCode.WRONG_DEVICE: (HTTPStatus.CONFLICT, "The session belongs to another device."),
    ProblemCode.DEVICE_REVOKED: (HTTPStatus.UNAUTHORIZED, "This device was signed out; sign in again."),
    ProblemCode.NOT_FOUND: (HTTPStatus.NOT_FOUND, "It is not there."),
    ProblemCode.METHOD_NOT_ALLOWED: (HTTPStatus.METHOD_NOT_ALLOWED, "That cannot be done here."),
    ProblemCode.UNSUPPORTED_TYPE: (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON."),
    ProblemCode.TAKEN: (HTTPStatus.CONFLICT, "Somebody else has it already."),
    ProblemCode.UNAVAILABLE: (HTTPStatus.SERVICE_UNAVAILABLE, "The server is busy; try again in a moment."),
    ProblemCode.INTERNAL: (HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on the server."),
}


class ProblemError(Exception):
    """Ends a request with a problem; for handlers, where an answer of another type cannot be returned."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code.value)
        self.problem = problem


def make_problem(
    code: ProblemCode, detail: str = "", *, field: str = "", expected: int = 0, retry_after: int = 0
) -> Problem:
    """Return the problem of a code; ``detail`` says what exactly, ``field`` where, ``retry_after`` in seconds."""
    status, title = _KINDS[code]
    return Problem(
        type=f"urn:routebook:problem:{code.value}",
        title=title,
        status=status.value,
        code=code,
        detail=detail,
        field=field,
        expected=expected,
        retry_after=retry_after,
    )


def problem_headers(problem: Problem) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with this problem, all but the length."""
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"cache-control", b"no-store")]
    if problem.retry_after:
        headers.append((b"retry-after", str(problem.retry_after).encode()))
    return headers


async def send_problem(send: Send, problem: Problem, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Answer an ASGI request with a problem."""
    body = msgspec.json.encode(problem)
    answered = [*problem_headers(problem), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": problem.status, "headers": answered})
    await send({"type": "http.response.body", "body": body, "more_body": False})

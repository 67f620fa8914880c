"""Problems: every refusal of a request as ``application/problem+json`` (RFC 9457) with a code of the closed set."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap, Send

from routebook_server.database import UNAVAILABLE
from routebook_server.records.store import UnavailableError
from routebook_sync.messages import Problem, ProblemCode

MEDIA_TYPE: Final = "application/problem+json"

_RETRY_AFTER_S: Final = 5
_log = structlog.get_logger()

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
    ProblemCode.CUSTODY_FULL: (HTTPStatus.INSUFFICIENT_STORAGE, "Too much waits for a decision already."),
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
    ProblemCode.WRONG_OFFSET: (HTTPStatus.CONFLICT, "The file goes on at another byte."),
    ProblemCode.WRONG_DIGEST: (HTTPStatus.UNPROCESSABLE_ENTITY, "The bytes are not those of the file."),
    ProblemCode.WRONG_CONTENT: (HTTPStatus.UNPROCESSABLE_ENTITY, "Files of this kind are not taken."),
    ProblemCode.NO_SPACE: (HTTPStatus.INSUFFICIENT_STORAGE, "The server has no room for files now."),
    ProblemCode.UNAVAILABLE: (HTTPStatus.SERVICE_UNAVAILABLE, "The server is busy; try again in a moment."),
    ProblemCode.INTERNAL: (HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on the server."),
}

_CODE_BY_STATUS: Final = {
    status.value: code
    for code, status in {
        ProblemCode.NOT_SIGNED_IN: HTTPStatus.UNAUTHORIZED,
        ProblemCode.FORBIDDEN: HTTPStatus.FORBIDDEN,
        ProblemCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
        ProblemCode.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
        ProblemCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        ProblemCode.UNSUPPORTED_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
        ProblemCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    }.items()
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


def unavailable(error: Exception, path: str) -> Problem:
    """Log that the database cannot work now, and return the problem that says so."""
    _log.error("the database cannot work now", path=path, exc_info=error)
    return make_problem(ProblemCode.UNAVAILABLE, retry_after=_RETRY_AFTER_S)


def problem_headers(problem: Problem) -> dict[str, str]:
    """Return the headers that belong to a problem beside its media type."""
    headers = {"cache-control": "no-store"}
    if problem.retry_after:
        headers["retry-after"] = str(problem.retry_after)
    return headers


def problem_response(problem: Problem) -> Response[bytes]:
    """Return a problem as a Litestar response."""
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=problem_headers(problem),
    )


async def send_problem(send: Send, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
    """Answer a raw ASGI request with a problem and further ``headers``."""
    body = msgspec.json.encode(problem)
    answered = {
        **(headers or {}),
        **problem_headers(problem),
        "content-type": MEDIA_TYPE,
        "content-length": str(len(body)),
    }
    raw = [(name.encode(), value.encode()) for name, value in answered.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": raw})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _answer_problem(_request: Request[Any, Any, Any], error: ProblemError) -> Response[bytes]:
    return problem_response(error.problem)


def _answer_http(_request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    status = error.status_code
    fallback = ProblemCode.INTERNAL if status >= HTTPStatus.INTERNAL_SERVER_ERROR else ProblemCode.MALFORMED
    code = _CODE_BY_STATUS.get(status, fallback)
    response = problem_response(make_problem(code))
    response.headers.update(error.headers or {})
    return response


def _answer_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    _log.error("request failed", path=request.url.path, exc_info=error)
    return problem_response(make_problem(ProblemCode.INTERNAL))


def _answer_unavailable(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    return problem_response(unavailable(error, request.url.path))


PROBLEM_HANDLERS: Final[ExceptionHandlersMap] = {
    **dict.fromkeys((UnavailableError, *UNAVAILABLE), _answer_unavailable),
    ProblemError: _answer_problem,
    HTTPException: _answer_http,
    Exception: _answer_unexpected,
}
"""For ``Litestar(exception_handlers=…)``: whatever is raised becomes a problem with a code."""

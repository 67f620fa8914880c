"""How every exception that leaves an endpoint becomes a problem with a code."""

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from routebook_server.gateway.problem import MEDIA_TYPE, ProblemError, make_problem
from routebook_server.web.request_log import report_fault
from routebook_sync.messages import Problem, ProblemCode

_CODE_BY_STATUS: Final = {
    400: ProblemCode.MALFORMED,
    401: ProblemCode.NOT_SIGNED_IN,
    403: ProblemCode.FORBIDDEN,
    404: ProblemCode.NOT_FOUND,
    405: ProblemCode.METHOD_NOT_ALLOWED,
    413: ProblemCode.TOO_LARGE,
    415: ProblemCode.UNSUPPORTED_TYPE,
    429: ProblemCode.RATE_LIMITED,
    503: ProblemCode.UNAVAILABLE,
}
_MISSING: Final = re.compile(r"missing required (?:field|argument) [`'](\w+)[`']")
_UNKNOWN: Final = re.compile(r"unknown field `([^`]*)`")
_INDEX: Final = re.compile(r"\[(\d+)\]")


def exception_handlers(random: Callable[[int], bytes]) -> ExceptionHandlersMap:
    """Return Litestar's handlers; a fault of ours is logged under a number and answered without its traceback."""

    def refused(_request: Request[Any, Any, Any], error: ProblemError) -> Response[Any]:
        return _respond(error.problem)

    def invalid(_request: Request[Any, Any, Any], error: ValidationException) -> Response[Any]:
        return _respond(problem_from_validation(error))

    def standard(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        code = _CODE_BY_STATUS.get(error.status_code)
        if code is None:
            return _respond(report_fault(error, request.scope, random))
        return _respond(make_problem(code), error.headers)

    def fault(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        return _respond(report_fault(error, request.scope, random))

    return {ProblemError: refused, ValidationException: invalid, HTTPException: standard, Exception: fault}


def problem_from_validation(error: ValidationException) -> Problem:
    """Return the problem that names the first field that is wrong, as a dotted path (``cover.0.person``)."""
    found = error.extra[0] if isinstance(error.extra, list) and error.extra else {}
    message = str(found.get("message", ""))
    path = _INDEX.sub(r".\1", str(found.get("key", "")))
    path = "" if path == "data" else path.removeprefix("data.")
    missing, unknown = _MISSING.search(message), _UNKNOWN.search(message)
    if missing is not None:
        name = missing.group(1)
        return make_problem(ProblemCode.MISSING_FIELD, field="" if name == "data" else _join(path, name))
    if unknown is not None:
        return make_problem(ProblemCode.UNKNOWN_FIELD, field=_join(path, unknown.group(1)))
    return make_problem(ProblemCode.WRONG_TYPE, message, field=path)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _respond(problem: Problem, headers: dict[str, str] | None = None) -> Response[Any]:
    answered = {**(headers or {}), "cache-control": "no-store"}
    if problem.retry_after:
        answered["retry-after"] = str(problem.retry_after)
    return Response(msgspec.json.encode(problem), status_code=problem.status, media_type=MEDIA_TYPE, headers=answered)

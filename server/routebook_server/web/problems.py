"""How every exception that leaves an endpoint becomes a problem with a code."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar, Final

from litestar import Request, Response, Router
from litestar.exceptions import (
    ClientException,
    HTTPException,
    InternalServerException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import ExceptionHandlersMap

from routebook_server.gateway.body import BODY_S, in_time
from routebook_server.gateway.problem import PROBLEM_HANDLERS, ProblemError, make_problem, problem_response
from routebook_server.web.request_log import report_fault
from routebook_sync.messages import Problem, ProblemCode

_SPEAKING: Final = (NotFoundException, MethodNotAllowedException, RequestEntityTooLarge)
"""Raised by Litestar itself, with a status that says everything."""
_MISSING: Final = re.compile(r"missing required (?:field|argument) [`'](\w+)[`']")
_UNKNOWN: Final = re.compile(r"unknown field `([^`]*)`")
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""In JSON; no text of the protocol has one (SPEC R15), and PostgreSQL stores none."""
_INDEX: Final = re.compile(r"\[(\d+)\]")


class JsonRequest(Request[Any, Any, Any]):
    """A request whose body, where it cannot be read or does not come, is a problem and not a fault."""

    body_s: ClassVar[float] = BODY_S
    """How long it may take to arrive."""

    async def body(self) -> bytes:
        """Return the body; ProblemError unavailable where it takes too long to arrive."""
        return await in_time(super().body(), self.body_s)

    async def json(self) -> Any:
        """Return the body's JSON; ProblemError malformed where it is not UTF-8, nested too deeply or has a NUL."""
        if _NUL.search(await self.body()):
            raise ProblemError(make_problem(ProblemCode.MALFORMED, "No text has a NUL."))
        try:
            return await super().json()
        except (UnicodeDecodeError, RecursionError):
            raise ProblemError(make_problem(ProblemCode.MALFORMED)) from None


def exception_handlers(random: Callable[[int], bytes]) -> ExceptionHandlersMap:
    """Return Litestar's handlers; a fault of ours is logged under a number and answered without its traceback."""

    def invalid(_request: Request[Any, Any, Any], error: ValidationException) -> Response[Any]:
        return problem_response(problem_from_validation(error))

    def unreadable(_request: Request[Any, Any, Any], _error: ClientException) -> Response[Any]:
        return problem_response(make_problem(ProblemCode.MALFORMED))

    def fault(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        return problem_response(report_fault(error, request.scope, random))

    return {
        **PROBLEM_HANDLERS,
        ClientException: unreadable,
        **dict.fromkeys(_SPEAKING, PROBLEM_HANDLERS[HTTPException]),
        ValidationException: invalid,
        InternalServerException: fault,
        Exception: fault,
    }


def schema_router() -> Router:
    """Return the router of the API's description, with a problem for Litestar's page of a wrong address."""

    async def answer(response: Response[Any]) -> Response[Any]:
        return (
            problem_response(make_problem(ProblemCode.NOT_FOUND))
            if response.status_code == HTTPStatus.NOT_FOUND
            else response
        )

    return Router("/api/schema", route_handlers=[], include_in_schema=False, after_request=answer)


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

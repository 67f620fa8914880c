"""NUL: refused in every address before anybody routes or reads it. PostgreSQL stores none, and no person types one.

What stands in a body is looked at where that is read.
"""

from litestar.types import HTTPScope

from routebook_server.gateway.problem import make_problem
from routebook_sync.messages import Problem, ProblemCode


def refuse_nul(scope: HTTPScope) -> Problem | None:
    """Return why a request's address cannot be taken, or None."""
    if "\x00" in scope["path"]:
        return make_problem(ProblemCode.NOT_FOUND)  # Nothing has such a name.
    query = scope["query_string"]
    if query and (b"%00" in query or b"\x00" in query):
        return make_problem(ProblemCode.MALFORMED, "A query must not hold a NUL character.")
    return None

"""Unanswered: edits that wait although their rows may have been read, since no answer to them was heard (SPEC R42).

What becomes of such an edit its row says, not the edit, under whatever number its verdict comes in the end.
"""

from collections.abc import Callable

from routebook_sync.messages import Edit
from routebook_sync.replica.tables import Tables


def note_unanswered(tables: Tables, pushed: int, *, is_restored: bool) -> None:
    """Note that rows are read while the server has edits up to ``pushed`` whose verdicts are not there, 0 for none.

    ``is_restored``: what was noted before is of another life of the server.
    """
    if is_restored:
        forget_unanswered(tables)
    if pushed:
        tables.meta.put("unanswered", pushed)


def forget_unanswered(tables: Tables) -> None:
    """Forget all of them."""
    tables.meta.put("unanswered", 0)
    tables.meta.put("read", [])


def carry_over(tables: Tables) -> None:
    """Know these edits by their stamps from now on: what waits is about to get other numbers."""
    pushed = tables.number("unanswered")
    if pushed:
        read = {*(tables.meta.get("read") or ()), *(edit.at for edit in tables.unsent() if edit.n <= pushed)}
        tables.meta.put("read", sorted(read))
        tables.meta.put("unanswered", 0)


def were_unanswered(tables: Tables) -> Callable[[Edit], bool]:
    """Return what tells such an edit."""
    pushed, read = tables.number("unanswered"), frozenset(tables.meta.get("read") or ())
    return lambda edit: edit.n <= pushed or edit.at in read


def forget_answered(tables: Tables, pushed: int) -> None:
    """Forget those whose verdicts, up to ``pushed``, are stored."""
    if 0 < tables.number("unanswered") <= pushed:
        tables.meta.put("unanswered", 0)
    read = tables.meta.get("read")
    if read:
        waiting = {edit.at for edit in tables.unsent()}
        tables.meta.put("read", [stamp for stamp in read if stamp in waiting])

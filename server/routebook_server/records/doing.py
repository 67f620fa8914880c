"""Doing: when something was done, which can lie ahead of no right clock (SPEC R6)."""

from typing import Any, Final

from routebook_sync.clock import CLAMP_MS

DONE_AT: Final = frozenset(
    {
        "called_at", "checked_in_at", "checked_out_at", "discount_asked_at", "done_at", "ordered_at",
        "seen_at", "signed_at", "stage_since", "taken_at", "written_at",
    }
)  # fmt: skip
"""The fields, of whatever kind, that tell it; what is planned, due or repeated may lie ahead."""


def set_right(values: dict[str, Any], now_ms: int, ahead_ms: int) -> tuple[dict[str, Any], str]:
    """Return an edit's values with what was done "in the future" as it was by the server's clock, and such a field.

    ``ahead_ms``: by how much the device's clock was ahead when it sent the edit, as good a guess as there is of when
    it wrote; nothing is left ahead of ``now_ms``. The same values and "" where nothing lies ahead by more than a stamp
    may.
    """
    latest = now_ms + CLAMP_MS
    ahead = [name for name in DONE_AT.intersection(values) if isinstance(at := values[name], int) and at > latest]
    if not ahead:
        return values, ""
    righted = {name: max(0, min(now_ms, values[name] - max(0, ahead_ms))) for name in ahead}
    return {**values, **righted}, min(ahead)

"""Sharing: which tests one worker takes together, so that none is left alone with a long file at the end.

Tests that share a server or a page stay together, in their order; those that share nothing go one by one.
"""

from typing import Final

from xdist.scheduler import LoadScopeScheduling

APART: Final = {"test_lock.py", "test_offline_app.py"}
"""Files whose tests each start a server of their own."""
WALKS: Final = {"test_screens.py"}
"""Files that walk through every screen, in each language with pages of its own."""


class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Hands out together what ``part_of`` gives one name, the largest first."""

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)


def part_of(nodeid: str) -> str:
    """Return the name of what a test stays with: its file, the half of its file in Persian, or itself."""
    path, _, test = nodeid.partition("::")
    name = path.rpartition("/")[2]
    if name in APART:
        return nodeid
    return f"{path} in Persian" if name in WALKS and test.endswith("-fa]") else path

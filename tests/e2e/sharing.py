"""Sharing: which tests one worker takes together, so that none is left alone with a long file at the end; what all use.

Tests that share a server or a page stay together, in their order; those that share nothing go one by one.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from xdist.scheduler import LoadScopeScheduling

from e2e.house import wait_until

APART: Final = {"test_lock.py", "test_offline_app.py"}
"""Files whose tests each start a server of their own."""
WALKS: Final = {"test_screens.py"}
"""Files that walk through every screen, in each language with pages of its own."""

MADE_WITHIN_S: Final = 300


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


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder of that name in which ``make`` was called: by the first worker that asks; the others wait."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    ended = folder.with_suffix(".ended")
    try:
        folder.mkdir()
    except FileExistsError:
        wait_until(lambda: ended.exists() and ended.read_text() != "", MADE_WITHIN_S, f"another worker has made {name}")
    else:
        try:
            make(folder)
            ended.write_text("made")
        except BaseException:
            ended.write_text("failed")
            raise
    assert ended.read_text() == "made", f"another worker failed to make {name}"
    return folder

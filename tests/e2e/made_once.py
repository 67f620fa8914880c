"""Made once: a folder that all workers of a test run use, made by the first that asks for it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from e2e.house import wait_until

MADE_WITHIN_S: Final = 300


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

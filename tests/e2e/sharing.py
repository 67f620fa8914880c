"""Sharing: which tests one worker takes together, so that none is left alone with a long file at the end.

Tests that share a server or a page stay together, in their order; those that share nothing go one by one.
"""

from collections.abc import Iterable
from typing import Final

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

APART: Final = {"test_first_light.py", "test_lock.py", "test_offline_app.py", "test_whole_day.py"}
"""Files whose tests each start a server of their own."""
WALKS: Final = {"test_screens.py"}
"""Files that walk through every screen, in each language with pages of its own."""
SLOW: Final = {
    "test_kills.py": 100,
    "test_whole_day.py": 70,
    "test_first_light.py": 65,
    "test_needs_a_look.py": 60,
    "test_lock.py": 50,
    "test_offline_app.py": 30,
    "test_voice_notes.py": 30,
    "test_older.py": 30,
    "test_photos.py": 25,
    "test_two_devices.py": 25,
    "test_two_tabs.py": 25,
    "test_map.py": 25,
    "test_devices.py": 20,
    "test_reminders.py": 20,
    "test_visit_report.py": 20,
    "test_taps.py": 10,
}
"""About how many seconds a test of these files takes on a busy machine."""
OTHERWISE: Final = 5


class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Hands out together what ``part_of`` gives one name, what takes longest first."""

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(max(self.workqueue, key=lambda part: seconds_of(self.workqueue[part])), last=False)
        super()._assign_work_unit(node)


def seconds_of(tests: Iterable[str]) -> int:
    """Return about how long these tests take, by the files that they are in."""
    return sum(SLOW.get(_file_of(test), OTHERWISE) for test in tests)


def part_of(nodeid: str) -> str:
    """Return the name of what a test stays with: its file, the half of its file in Persian, or itself."""
    path, _, test = nodeid.partition("::")
    name = _file_of(nodeid)
    if name in APART:
        return nodeid
    return f"{path} in Persian" if name in WALKS and test.endswith("-fa]") else path


def _file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0].rpartition("/")[2]

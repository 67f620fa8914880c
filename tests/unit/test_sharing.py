"""What the workers of the browser tests take together is what shares something, and nothing else."""

from pathlib import Path

import pytest

from e2e.sharing import APART, SLOW, WALKS, part_of, seconds_of

E2E = Path(__file__).parents[1] / "e2e"


def test_a_file_whose_tests_share_a_server_stays_together() -> None:
    assert part_of("tests/e2e/test_taps.py::test_a[english-1]") == part_of("tests/e2e/test_taps.py::test_b")


def test_a_walk_through_the_screens_goes_in_two_halves() -> None:
    walk = "tests/e2e/test_screens.py::test_a"
    assert part_of(f"{walk}[today-en]") == part_of(f"{walk}[tasks-en]") != part_of(f"{walk}[today-fa]")
    assert part_of(f"{walk}[today-fa]") == part_of(f"{walk}[tasks-fa]")


def test_tests_that_share_nothing_go_one_by_one() -> None:
    assert part_of("tests/e2e/test_lock.py::test_a") != part_of("tests/e2e/test_lock.py::test_b")


@pytest.mark.parametrize("name", sorted(APART | WALKS))
def test_only_a_file_that_shares_nothing_goes_apart(name: str) -> None:
    text = (E2E / name).read_text(encoding="utf-8")
    is_shared = "shared_" in text or 'scope="module"' in text
    assert is_shared == (name in WALKS)


def test_one_slow_test_begins_before_several_quick_ones() -> None:
    assert seconds_of(["tests/e2e/test_kills.py::test_a"]) > seconds_of(["tests/e2e/test_tabs.py::test_a"] * 6)


def test_every_file_that_is_called_slow_is_there() -> None:
    assert [name for name in SLOW if not (E2E / name).is_file()] == []

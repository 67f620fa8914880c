"""What the server's database says of edits."""

from collections import Counter
from typing import Any, Final

from reading import read_rows

KEPT_ELSEWHERE: Final = frozenset({"held", "rejected"})
"""Verdicts of edits that are in nobody's history: refused, or in custody."""


def edits_taken(database: str) -> Counter[tuple[int, str, str]]:
    """Return how often each edit stands in the value history, by device, record and stamp."""
    return Counter(
        (device, edit, stamp) for device, edit, stamp in read_rows(database, "SELECT device, id, stamp FROM history")
    )


def heads(database: str) -> dict[str, list[int]]:
    """Return the head of every bucket."""
    found = read_rows(database, "SELECT bucket, epoch, seq FROM bucket")
    return {bucket: [epoch, seq] for bucket, epoch, seq in found}


def check_taken_once(taken: Counter[tuple[int, str, str]], device: int, acknowledged: list[dict[str, Any]]) -> None:
    """AssertionError if an acknowledged edit of the device is not in the history, or an edit of it is there twice."""
    expected = {(device, edit["id"], edit["at"]) for edit in acknowledged if edit["verdict"] not in KEPT_ELSEWHERE}
    own = {edit: times for edit, times in taken.items() if edit[0] == device}
    lost, doubled = expected - own.keys(), [edit for edit, times in own.items() if times > 1]
    assert not lost, f"{len(lost)} acknowledged edits of device {device} are lost: {sorted(lost)[:3]}"
    assert not doubled, f"edits of device {device} were taken twice: {doubled[:3]}"

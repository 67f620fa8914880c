"""The joins (SPEC R10-R16): how two states of one field become one. Pure, commutative, associative, idempotent.

Shapes (all JSON):
register  value with a stamp beside it; the greater stamp wins, the greater device number on a tie (part of the stamp)
set       {element: [adds, removes]}, each a sorted list of stamps, at most one (the greatest) for each device
counter   {device: [plus, minus]}, totals that one device alone raises; device as 4 base-32 digits
log       {stamp: text}, insert-only
text      as register, until the server merges by words (SPEC R16)
"""

from enum import StrEnum
from typing import Any, Final, TypeAlias

from routebook_sync.clock import DEVICE_WIDTH

MAX_SAFE: Final = (1 << 53) - 1
"""The greatest integer that goes over the wire: JavaScript counts no further."""

SetState: TypeAlias = dict[str, list[list[str]]]
CounterState: TypeAlias = dict[str, list[int]]
LogState: TypeAlias = dict[str, str]


class Join(StrEnum):
    """The name of a join, as entities declare it."""

    REGISTER = "register"
    TEXT = "text"
    SET = "set"
    COUNTER = "counter"
    LOG = "log"


STAMPED = frozenset({Join.REGISTER, Join.TEXT})
"""Joins whose stamp stands in the record's packed stamps; the others carry their stamps inside."""


def is_same(value: Any, other: Any) -> bool:
    """Tell whether two values are the same on the wire: true is not 1, though Python calls them equal."""
    if value is None or isinstance(value, str):
        return bool(value == other)
    return bool(value == other) and canonical(value) == canonical(other)


def register_stands(value: Any, stamp: str, other: Any, other_stamp: str) -> bool:
    """Tell whether the first of two registers stands: it has the greater stamp (SPEC R10).

    Equal stamps mean the same edit; should a faulty device reuse one, the greater canonical bytes win everywhere.
    """
    return canonical(value) >= canonical(other) if stamp == other_stamp else stamp > other_stamp


def join_registers(value: Any, stamp: str, other: Any, other_stamp: str) -> tuple[Any, str]:
    """Return the value with the greater stamp and that stamp (SPEC R10)."""
    return (value, stamp) if register_stands(value, stamp, other, other_stamp) else (other, other_stamp)


def _join_tags(tags: list[str], others: list[str]) -> list[str]:
    newest: dict[str, str] = {}
    for tag in [*tags, *others]:
        device = tag[-DEVICE_WIDTH:]
        if tag > newest.get(device, ""):
            newest[device] = tag
    return sorted(newest.values())


def join_sets(state: SetState, other: SetState) -> SetState:
    """Return the join of two sets with observed removes: a concurrent add survives (SPEC R11)."""
    joined = dict(state)
    for element, (adds, removes) in other.items():
        mine = joined.get(element)
        joined[element] = (
            [_join_tags(adds, []), _join_tags(removes, [])]
            if mine is None
            else [_join_tags(mine[0], adds), _join_tags(mine[1], removes)]
        )
    return joined


def elements(state: SetState) -> list[str]:
    """Return the elements in the set, ordered by code point: those with an add above its device's remove (SPEC R12)."""
    present = []
    for element, (adds, removes) in state.items():
        removed = {tag[-DEVICE_WIDTH:]: tag for tag in removes}
        if any(tag > removed.get(tag[-DEVICE_WIDTH:], "") for tag in adds):
            present.append(element)
    return sorted(present)


def add_to_set(element: str, stamp: str) -> SetState:
    """Return the change that adds ``element``."""
    return {element: [[stamp], []]}


def remove_from_set(state: SetState, element: str) -> SetState:
    """Return the change that removes ``element`` as far as ``state`` has seen it added; {} if it never was."""
    tags = state.get(element)
    return {element: [[], list(tags[0])]} if tags else {}


def floor_inside(join: Join, state: Any, device: str) -> str:
    """Return the stamp that the next one inside a field must exceed, "" for none (SPEC R3).

    In a set it is the greatest of the writing device's own, below which an add would lie under a removal of before; in
    a log the last entry's.
    """
    if join is Join.SET:
        tags = (tag for pair in state.values() for part in pair for tag in part)
        return max((tag for tag in tags if tag.endswith(device)), default="")
    return max(state, default="") if join is Join.LOG else ""


def join_counters(state: CounterState, other: CounterState) -> CounterState:
    """Return the join of two counters: the greater total of each device and direction (SPEC R13)."""
    joined = dict(state)
    for device, (plus, minus) in other.items():
        mine = joined.get(device, [0, 0])
        joined[device] = [max(mine[0], plus), max(mine[1], minus)]
    return joined


def total(state: CounterState) -> int:
    """Return the counter's value: all pluses less all minuses."""
    return sum(plus - minus for plus, minus in state.values())


def add_to_counter(state: CounterState, device: str, amount: int) -> CounterState:
    """Return the change that adds ``amount`` (may be negative) on ``device`` (4 base-32 digits)."""
    plus, minus = state.get(device, [0, 0])
    return {device: [plus + amount, minus] if amount >= 0 else [plus, minus - amount]}


def join_logs(state: LogState, other: LogState) -> LogState:
    """Return the union of two logs; the greater text by UTF-8 bytes where a faulty device reused a stamp (SPEC R14)."""
    joined = dict(state)
    for stamp, text in other.items():
        mine = joined.get(stamp)
        joined[stamp] = text if mine is None or text.encode() > mine.encode() else mine
    return joined


def join_states(join: Join, state: Any, other: Any) -> Any:
    """Return the join of two states of a set, counter or log; None stands for never written."""
    if state is None:
        state = {}
    match join:
        case Join.SET:
            return join_sets(state, other)
        case Join.COUNTER:
            return join_counters(state, other)
        case Join.LOG:
            return join_logs(state, other)
        case _:
            raise ValueError(f"a {join} needs stamps")


def canonical(value: Any) -> bytes:
    """Return bytes that order JSON values the same in every language (SPEC R15): a type letter, then the content.

    Integers are written signed with 17 digits, objects with their keys sorted by UTF-8 bytes. Different values never
    have the same bytes. TypeError for what does not go over the wire.
    """
    if value is None:
        return b"a"
    if isinstance(value, bool):
        return b"c" if value else b"b"
    if isinstance(value, int) and -MAX_SAFE <= value <= MAX_SAFE:
        return b"d" + (b"%017d" % value if value >= 0 else b"-%016d" % -value)
    if isinstance(value, str):
        return _canonical_text(value)
    if isinstance(value, list):
        return b"f" + b"".join(canonical(part) for part in value) + b"\x00"
    if isinstance(value, dict):
        return b"g" + b"".join(_canonical_text(key) + canonical(value[key]) for key in sorted(value)) + b"\x00"
    raise TypeError(f"{value!r} does not go over the wire")


def _canonical_text(text: str) -> bytes:
    # Without the two escapes a NUL inside a text would end it, and two values would share one canonical form.
    return b"e" + text.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01").encode() + b"\x00"

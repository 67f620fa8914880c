"""Inside: what a device may write into sets, counters and logs, which carry their stamps inside (SPEC R18).

Its own adds, entries and totals. Of other devices' only what the record holds already: a change of a state may repeat
it. Removes name the adds of others; that is what they are for.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from routebook_server.records.refusal import Refusal, RefusalError
from routebook_sync.clock import DEVICE_WIDTH
from routebook_sync.entities import EntityType
from routebook_sync.joins import CounterState, Join, LogState, SetState
from routebook_sync.messages import ProblemCode

Clamp: TypeAlias = Callable[[str, str], str]
"""Makes of a stamp one that the server takes, above a floor."""
Waiting: TypeAlias = Callable[[str, str], tuple[str, str]]
"""Tells the last stamps by which the device added an element to a field and removed it, of what is in custody."""


def judge_inside(
    entity: EntityType,
    values: dict[str, Any],
    known: dict[str, Any],
    *,
    suffix: str,
    latest: str,
    clamp: Clamp,
    waiting: Waiting = lambda _name, _element: ("", ""),
) -> dict[str, Any]:
    """Return ``values`` as they may be joined to what the record holds; RefusalError for what is not the device's.

    ``suffix`` is the end of the device's stamps; ``clamp`` returns what the server makes of one of them that is greater
    than ``latest`` (SPEC R6); ``waiting`` tells what the device did before that is not in the record yet. Returns the
    same object where nothing was clamped, and else the same value for each field where nothing was.
    """
    changed: dict[str, Any] = {}
    for name in entity.inside.intersection(values):
        field = _Field(name, suffix, latest, clamp, waiting)
        state = known.get(name) or {}
        match entity.join_of(name):
            case Join.SET:
                judged: Any = field.judge_set(values[name], state)
            case Join.LOG:
                judged = field.judge_log(values[name], state)
            case _:
                judged = field.judge_counter(values[name], state)
        if judged != values[name]:
            changed[name] = judged
    return {**values, **changed} if changed else values


class _Field(NamedTuple):
    name: str
    suffix: str
    latest: str
    clamp: Clamp
    waiting: Waiting

    def judge_set(self, value: SetState, state: SetState) -> SetState:
        judged: SetState = {}
        for element, (adds, removes) in value.items():
            held_adds, held_removes = state.get(element, ([], []))
            added = {tag[-DEVICE_WIDTH:]: tag for tag in held_adds}
            removed = {tag[-DEVICE_WIDTH:]: tag for tag in held_removes}
            if any(tag > self.latest and tag.endswith(self.suffix) for tag in (*adds, *removes)):
                # In what order its device did all this, its stamps in the record do not tell alone (SPEC R6).
                for known, tag in zip((added, removed), self.waiting(self.name, element), strict=True):
                    known[self.suffix] = max(known.get(self.suffix, ""), tag)
            past = [added.get(self.suffix, ""), removed.get(self.suffix, "")]
            floor = max(*past, *(tag for tag in removes if tag.endswith(self.suffix) and tag <= self.latest))
            own = [tag if tag <= added.get(tag[-DEVICE_WIDTH:], "") else self._own(tag, floor) for tag in adds]
            for tag, mine in zip(adds, own, strict=True):
                if any(tag <= removal for removal in removes if removal.endswith(self.suffix)):
                    added[mine[-DEVICE_WIDTH:]] = max(added.get(mine[-DEVICE_WIDTH:], ""), mine)
            judged[element] = [own, [kept for tag in removes if (kept := self._removed(tag, added, removed))]]
        return judged

    def _removed(self, tag: str, added: dict[str, str], removed: dict[str, str]) -> str:
        device = tag[-DEVICE_WIDTH:]
        # A server restored from a backup may have lost an add that the device saw: only the future is nobody's.
        if tag <= max(added.get(device, ""), removed.get(device, ""), self.latest):
            return tag
        if device != self.suffix:
            raise self._foreign("A tag is of another device, and of a time to come.")
        # Its adds were clamped: what it removes is all that it had added until then.
        return added.get(device, "")

    def judge_log(self, value: LogState, state: LogState) -> LogState:
        return {
            stamp if state.get(stamp) == value[stamp] else self._own(stamp): value[stamp] for stamp in sorted(value)
        }

    def judge_counter(self, value: CounterState, state: CounterState) -> CounterState:
        for device, (plus, minus) in value.items():
            held_plus, held_minus = state.get(device, (0, 0))
            if device != self.suffix and (plus > held_plus or minus > held_minus):
                raise self._foreign("The total is of another device.")
        return value

    def _own(self, stamp: str, floor: str = "") -> str:
        if not stamp.endswith(self.suffix):
            raise self._foreign("The stamp is of another device.")
        return stamp if stamp <= self.latest else self.clamp(stamp, floor)

    def _foreign(self, message: str) -> RefusalError:
        return RefusalError(Refusal(ProblemCode.BAD_STAMP, message, self.name))

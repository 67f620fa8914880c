"""Shrink: finds a small script that still breaks the same guarantee."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from simulation.ground import Ground
from simulation.guarantees import BrokenError
from simulation.simulation import Simulation
from simulation.steps import AnyStep, Deaf, Script, Sync, Takeover, Tick, Write


def broken_by(script: Script, ground: Ground | None = None) -> BrokenError | None:
    """Return how a script breaks a guarantee, on SQLite unless another ``ground`` is given; None if all hold."""
    try:
        Simulation(script, ground=ground).run()
    except BrokenError as broken:
        return broken
    return None


def shrink(script: Script, guarantee: str, broken: Callable[[Script], BrokenError | None] = broken_by) -> Script:
    """Return a part of ``script``, as small as can be found, that still breaks ``guarantee``."""

    def still_breaks(steps: list[AnyStep]) -> bool:
        found = broken(msgspec.structs.replace(script, steps=steps))
        return found is not None and found.guarantee == guarantee

    steps = script.steps
    while (smaller := _shorter(steps, still_breaks)) != steps or (smaller := _plainer(steps, still_breaks)) != steps:
        steps = smaller
    return msgspec.structs.replace(script, steps=steps, broke=guarantee)


def _shorter(steps: list[AnyStep], still_breaks: Callable[[list[AnyStep]], bool]) -> list[AnyStep]:
    size = len(steps) // 2
    while size:
        at = 0
        while at < len(steps):
            without = steps[:at] + steps[at + size :]
            if still_breaks(without):
                steps = without
            else:
                at += size
        size //= 2
    return steps


def _plainer(steps: list[AnyStep], still_breaks: Callable[[list[AnyStep]], bool]) -> list[AnyStep]:
    for at, step in enumerate(steps):
        for plain in _plain(step):
            changed = [*steps[:at], plain, *steps[at + 1 :]]
            if still_breaks(changed):
                return changed
    return steps


def _plain(step: AnyStep) -> Iterator[AnyStep]:
    """Yield what a step would be with one thing less."""
    match step:
        case Write():
            yield from _plain_write(step)
            yield from _without(step, Write(step.device, step.entries), ("together", "again", "crash", "unchecked"))
        case Takeover():
            for at in range(len(step.entries)):
                yield msgspec.structs.replace(step, entries=step.entries[:at] + step.entries[at + 1 :])
            yield from _without(step, Takeover(step.device), ("together", "crash", "request"))
        case Sync():
            names = ("request", "reply", "crash", "server_crash", "busy", "budget", "meanwhile", "cut")
            yield from _without(step, Sync(step.device), names)
        case Deaf():
            yield from _without(step, Deaf(step.device, step.trips), ("stalls", "meanwhile"))
        case Tick() if step.ms > 1:
            yield Tick(1)


def _plain_write(step: Write) -> Iterator[AnyStep]:
    for at in range(len(step.entries) if len(step.entries) > 1 else 0):
        yield msgspec.structs.replace(step, entries=step.entries[:at] + step.entries[at + 1 :])
    for at, entry in enumerate(step.entries):
        for name in entry.v if len(entry.v) > 1 else ():
            v = {other: value for other, value in entry.v.items() if other != name}
            fewer = [*step.entries[:at], msgspec.structs.replace(entry, v=v), *step.entries[at + 1 :]]
            yield msgspec.structs.replace(step, entries=fewer)


def _without(step: AnyStep, plain: AnyStep, names: Iterable[str]) -> Iterator[AnyStep]:
    """Yield the step with each of these as it is in a plain one."""
    for name in names:
        if getattr(step, name) != getattr(plain, name):
            yield msgspec.structs.replace(step, **{name: getattr(plain, name)})

"""Line: one measured figure against its limit, as ``make bench`` prints it."""

import json
from typing import NamedTuple


class Line(NamedTuple):
    """A figure; ``ratio`` of 1 and above is good."""

    name: str
    value: float
    unit: str
    limit: float
    ratio: float

    def to_json(self) -> str:
        """Return the line as JSON."""
        return json.dumps({**self._asdict(), "value": round(self.value, 4), "ratio": round(self.ratio, 3)})


def at_least(name: str, value: float, unit: str, limit: float) -> Line:
    """Return the line of a figure that must not fall below ``limit``."""
    return Line(name, value, unit, limit, value / limit)


def at_most(name: str, value: float, unit: str, limit: float) -> Line:
    """Return the line of a figure that must not rise above ``limit``."""
    return Line(name, value, unit, limit, limit / value)

"""Exchanged: the numbers among which edits changed places when some were put behind others (SPEC R46, R48).

The server may have taken each under its number of before, of which the device heard nothing. That it has some of these
numbers therefore does not say which of the edits it has; that it has all of them does.
"""

from routebook_sync import base32
from routebook_sync.clock import DEVICE_WIDTH
from routebook_sync.replica.tables import Tables


def note_exchanged(tables: Tables) -> None:
    """Note that what waits is about to change places."""
    waiting = tables.unsent()
    device = str(base32.decode(waiting[0].at[-DEVICE_WIDTH:]))
    ranges = _ranges(tables)
    first, last = ranges.get(device, (waiting[0].n, waiting[-1].n))
    tables.meta.put("exchanged", {**ranges, device: (min(first, waiting[0].n), max(last, waiting[-1].n))})


def sure_up_to(tables: Tables, device: int | str, n: int) -> int:
    """Return up to which number the server has a device's edits for sure, if it has taken numbers up to ``n``."""
    first, last = _ranges(tables).get(str(device), (0, 0))
    return first - 1 if first <= n < last else n


def forget_exchanged(tables: Tables, device: int, n: int) -> None:
    """Forget the range of a device that ends at ``n`` or before."""
    ranges = _ranges(tables)
    if str(device) in ranges and ranges[str(device)][1] <= n:
        tables.meta.put("exchanged", {name: both for name, both in ranges.items() if name != str(device)})


def _ranges(tables: Tables) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = tables.meta.get("exchanged") or {}
    return found

"""Place: a real server on the demo team, and devices of one rep that are let in; for areas that drive them on Node."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from blackbox.clients import SignedIn
from blackbox.guests import admit, fill
from e2e.house import House
from server.team import make_site
from settled import settle

REP: Final = "marek@demo.example"
CHILDREN: Final = 6.0
"""Records below a customer, on average."""


class Place(NamedTuple):
    """A running server, and devices that are let in."""

    house: House
    folder: Path
    guests: list[SignedIn]


@contextlib.contextmanager
def open_place(customers: int, guests: int) -> Iterator[Place]:
    """Fill a demo team, let in so many devices of one rep, and serve."""
    # The folder of the project, not that of temporary files, which may be in memory.
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        folder = Path(name)
        fill(folder / "data", customers, CHILDREN)
        house = House(folder / "data", app=make_site(folder / "site"))
        # Else every load would share the machine with that, for a minute after the filling and never again.
        settle(house.database)
        signed_in = admit(house.database, REP, guests)
        with house:
            yield Place(house, folder, signed_in)

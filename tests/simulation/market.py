"""Market: the small organisation that every simulation begins with, and the names that scripts call its records by.

A tree of territories: region ─┬─ north (Anna)
                               ├─ south (Ben)
                               └─ west (nobody yet)          the region is Mira's; Jan administers
"""

import functools
from typing import Any, Final

from routebook_server.identity.founding import Member
from routebook_server.records.store import Values
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.entities.person import Role
from routebook_sync.identifier import new_id

START_MS: Final = 1_800_000_000_000
"""When every simulation begins, milliseconds since 1970 UTC."""
PEOPLE: Final = {"anna": Role.REP, "ben": Role.REP, "mira": Role.MANAGER, "jan": Role.ADMINISTRATOR}
TERRITORIES: Final = {"region": None, "north": "region", "south": "region", "west": "region"}
"""The parent of each."""
COVER: Final = {"anna": ("north",), "ben": ("south",), "mira": ("region",), "jan": ()}
NAMES: Final = (
    *PEOPLE, *TERRITORIES, "c1", "c2", "c3", "v1", "v3", "t1", "t3", "n1", "k1", "d1", "p1", "s1", "own",
)  # fmt: skip
"""Of everything that is there at the start; records that scripts make are called ``r`` and a number."""
ROOT_BY_NAME: Final = {
    "c1": "c1", "c2": "c2", "c3": "c3", "v1": "c1", "v3": "c3", "t1": "c1", "t3": "c3", "n1": "c1", "k1": "c1",
    "d1": "c2", "p1": SHARED_ROOT, "own": "anna",
}  # fmt: skip
"""The root of the records that scripts change."""
KIND_BY_NAME: Final = {
    "c1": "customer", "c2": "customer", "c3": "customer", "v1": "visit", "v3": "visit", "t1": "task", "t3": "task",
    "n1": "note", "k1": "contact", "d1": "deal", "p1": "product", "own": "task",
}  # fmt: skip


@functools.cache
def id_of(name: str) -> str:
    """Return the id of what a script calls ``name``."""
    number = NAMES.index(name) if name in NAMES else 1_000 + int(name.lstrip("r"))
    # Spread like random ones, so that ids fall into different partitions of a checksum.
    return new_id(START_MS + number, (number * 0x9E37_79B9_7F4A_7C15 % (1 << 80)).to_bytes(10, "big"))


def resolve(value: Any) -> Any:
    """Return a script's value with the id in place of every text that is ``@`` and a name."""
    if isinstance(value, str):
        return id_of(value[1:]) if value.startswith("@") else value
    if isinstance(value, list):
        return [resolve(part) for part in value]
    if isinstance(value, dict):
        return {name: resolve(part) for name, part in value.items()}
    return value


def root_of(name: str) -> str:
    """Return the root that a script names."""
    return SHARED_ROOT if name == SHARED_ROOT else id_of(name)


def members() -> list[Member]:
    """Return the people of the first day."""
    return [
        Member(id_of(person), f"{person}@example.com", role, tuple(id_of(name) for name in COVER[person]))
        for person, role in PEOPLE.items()
    ]


def first_records() -> list[Values]:
    """Return what the server writes on the first day."""

    def record(kind: str, called: str, root: str, /, **values: Any) -> Values:
        return Values(kind, id_of(called), root_of(root), resolve(values))

    return [
        *(record("person", person, SHARED_ROOT, name=person, role=role.value) for person, role in PEOPLE.items()),
        *(
            record("territory", name, SHARED_ROOT, name=name, **({"parent": f"@{parent}"} if parent else {}))
            for name, parent in TERRITORIES.items()
        ),
        record("customer", "c1", "c1", name="Bakery", territory="@north", city="Hel", description="old oak door"),
        record("customer", "c2", "c2", name="Chemist", territory="@north"),
        record("customer", "c3", "c3", name="Dairy", territory="@south", description="ring twice"),
        record("visit", "v1", "c1", customer="@c1", person="@anna", status="planned", note="bring samples"),
        record("visit", "v3", "c3", customer="@c3", person="@ben", status="open"),
        record("task", "t1", "c1", customer="@c1", person="@anna", title="Call", status="open"),
        record("task", "t3", "c3", customer="@c3", person="@ben", title="Write", status="open"),
        record("note", "n1", "c1", customer="@c1", person="@anna", written_at=START_MS, body="likes rye bread"),
        record("contact", "k1", "c1", customer="@c1", name="Ola"),
        record("deal", "d1", "c2", customer="@c2", title="Shelf", stage="new"),
        record("product", "p1", SHARED_ROOT, name="Rye", price=250),
        record("setting", "s1", SHARED_ROOT, name="currency", value="PLN"),
        record("task", "own", "anna", person="@anna", title="Laundry", status="open"),
    ]

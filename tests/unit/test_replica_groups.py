"""A device refuses a group that no request could carry (SPEC R45), instead of letting its outbox wait behind it."""

from typing import Any, Final

import pytest

from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.person import Role
from routebook_sync.messages import MAX_EDITS
from routebook_sync.replica.change import Change, Refused, Saved, WriteProblem
from routebook_sync.replica.replica import Replica, World
from routebook_sync.replica.storage import Storage
from routebook_sync.replica.tables import Account, Schema, Tables

PERSON: Final = "01jd" + "1".zfill(22)
SHOP: Final = "01jd" + "2".zfill(22)
VALUES: Final[dict[str, Any]] = {"name": "Shop", "territory": "01jd" + "3".zfill(22)}


def _replica() -> Replica:
    world = World(lambda: 1_800_000_000_000, lambda count: bytes(range(count)))
    return Replica(Tables(Storage()), Account(PERSON, Role.REP, 1), Schema("x", ENTITY_TYPES), world)


def _changes(count: int, description: str) -> list[Change]:
    made = Change("customer", SHOP, SHOP, VALUES)
    return [made, *(Change("customer", SHOP, SHOP, {"description": description}) for _ in range(count - 1))]


@pytest.mark.parametrize(
    ("changes", "smaller"),
    [
        pytest.param(_changes(MAX_EDITS + 1, "x"), _changes(MAX_EDITS, "x"), id="too many"),
        # Letters of two bytes: as text it is far below a million.
        pytest.param(_changes(570, "я" * 900), _changes(500, "я" * 900), id="too many bytes"),
    ],
)
def test_group_that_no_request_could_carry_is_refused_and_nothing_of_it_is_written(
    changes: list[Change], smaller: list[Change]
) -> None:
    replica = _replica()
    assert replica.write(changes, "large", together=True) == Refused([WriteProblem.TOO_LARGE])
    assert replica.waiting == 0
    assert isinstance(replica.write(smaller, "smaller", together=True), Saved)
    assert replica.waiting == len(smaller)


def test_as_many_edits_that_are_no_group_are_written() -> None:
    replica = _replica()
    assert isinstance(replica.write(_changes(MAX_EDITS + 1, "x"), "many"), Saved)
    assert replica.waiting == MAX_EDITS + 1

"""Which tables a routing server is asked for: all that is not known, and as little else as may be."""

from itertools import permutations
from random import Random

import pytest

from routebook_server.roads.asking import Asked, tables_for
from routebook_server.roads.places import Cell, Place, cell_of, middle_of


def pairs(*tables: Asked) -> set[tuple[Cell, Cell]]:
    return {(a, b) for table in tables for a in table.origins for b in table.destinations if a != b}


def test_nothing_is_asked_where_everything_is_known() -> None:
    assert tables_for([1, 2, 3], set(permutations([1, 2, 3], 2))) == []
    assert tables_for([1], set()) == []
    assert tables_for([], set()) == []


def test_everything_is_one_table() -> None:
    assert tables_for([1, 2, 3], set()) == [Asked([1, 2, 3], [1, 2, 3])]


def test_one_stop_more_is_a_row_and_a_column() -> None:
    known = set(permutations([1, 2, 3, 4], 2))
    assert tables_for([1, 2, 3, 4, 5], known) == [Asked([5], [1, 2, 3, 4, 5]), Asked([1, 2, 3, 4], [5])]


def test_where_only_one_direction_is_missing_the_other_is_not_asked_for() -> None:
    known = set(permutations([1, 2, 3, 4, 5], 2)) - {(5, 1), (5, 2)}
    assert tables_for([1, 2, 3, 4, 5], known) == [Asked([5], [1, 2, 3, 4, 5])]


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_known_the_rest_is_asked_for(seed: int) -> None:
    random = Random(seed)
    cells = list(range(random.randint(2, 9)))
    ways = set(permutations(cells, 2))
    known = {way for way in sorted(ways) if random.random() < random.choice([0.2, 0.9])}
    assert ways - known <= pairs(*tables_for(cells, known)) <= ways


def test_a_cell_is_some_ten_metres_wide_and_its_middle_is_in_it() -> None:
    place = Place(50_061_423, 19_936_571)
    assert middle_of(cell_of(place)) == "19.9366,50.0614"
    assert cell_of(Place(50_061_449, 19_936_649)) == cell_of(place) != cell_of(Place(50_061_451, 19_936_571))
    assert middle_of(cell_of(Place(-33_868_820, -151_209_296))) == "-151.2093,-33.8688"
    assert middle_of(cell_of(Place(90_000_000, 180_000_000))) == "180.0000,90.0000"
    assert middle_of(cell_of(Place(-90_000_000, -180_000_000))) == "-180.0000,-90.0000"
    assert cell_of(Place(0, 0)) != cell_of(Place(100, 0)) != cell_of(Place(0, 100))

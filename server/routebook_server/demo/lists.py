"""Lists: the filters that each rep has kept under a name, and those that the manager shares."""

from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec

from routebook_server.demo.maker import make_id, make_row
from routebook_server.demo.package_data import read_data
from routebook_server.demo.words import Words
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.entities.saved_list import Filter
from routebook_sync.messages import Row


class _List(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A list in the words of its owner; ``tag`` counts the language's tags."""

    name: dict[str, str]
    filters: list[Filter]
    sort: str
    tag: int | None = None


class _Lists(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    own: list[_List]
    shared: list[_List]


def own_lists(random: Random, person: str, locale: str, words: Words, at: int) -> Iterator[Row]:
    """Return the lists of one rep, made at ``at``."""
    for found in _read().own:
        filters = (
            found.filters if found.tag is None else [*found.filters, Filter(name="tag", values=[words.tags[found.tag]])]
        )
        yield make_row(
            "saved_list", make_id(random, at), person, at, _values(person, found.name[locale], filters, found.sort)
        )


def shared_lists(random: Random, manager: str, at: int) -> Iterator[Row]:
    """Return the lists that the manager shares."""
    for found in _read().shared:
        values = _values(manager, found.name["en"], found.filters, found.sort)
        yield make_row("saved_list", make_id(random, at), SHARED_ROOT, at, values)


def _read() -> _Lists:
    return msgspec.json.decode(read_data("saved_lists.json"), type=_Lists)


def _values(person: str, name: str, filters: list[Filter], sort: str) -> dict[str, Any]:
    return {
        "name": name,
        "subject": "customer",
        "person": person,
        "filters": msgspec.to_builtins(filters),
        "sort": sort,
    }

"""Grants: the buckets that a person may hold now (SPEC R34), from role, cover and the tree of territories. Pure."""

from collections.abc import Collection, Mapping

from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.entities.person import Role


def territories_below(covered: Collection[str], parent_by_territory: Mapping[str, str | None]) -> list[str]:
    """Return the covered territories and every one below them, level by level, each level sorted.

    A loop in the tree (two people moved territories at once) ends where it meets itself.
    """
    children: dict[str, list[str]] = {}
    for territory, parent in parent_by_territory.items():
        if parent is not None:
            children.setdefault(parent, []).append(territory)
    found = dict.fromkeys(sorted(covered))
    level = list(found)
    while level:
        level = sorted({child for parent in level for child in children.get(parent, ()) if child not in found})
        found.update(dict.fromkeys(level))
    return list(found)


def buckets_granted(
    person: str, role: Role, covered: Collection[str], parent_by_territory: Mapping[str, str | None]
) -> tuple[str, ...]:
    """Return the buckets in the order of usefulness: own, shared, territories (SPEC R56).

    ``covered``: the territories that the person covers now. ``parent_by_territory``: every territory there is.
    """
    if role is Role.REP:
        territories = sorted(set(covered))
    elif role is Role.MANAGER:
        territories = territories_below(covered, parent_by_territory)
    else:
        territories = sorted({*covered, *parent_by_territory})
    return (f"u:{person}", SHARED_ROOT, *(f"t:{territory}" for territory in territories))

"""Rights: who may hold which bucket, for the whole organisation at one moment; read again only where it has changed."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Database, driver_of
from routebook_server.identity.cover import find_cover
from routebook_server.identity.directory import find_parents
from routebook_server.identity.grants import buckets_granted
from routebook_sync.entities.person import Role

STANDING: Final = "organisation.revision, bucket.epoch, bucket.seq"
FROM_STANDING: Final = "organisation LEFT JOIN bucket ON bucket.bucket = 'shared'"
"""What to select, from where, for a ``Standing``."""
_SELECT_STANDING: Final = f"SELECT {STANDING} FROM {FROM_STANDING}"


class Standing(NamedTuple):
    """What tells whether rights may have changed."""

    revision: int = 0
    """The organisation's: rises with every change of roles, cover, sessions and devices."""
    epoch: int | None = None
    seq: int | None = None
    """Of the shared bucket, where the tree of territories is."""


class Rights(msgspec.Struct, frozen=True):
    """What decides over everybody's buckets, as one snapshot of the database had it."""

    version: int
    """Another one where somebody's buckets or sessions may be others."""
    standing: Standing
    until: int | None
    """The next instant at which a cover begins or ends by itself."""
    parent_by_territory: Mapping[str, str | None]
    territories_by_person: Mapping[str, list[str]]
    """What each person covers now."""
    buckets_by_bearer: dict[tuple[str, Role], tuple[str, ...]]
    """What has been computed since ``version``."""

    def stand(self, standing: Standing, now_ms: int) -> bool:
        """Tell whether this is still so."""
        return self.standing == standing and (self.until is None or now_ms < self.until)

    def buckets(self, person: str, role: Role) -> tuple[str, ...]:
        """Return the buckets that a person of this role may hold, in the order of usefulness."""
        found = self.buckets_by_bearer.get((person, role))
        if found is None:
            covered = self.territories_by_person.get(person, ())
            found = buckets_granted(person, role, covered, self.parent_by_territory)
            self.buckets_by_bearer[person, role] = found
        return found


async def find_standing(database: Database) -> Standing:
    """Return what tells whether rights may have changed."""
    found = await database.fetch(_SELECT_STANDING)
    return Standing(*found[0]) if found else Standing()


def read_rights(connection: Connection, known: Rights | None, now_ms: int) -> Rights:
    """Return the rights as they are at ``now_ms``; of what is ``known`` already only what has changed is read again."""
    found = driver_of(connection).fetch_one(_SELECT_STANDING)
    standing = Standing() if found is None else Standing(*found)
    if known is None or (known.until is not None and now_ms >= known.until):
        return _read(connection, known, standing, now_ms)
    if known.standing == standing:
        return known
    parents = _read_parents(connection, known, standing)
    if parents is known.parent_by_territory and known.standing.revision == standing.revision:
        return msgspec.structs.replace(known, standing=standing)
    return _read(connection, known, standing, now_ms)


def _read(connection: Connection, known: Rights | None, standing: Standing, now_ms: int) -> Rights:
    covered, until = find_cover(connection, now_ms)
    version = 0 if known is None else known.version + 1
    return Rights(version, standing, until, _read_parents(connection, known, standing), covered, {})


def _read_parents(connection: Connection, known: Rights | None, standing: Standing) -> Mapping[str, str | None]:
    if known is None or known.standing.epoch != standing.epoch:
        return find_parents(connection)
    before = known.standing.seq or 0
    changed = find_parents(connection, after=before) if standing.seq != before else {}
    return {**known.parent_by_territory, **changed} if changed else known.parent_by_territory

"""Rights: who may hold which bucket, for the whole organisation at one moment; read again only where it has changed."""

from collections.abc import Mapping
from typing import Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.identity.cover import find_cover
from routebook_server.identity.directory import find_parents
from routebook_server.identity.grants import buckets_granted
from routebook_server.records.buckets import NO_HEAD, SHARED, Head
from routebook_sync.entities.person import Role

_STANDING: Final = (
    "SELECT organisation.revision, bucket.epoch, bucket.seq FROM organisation LEFT JOIN bucket ON bucket.bucket = ?"
)


class Rights(msgspec.Struct, frozen=True):
    """What decides over everybody's buckets, as one snapshot of the database had it."""

    version: int
    """Another one where somebody's buckets or sessions may be others."""
    revision: int
    """The organisation's: rises with every change of roles, cover, sessions and devices."""
    shared: Head
    """How far the tree of territories was read."""
    until: int | None
    """The next instant at which a cover begins or ends by itself."""
    parent_by_territory: Mapping[str, str | None]
    territories_by_person: Mapping[str, list[str]]
    """What each person covers now."""
    buckets_by_bearer: dict[tuple[str, Role], tuple[str, ...]]
    """What has been computed since ``version``."""

    def buckets(self, person: str, role: Role) -> tuple[str, ...]:
        """Return the buckets that a person of this role may hold, in the order of usefulness."""
        found = self.buckets_by_bearer.get((person, role))
        if found is None:
            covered = self.territories_by_person.get(person, ())
            found = buckets_granted(person, role, covered, self.parent_by_territory)
            self.buckets_by_bearer[person, role] = found
        return found


def read_rights(connection: Connection, known: Rights | None, now_ms: int) -> Rights:
    """Return the rights as they are at ``now_ms``; ``known`` itself where nothing has changed, which costs one read."""
    found = driver_of(connection).fetch_one(_STANDING, SHARED)
    revision, epoch, seq = (0, None, None) if found is None else found
    shared = NO_HEAD if epoch is None else Head(epoch, seq)
    is_due = known is not None and known.until is not None and now_ms >= known.until
    if known is not None and not is_due and (known.revision, known.shared) == (revision, shared):
        return known
    parents = _read_parents(connection, known, shared)
    if known is not None and not is_due and known.revision == revision and parents is known.parent_by_territory:
        return msgspec.structs.replace(known, shared=shared)
    covered, until = find_cover(connection, now_ms)
    version = 0 if known is None else known.version + 1
    return Rights(version, revision, shared, until, parents, covered, {})


def _read_parents(connection: Connection, known: Rights | None, shared: Head) -> Mapping[str, str | None]:
    if known is None or known.shared.epoch != shared.epoch or known.shared.seq > shared.seq:
        return find_parents(connection)
    changed = find_parents(connection, after=known.shared.seq) if shared != known.shared else {}
    return {**known.parent_by_territory, **changed} if changed else known.parent_by_territory

"""Cover: which person works which territory, and when. Changing it writes no record (SPEC R34)."""

from collections.abc import Collection

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select

from routebook_server.identity.accounts import raise_revision
from routebook_server.identity.tables import cover
from routebook_sync.entities.base import Id, Instant


class CoverEntry(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One person's cover of a territory: from ``valid_from`` to before ``valid_to``, milliseconds; none is open."""

    person: Id
    valid_from: Instant = 0
    valid_to: Instant | None = None


def _is_valid(now_ms: int) -> ColumnElement[bool]:
    return and_(cover.c.valid_from <= now_ms, or_(cover.c.valid_to.is_(None), cover.c.valid_to > now_ms))


def territories_covered(connection: Connection, person: str, now_ms: int) -> list[str]:
    """Return the territories that a person covers at ``now_ms``, sorted."""
    statement = select(cover.c.territory).where(cover.c.person == person, _is_valid(now_ms)).distinct()
    return sorted(connection.execute(statement).scalars())


def find_cover(connection: Connection, now_ms: int) -> tuple[dict[str, list[str]], int | None]:
    """Return what everybody covers at ``now_ms``, and the next instant at which a cover begins or ends by itself."""
    territories_by_person: dict[str, list[str]] = {}
    until: int | None = None
    for row in connection.execute(select(cover)):
        if row.valid_from <= now_ms and (row.valid_to is None or row.valid_to > now_ms):
            territories_by_person.setdefault(row.person, []).append(row.territory)
        for at in (row.valid_from, row.valid_to):
            if at is not None and at > now_ms and (until is None or at < until):
                until = at
    return territories_by_person, until


def cover_of(connection: Connection, territory: str) -> list[CoverEntry]:
    """Return who covers a territory, past and future too, in the order of beginning."""
    rows = connection.execute(
        select(cover).where(cover.c.territory == territory).order_by(cover.c.valid_from, cover.c.person)
    )
    return [CoverEntry(row.person, row.valid_from, row.valid_to) for row in rows]


def set_cover(connection: Connection, territory: str, entries: Collection[CoverEntry]) -> None:
    """Let exactly these entries stand for a territory. No two may have the same person and beginning."""
    connection.execute(delete(cover).where(cover.c.territory == territory))
    for entry in entries:
        connection.execute(insert(cover).values(territory=territory, **msgspec.structs.asdict(entry)))
    raise_revision(connection)


def add_cover(connection: Connection, person: str, territory: str, valid_from: int = 0) -> None:
    """Let a person cover a territory until further notice."""
    connection.execute(insert(cover).values(person=person, territory=territory, valid_from=valid_from))
    raise_revision(connection)

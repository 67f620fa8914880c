"""Directory: what identity reads of the shared records: people's names and the tree of territories."""

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from routebook_server.records.buckets import SHARED
from routebook_server.records.tables import record
from routebook_sync.messages import Row

_DECODER: Final = msgspec.json.Decoder(Row)


class Profile(msgspec.Struct, frozen=True):
    """What colleagues see of a person."""

    name: str
    locale: str | None


def find_profile(connection: Connection, person: str) -> Profile:
    """Return a person's name and language; without a person record the name is empty."""
    values = find_values(connection, person) or {}
    return Profile(values.get("name") or "", values.get("locale"))


def find_values(connection: Connection, person: str) -> dict[str, Any] | None:
    """Return the values of a person's record, None where there is no record."""
    doc = connection.execute(select(record.c.doc).where(record.c.id == person)).scalar_one_or_none()
    return None if doc is None else _DECODER.decode(doc).v


def find_names(connection: Connection) -> dict[str, str]:
    """Return everybody's name by id."""
    return {row.i: row.v.get("name") or "" for row in _shared(connection, "person")}


def find_parents(connection: Connection, after: int = 0) -> dict[str, str | None]:
    """Return the parent of every territory there ever was, by id: what lies in a deleted one must still be reached.

    ``after``: only of those that changed after this number of the shared bucket.
    """
    return {row.i: row.v.get("parent") for row in _shared(connection, "territory", after)}


def is_territory(connection: Connection, territory: str) -> bool:
    """Tell whether there is such a territory."""
    statement = select(record.c.id).where(record.c.id == territory, record.c.kind == "territory")
    return connection.execute(statement).one_or_none() is not None


def _shared(connection: Connection, kind: str, after: int = 0) -> list[Row]:
    statement = select(record.c.doc).where(record.c.bucket == SHARED, record.c.seq > after, record.c.kind == kind)
    return [_DECODER.decode(doc) for doc in connection.execute(statement).scalars()]

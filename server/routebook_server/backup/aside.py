"""Putting the book of a PostgreSQL aside, table by table, as their owner may: whatever schema they lie in stays."""

from typing import Final

import msgspec
from sqlalchemy import Connection

from routebook_server.database import derived, driver_of, metadata

_NEEDED: Final = ("alembic_version", *metadata.tables, *derived.tables)
_BOOK: Final = """
    SELECT format('%I.%I', nspname, relname), pg_has_role(relowner, 'USAGE'), is_needed
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    CROSS JOIN LATERAL (SELECT relname IN (?*) AS is_needed) named
    WHERE relkind IN ('r', 'p', 'v', 'm') AND pg_table_is_visible(pg_class.oid)
        AND nspname = ANY(current_schemas(false))
        AND (is_needed OR pg_has_role(relowner, 'USAGE')
            AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('alembic_version')))
        AND NOT EXISTS (
            SELECT 1 FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
    ORDER BY 1
"""
"""What an unqualified name finds: tables of ours, and whatever else our role owns beside them. So tables of a newer
version go along, and views over ours, which would show the former book for ever. No part of an extension does."""
_PRIVILEGES: Final = """
    SELECT has_database_privilege(current_database(), 'CREATE'),
        coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),
        quote_ident(current_database()), quote_ident(coalesce(current_schema(), 'public')), quote_ident(current_user)
"""


class _Part(msgspec.Struct, frozen=True):
    """A table or view of the present book."""

    name: str
    """With its schema, quoted."""
    is_ours: bool
    """Whether our role may do with it what its owner may."""
    is_needed: bool
    """Whether this version has a table of this name."""


def find_hindrance(connection: Connection) -> str:
    """Return in a sentence why the present book could not make room for another one, "" if it could."""
    if not driver_of(connection).is_shared:
        return ""
    book = _parts(connection)
    [(may_make_schemas, may_make_tables, database, schema, role)] = driver_of(connection).fetch(_PRIVILEGES)
    mends = []
    if book and not may_make_schemas:
        mends.append(f"GRANT CREATE ON DATABASE {database} TO {role}")
    if not may_make_tables:
        mends.append(f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {role}")
    mends += [f"ALTER TABLE {part.name} OWNER TO {role}" for part in book if part.is_needed and not part.is_ours]
    if not mends:
        return ""
    return f"a restore needs privileges that the role {role} lacks; a superuser gives them: {'; '.join(mends)}"


def put_aside(connection: Connection, schema: str) -> bool:
    """Move the present book into a new schema; False where there is none. Runs inside the caller's transaction."""
    book = _parts(connection)
    if book:
        driver = driver_of(connection)
        driver.execute(f"CREATE SCHEMA {schema}")
        for part in book:
            driver.execute(f"ALTER TABLE {part.name} SET SCHEMA {schema}")
    return bool(book)


def _parts(connection: Connection) -> list[_Part]:
    return [_Part(*row) for row in driver_of(connection).fetch(_BOOK, list(_NEEDED))]

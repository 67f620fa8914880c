"""The tables of the database itself, and where all others are declared. Instants are milliseconds since 1970 UTC."""

from typing import Final

from sqlalchemy import BigInteger, Column, MetaData, Table

from routebook_server.database.columns import text

metadata: Final = MetaData()
"""Every table of the server; each capability declares its own beside its code. A change needs a migration
(``migrations/``)."""

derived: Final = MetaData()
"""Tables that are filled from the others and can be at any time: never migrated, but dropped and made anew, empty, once
their declaration has changed."""

shape: Final = Table(
    "shape",
    metadata,
    Column("name", text(63), primary_key=True),
    Column("columns", text(), nullable=False),
)
"""What each derived table was made as."""

lease: Final = Table(
    "lease",
    metadata,
    Column("name", text(40), primary_key=True),
    Column("holder", text(40), nullable=False),
    Column("until", BigInteger, nullable=False),
)
"""Who may do what only one process does, and until when."""

"""The tables of the canonical store. Instants are milliseconds since 1970 UTC."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from routebook_server.database import metadata

record: Final = Table(
    "record",
    metadata,
    Column("bucket", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("root", Text, nullable=False),
    Column("home", Integer, nullable=False),
    Column("device", Integer, nullable=False),
    Column("doc", Text, nullable=False),
    Index("record_by_root", "root"),
    sqlite_with_rowid=False,
)
"""One row a record, as a reply sends it (SPEC R51); ``device`` wrote it last. A bucket's rows lie in the order of their
numbers, so that a page is one run over the tree. The marker of a moved aggregate has the id ``moved:<bucket>:<root>``
and no root."""

bucket: Final = Table(
    "bucket",
    metadata,
    Column("bucket", String(64), primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The counter of each bucket (SPEC R31, R32)."""

history: Final = Table(
    "history",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, index=True),
    Column("stamp", String(18), nullable=False),
    Column("device", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("new", Text, nullable=False),
    Column("old", Text),
)
"""The value history (SPEC R43), one row for each edit and record. ``new`` is the JSON of the values sent,
``old`` that of ``{field: [value, stamp, won, concurrent]}`` as they were before; null for a new record."""

replica: Final = Table(
    "replica",
    metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("person", Text, nullable=False),
    Column("pushed", BigInteger, nullable=False),
    Column("clamped", String(18), nullable=False),
)
"""How far each device has pushed (SPEC R40), and the last stamp that the server clamped for it (R6), "" for none."""

verdict: Final = Table(
    "verdict",
    metadata,
    Column("device", Integer, primary_key=True),
    Column("n", BigInteger, primary_key=True),
    Column("doc", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""The verdicts other than ``applied`` that a device has not yet acknowledged (SPEC R42)."""

held: Final = Table(
    "held",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("root", Text, nullable=False, index=True),
    Column("code", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("edit", Text, nullable=False),
)
"""Edits in the server's custody, whole, as JSON: no longer permitted, before their root, or met by a fault of ours."""

"""The tables of the canonical store. Instants are milliseconds since 1970 UTC."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table

from routebook_server.database import metadata, number, text

record: Final = Table(
    "record",
    metadata,
    Column("bucket", text(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("id", text(), nullable=False, unique=True),
    Column("kind", text(), nullable=False),
    Column("root", text(), nullable=False),
    Column("home", Integer, nullable=False),
    Column("device", Integer, nullable=False),
    Column("doc", text(), nullable=False),
    Column("open", text()),
    Column("sum", BigInteger, nullable=False, server_default="0"),
    Column("open_sum", BigInteger, nullable=False, server_default="0"),
    Index("record_by_root", "root"),
    sqlite_with_rowid=False,
)
"""One row a record, as a reply sends it (SPEC R51); ``device`` wrote it last. A bucket's rows lie in the order of their
numbers, so that a page is one run over the tree. The marker of a moved aggregate has the id ``moved:<bucket>:<root>``
and no root. ``open`` is the row as a rep sees it, null where he sees all of ``doc``; ``sum`` and ``open_sum`` are the
checksums of the two."""

bucket: Final = Table(
    "bucket",
    metadata,
    Column("bucket", text(64), primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("horizon", BigInteger, nullable=False, server_default="0"),
    Column("rows", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger, nullable=False, server_default="0"),
    Column("open_total", BigInteger, nullable=False, server_default="0"),
    Column("parts", LargeBinary(2048)),
    sqlite_with_rowid=False,
)
"""The counter of each bucket (SPEC R31, R32); a cursor below ``horizon`` is read from 0. ``rows`` live rows have the
checksum ``total`` and, as a rep sees them, ``open_total``; ``parts`` holds both for each of the 256 partitions, little
endian, null while all are 0."""

history: Final = Table(
    "history",
    metadata,
    Column("number", number(), primary_key=True),
    Column("id", text(), nullable=False),
    Column("stamp", text(18), nullable=False),
    Column("device", Integer, nullable=False),
    Column("person", text(), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("new", text(), nullable=False),
    Column("old", text()),
    Column("decided_by", text()),
    Index("history_by_record", "id", "number").ddl_if(dialect="postgresql"),
    # Every index of SQLite ends in the row's number by itself.
    Index("ix_history_id", "id").ddl_if(dialect="sqlite"),
)
"""The value history (SPEC R43), one row for each edit and record. ``new`` is the JSON of the values sent,
``old`` that of ``{field: [value, stamp, won, concurrent, merged, base]}`` as they were before, the last two only where
there is something to say: whether the server merged by words, and of what was changed at once the stamp that its author
had seen; null for a new record. The field "" tells that the author had not seen what another device had written last
into other fields. ``decided_by`` applied the edit of ``person`` out of custody."""

replica: Final = Table(
    "replica",
    metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("person", text(), nullable=False),
    Column("pushed", BigInteger, nullable=False),
    Column("clamped", text(18), nullable=False),
    Column("covered", BigInteger, nullable=False, server_default="0"),
    Column("backed_up", BigInteger, nullable=False, server_default="0"),
)
"""How far each device has pushed (SPEC R40), the last stamp that the server clamped for it (R6), "" for none, up to
which number either of the two newest backups holds its edits (R48), and up to which the newest does."""

verdict: Final = Table(
    "verdict",
    metadata,
    Column("device", Integer, primary_key=True),
    Column("n", BigInteger, primary_key=True),
    Column("doc", text(), nullable=False),
    Column("id", text()),
    Column("stamp", text()),
    sqlite_with_rowid=False,
)
"""The verdicts other than ``applied`` that a device has not yet acknowledged (SPEC R42). Record and stamp tell the edit
from another one under its number (R40): as the device sent them, "" of one that could not be read, NULL of before."""

held: Final = Table(
    "held",
    metadata,
    Column("number", number(), primary_key=True),
    Column("record", text(26), nullable=False, unique=True),
    Column("receipt", text(26), nullable=False),
    Column("root", text(), nullable=False, index=True),
    Column("code", text(), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("device", Integer, nullable=False),
    Column("author", text(), nullable=False),
    Column("edits", text(), nullable=False),
    Column("count", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    # All that is asked of a device's custody as a whole: its edits need not be read for that.
    Index("held_by_device", "device", "count", "size"),
)
"""What is in the server's custody: no longer permitted, before its root, or met by a fault of ours.

``edits`` is the JSON of ``count`` edits of one ``device``, a group or a single one, in ``size`` bytes; ``author`` that
of who wrote them, with which rights. ``record`` is the held edit that stands for it, ``receipt`` its author's, where
that is another."""

held_record: Final = Table(
    "held_record",
    metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("id", text(), primary_key=True),
    Column("record", text(26), primary_key=True, index=True),
    sqlite_with_rowid=False,
)
"""By ``device`` and the ``id`` of each record that its edits in custody change, the ``record`` under which they lie,
or lay until somebody decided on them."""

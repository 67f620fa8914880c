"""What in custody is about which record, so that nobody looks through all of it; and its sizes without its edits."""

from collections.abc import Iterator
from typing import Final

import msgspec
import sqlalchemy as sa
from alembic import op

from routebook_server.database.columns import text

revision = "0010"
down_revision = "0009"

_PART: Final = 100
"""Rows of custody read at a time: each may have a mebibyte of edits."""


class _Edit(msgspec.Struct):
    id: str


_EDITS: Final = msgspec.json.Decoder(list[_Edit])


def upgrade() -> None:
    """Make the table and fill it."""
    table = op.create_table(
        "held_record",
        sa.Column("device", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", text(), primary_key=True),
        sa.Column("record", text(26), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_held_record_record", "held_record", ["record"])
    for rows in _rows(op.get_bind()):
        op.bulk_insert(table, rows)
    op.create_index("held_by_device", "held", ["device", "count", "size"])
    op.drop_index("ix_held_device", "held")


def _rows(connection: sa.Connection) -> Iterator[list[dict[str, int | str]]]:
    after = 0
    select = sa.text("SELECT number, device, record, edits FROM held WHERE number > :after ORDER BY number LIMIT :part")
    while found := connection.execute(select, {"after": after, "part": _PART}).all():
        after = found[-1][0]
        yield [
            {"device": device, "id": name, "record": record}
            for _number, device, record, edits in found
            for name in {edit.id for edit in _EDITS.decode(edits)}
        ]

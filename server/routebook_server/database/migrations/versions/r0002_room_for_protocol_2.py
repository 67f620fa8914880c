"""Room for views, checksums, horizons, backups, wiped devices, leases and derived tables (protocol 2)."""

import json

import sqlalchemy as sa
from alembic import op

from routebook_server.database.columns import number, text
from routebook_server.database.migrations.summing import sum_up
from routebook_sync.identifier import RANDOM_BYTES, new_id

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns and tables, and sum up the rows that are there."""
    op.add_column("record", sa.Column("open", text()))
    for name in ("sum", "open_sum"):
        op.add_column("record", _counter(name))
    for name in ("horizon", "rows", "total", "open_total"):
        op.add_column("bucket", _counter(name))
    op.add_column("bucket", sa.Column("parts", sa.LargeBinary(2048)))
    sum_up(op.get_bind())
    op.add_column("replica", _counter("covered"))
    op.add_column("device", sa.Column("wiped_at", sa.BigInteger))
    op.add_column("history", sa.Column("decided_by", text()))
    _remake_held()
    op.create_table(
        "lease",
        sa.Column("name", text(40), primary_key=True),
        sa.Column("holder", text(40), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "shape",
        sa.Column("name", text(63), primary_key=True),
        sa.Column("columns", text(), nullable=False),
    )


def _remake_held() -> None:
    """Let what is held be a list of edits, with a record that stands for it; there was none until now."""
    select = sa.text("SELECT root, code, received_at, author, edit FROM held ORDER BY number")
    kept = op.get_bind().execute(select).all()
    op.drop_table("held")
    held = op.create_table(
        "held",
        sa.Column("number", number(), primary_key=True),
        sa.Column("record", text(26), nullable=False, unique=True),
        sa.Column("receipt", text(26), nullable=False),
        sa.Column("root", text(), nullable=False, index=True),
        sa.Column("code", text(), nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("device", sa.Integer, nullable=False, index=True),
        sa.Column("author", text(), nullable=False),
        sa.Column("edits", text(), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
    )
    for number_before, row in enumerate(kept, 1):
        edits = f"[{row.edit}]"
        op.get_bind().execute(
            held.insert(),
            {
                "record": new_id(row.received_at, number_before.to_bytes(RANDOM_BYTES, "big")),
                "receipt": "",
                "root": row.root,
                "code": row.code,
                "received_at": row.received_at,
                "device": json.loads(row.author)["device"],
                "author": row.author,
                "edits": edits,
                "count": 1,
                "size": len(edits.encode()),
            },
        )


def _counter(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")

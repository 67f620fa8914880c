"""The tables as first released (SQLite: user_version 1)."""

import sqlalchemy as sa
from alembic import op

from routebook_server.database.columns import number, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _records()
    _identity()


def _records() -> None:
    op.create_table(
        "record",
        sa.Column("bucket", text(64), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("id", text(), nullable=False, unique=True),
        sa.Column("kind", text(), nullable=False),
        sa.Column("root", text(), nullable=False),
        sa.Column("home", sa.Integer, nullable=False),
        sa.Column("device", sa.Integer, nullable=False),
        sa.Column("doc", text(), nullable=False),
        sa.Index("record_by_root", "root"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bucket",
        sa.Column("bucket", text(64), primary_key=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "history",
        sa.Column("number", number(), primary_key=True),
        sa.Column("id", text(), nullable=False, index=True),
        sa.Column("stamp", text(18), nullable=False),
        sa.Column("device", sa.Integer, nullable=False),
        sa.Column("person", text(), nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("new", text(), nullable=False),
        sa.Column("old", text()),
    )
    op.create_table(
        "replica",
        sa.Column("device", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("person", text(), nullable=False),
        sa.Column("pushed", sa.BigInteger, nullable=False),
        sa.Column("clamped", text(18), nullable=False),
    )
    op.create_table(
        "verdict",
        sa.Column("device", sa.Integer, primary_key=True),
        sa.Column("n", sa.BigInteger, primary_key=True),
        sa.Column("doc", text(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "held",
        sa.Column("number", number(), primary_key=True),
        sa.Column("root", text(), nullable=False, index=True),
        sa.Column("code", text(), nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("author", text(), nullable=False),
        sa.Column("edit", text(), nullable=False),
    )


def _identity() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", text(26), primary_key=True),
        sa.Column("name", text(), nullable=False),
        sa.Column("locale", text(35), nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_table(
        "account",
        sa.Column("person", text(26), primary_key=True),
        sa.Column("email", text(), nullable=False, unique=True),
        sa.Column("password_hash", text(), nullable=False),
        sa.Column("role", text(20), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "cover",
        sa.Column("person", text(26), sa.ForeignKey("account.person"), primary_key=True),
        sa.Column("territory", text(26), primary_key=True),
        sa.Column("valid_from", sa.BigInteger, primary_key=True),
        sa.Column("valid_to", sa.BigInteger),
        sa.Index("cover_by_territory", "territory"),
    )
    op.create_table(
        "device",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("person", text(26), sa.ForeignKey("account.person"), nullable=False, index=True),
        sa.Column("name", text(), nullable=False),
        sa.Column("platform", text(), nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("report", text()),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("device", sa.Integer, sa.ForeignKey("device.number"), nullable=False, index=True),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("subject", text(80), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("open_at", sa.BigInteger, nullable=False),
    )

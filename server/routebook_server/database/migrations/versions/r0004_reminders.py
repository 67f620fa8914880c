"""Tables of what reminds people: secrets, subscriptions, reminders, their deliveries, calendar links."""

import sqlalchemy as sa
from alembic import op

from routebook_server.database.columns import text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "server_secret",
        sa.Column("name", text(20), primary_key=True),
        sa.Column("value", text(), nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "push_subscription",
        sa.Column("device", sa.Integer, sa.ForeignKey("device.number"), primary_key=True),
        sa.Column("endpoint", text(), nullable=False, unique=True),
        sa.Column("p256dh", text(), nullable=False),
        sa.Column("auth", text(), nullable=False),
        sa.Column("renewed", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("person", text(26), sa.ForeignKey("account.person"), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("created", sa.BigInteger, nullable=False),
    )
    _reminders()


def _reminders() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", text(26), primary_key=True),
        sa.Column("person", text(26), nullable=False),
        sa.Column("rule", text(20), nullable=False),
        sa.Column("kind", text(20), nullable=False),
        sa.Column("record", text(26), nullable=False),
        sa.Column("root", text(26), nullable=False),
        sa.Column("mark", text(40), nullable=False),
        sa.Column("title", text(), nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("send_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("fallback_at", sa.BigInteger),
        sa.Column("action", text(20), nullable=False),
        sa.Column("cancelled", text(20), nullable=False),
        sa.Index("reminder_by_person", "person", "send_at", "id"),
        sa.Index("reminder_by_fallback", "fallback_at"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", text(26), primary_key=True),
        sa.Column("reminder", text(26), sa.ForeignKey("reminder.id"), nullable=False, index=True),
        sa.Column("device", sa.Integer, nullable=False),
        sa.Column("channel", text(10), nullable=False),
        sa.Column("state", text(12), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("shown_at", sa.BigInteger),
        sa.Column("acted_at", sa.BigInteger),
        sa.Column("problem", text(40), nullable=False),
        sa.Index("delivery_by_next", "next_at"),
    )

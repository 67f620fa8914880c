"""Reminders that go out together: which message told of a delivery, and an order that keeps a device's side by side."""

import sqlalchemy as sa
from alembic import op

from routebook_server.database.columns import text

revision = "0005"
down_revision = "0004"

_TOGETHER = sa.text("summary <> ''")


def upgrade() -> None:
    """Add the column and its index."""
    op.add_column("delivery", sa.Column("summary", text(26), nullable=False, server_default=""))
    op.create_index("delivery_by_summary", "delivery", ["summary"], sqlite_where=_TOGETHER, postgresql_where=_TOGETHER)
    op.drop_index("delivery_by_next", "delivery")
    op.create_index("delivery_by_next", "delivery", ["next_at", "device"])

"""The language that each subscribed device shows: its reminders speak it."""

import sqlalchemy as sa
from alembic import op

from routebook_server.database.columns import text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; until a device says it, its person's language is taken."""
    op.add_column("push_subscription", sa.Column("locale", text(20), nullable=False, server_default=""))

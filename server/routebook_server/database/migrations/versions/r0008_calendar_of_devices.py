"""The calendar that each subscribed device shows: a series that is done from its notification goes on by it."""

import sqlalchemy as sa
from alembic import op

from routebook_server.database.columns import text

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column; until a device says it, that of its language is taken."""
    op.add_column("push_subscription", sa.Column("calendar", text(20), nullable=False, server_default=""))

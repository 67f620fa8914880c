"""The table of the minute up to which reminders were worked; unknown until it is first written."""

import sqlalchemy as sa
from alembic import op

from routebook_server.database.columns import text

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "reminded_until",
        sa.Column("name", text(20), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )

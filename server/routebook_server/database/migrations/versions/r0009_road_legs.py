"""The table of distances by road, as a routing server gave them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "road_leg",
        sa.Column("origin", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("destination", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("metres", sa.Integer),
        sa.Column("seconds", sa.Integer),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Index("road_leg_by_at", "at"),
    )

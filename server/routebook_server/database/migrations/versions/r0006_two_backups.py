"""Room for what the newest backup holds of each device, beside what both of the newest two do."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column; what a device was told to be covered is what the last backup held of it."""
    op.add_column("replica", sa.Column("backed_up", sa.BigInteger, nullable=False, server_default="0"))
    op.execute("UPDATE replica SET backed_up = covered")

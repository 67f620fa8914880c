"""Which edit a verdict is about: its record and its stamp, as the device sent them; NULL of the verdicts until now."""

import sqlalchemy as sa
from alembic import op

from routebook_server.database.columns import text

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make room for them."""
    op.add_column("verdict", sa.Column("id", text()))
    op.add_column("verdict", sa.Column("stamp", text()))

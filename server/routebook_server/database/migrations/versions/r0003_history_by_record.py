"""An index over a record's history in its order, where PostgreSQL would go through everybody's."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Replace the index over ids; on SQLite it ends in the row's number as it is."""
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("history_by_record", "history", ["id", "number"])
        op.drop_index("ix_history_id", "history")

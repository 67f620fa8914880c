"""The table of roads."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from routebook_server.database import metadata

road_leg: Final = Table(
    "road_leg",
    metadata,
    Column("origin", BigInteger, primary_key=True, autoincrement=False),
    Column("destination", BigInteger, primary_key=True, autoincrement=False),
    Column("metres", Integer),
    Column("seconds", Integer),
    Column("at", BigInteger, nullable=False),
    Index("road_leg_by_at", "at"),
)
"""How far it is by road from one cell to another and how long it takes, both null where no road leads there; ``at`` is
when the routing server said so, milliseconds since 1970 UTC. It can be asked for again: no backup has it."""

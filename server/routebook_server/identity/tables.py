"""The tables of identity. Instants are milliseconds since 1970 UTC."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table

from routebook_server.database import metadata, text

organisation = Table(
    "organisation",
    metadata,
    Column("id", text(26), primary_key=True),
    Column("name", text(), nullable=False),
    Column("locale", text(35), nullable=False),
    Column("created", BigInteger, nullable=False),
    # Rises with every change of roles, cover, sessions and devices: whoever keeps rights in memory compares it.
    Column("revision", Integer, nullable=False, default=0),
)
"""One row: the organisation that this database serves."""

account = Table(
    "account",
    metadata,
    Column("person", text(26), primary_key=True),
    Column("email", text(), nullable=False, unique=True),
    Column("password_hash", text(), nullable=False),
    Column("role", text(20), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created", BigInteger, nullable=False),
)
"""What lets a person sign in; his name is in the shared person record."""

cover = Table(
    "cover",
    metadata,
    Column("person", ForeignKey("account.person"), primary_key=True),
    Column("territory", text(26), primary_key=True),
    Column("valid_from", BigInteger, primary_key=True),
    Column("valid_to", BigInteger),
    Index("cover_by_territory", "territory"),
)
"""Who covers which territory, from ``valid_from`` to before ``valid_to`` (null: until further notice)."""

device = Table(
    "device",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("person", ForeignKey("account.person"), nullable=False, index=True),
    Column("name", text(), nullable=False),
    Column("platform", text(), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("report", text()),
    # When somebody asked for its data to be removed; revoked_at is then when it heard of that with nothing unsent.
    Column("wiped_at", BigInteger),
    sqlite_autoincrement=True,
)
"""One browser or installed app; its number is in every stamp it makes and is never given out twice."""

session = Table(
    "session",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("device", ForeignKey("device.number"), nullable=False, index=True),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
)
"""A signed-in device. The token itself is only in the cookie."""

sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("subject", text(80), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("open_at", BigInteger, nullable=False),
)
"""Failed sign-ins by e-mail and by address (both hashed); no attempt before ``open_at``."""

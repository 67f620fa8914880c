"""The tables of reminders. Instants are milliseconds since 1970 UTC."""

from typing import Final

from sqlalchemy import BigInteger, Column, ColumnElement, ForeignKey, Index, Integer, LargeBinary, Table, literal_column

from routebook_server.database import derived, metadata, text

SENT_TOGETHER: Final[ColumnElement[bool]] = literal_column("summary <> ''")

server_secret: Final = Table(
    "server_secret",
    metadata,
    Column("name", text(20), primary_key=True),
    Column("value", text(), nullable=False),
    Column("created", BigInteger, nullable=False),
)
"""What only the server may know, made at the first start: here, so that every process and a restored backup have it."""

push_subscription: Final = Table(
    "push_subscription",
    metadata,
    Column("device", ForeignKey("device.number"), primary_key=True),
    Column("endpoint", text(), nullable=False, unique=True),
    Column("p256dh", text(), nullable=False),
    Column("auth", text(), nullable=False),
    Column("renewed", BigInteger, nullable=False),
    Column("locale", text(20), nullable=False, server_default=""),
    Column("calendar", text(20), nullable=False, server_default=""),
)
"""Where the push service takes a device's messages, the keys they are encrypted with, and the language and the calendar
that the device shows, "" for its person's."""

reminder: Final = Table(
    "reminder",
    metadata,
    Column("id", text(26), primary_key=True),
    Column("person", text(26), nullable=False),
    Column("rule", text(20), nullable=False),
    Column("kind", text(20), nullable=False),
    Column("record", text(26), nullable=False),
    Column("root", text(26), nullable=False),
    Column("mark", text(40), nullable=False),
    Column("title", text(), nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("send_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("fallback_at", BigInteger),
    Column("action", text(20), nullable=False),
    Column("cancelled", text(20), nullable=False),
    Index("reminder_by_person", "person", "send_at", "id"),
    Index("reminder_by_fallback", "fallback_at"),
)
"""What fell due, once for each person, with what became of it. ``send_at`` is ``due_at`` moved out of quiet hours; at
``fallback_at`` an e-mail goes out unless a device has confirmed until then."""

delivery: Final = Table(
    "delivery",
    metadata,
    Column("id", text(26), primary_key=True),
    Column("reminder", ForeignKey("reminder.id"), nullable=False, index=True),
    Column("device", Integer, nullable=False),
    Column("channel", text(10), nullable=False),
    Column("state", text(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger),
    Column("sent_at", BigInteger),
    Column("shown_at", BigInteger),
    Column("acted_at", BigInteger),
    Column("problem", text(40), nullable=False),
    Column("summary", text(26), nullable=False, server_default=""),
    Index("delivery_by_next", "next_at", "device"),
    Index("delivery_by_summary", "summary", sqlite_where=SENT_TOGETHER, postgresql_where=SENT_TOGETHER),
)
"""One reminder on its way to one device, or by e-mail (device 0); at ``next_at`` something is to be done about it.
``summary`` is the id of the message that told of it together with others, "" where it went alone."""

calendar_feed: Final = Table(
    "calendar_feed",
    metadata,
    Column("person", ForeignKey("account.person"), primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("created", BigInteger, nullable=False),
)
"""The secret link to each person's calendar, by its hash."""

reminded_until: Final = Table(
    "reminded_until",
    metadata,
    Column("name", text(20), primary_key=True),
    Column("at", BigInteger, nullable=False),
)
"""Up to when reminders were worked; no row where nobody knows."""

due: Final = Table(
    "due",
    derived,
    Column("record", text(26), primary_key=True),
    Column("rule", text(20), primary_key=True),
    Column("kind", text(20), nullable=False),
    Column("root", text(26), nullable=False),
    Column("person", text(26), nullable=False),
    Column("mark", text(40), nullable=False),
    Column("reminder", text(26), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("send_at", BigInteger),
    Index("due_by_send_at", "send_at"),
    Index("due_by_person", "person", "at"),
    Index("due_by_root", "root"),
    Index("due_by_rule", "rule", "at"),
)
"""What falls due when, for whom, by what the records say; ``send_at`` is null where nothing is to be sent (any more).
``reminder`` is the id that it will have."""

due_person: Final = Table(
    "due_person",
    derived,
    Column("person", text(26), primary_key=True),
    Column("time_zone", text(), nullable=False),
    Column("locale", text(), nullable=False),
    Column("morning", Integer, nullable=False),
    Column("quiet_from", Integer, nullable=False),
    Column("quiet_to", Integer, nullable=False),
)
"""When each person wants to hear of things, and in which language."""

due_cursor: Final = Table(
    "due_cursor",
    derived,
    Column("bucket", text(64), primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
"""How far each bucket has been read for what is due."""

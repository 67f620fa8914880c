"""Columns: the types whose meaning must not depend on the database."""

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy import Text as PlainText
from sqlalchemy.types import TypeEngine


def text(length: int | None = None) -> TypeEngine[str]:
    """Return the type of a text column, compared by its bytes on every database.

    PostgreSQL would order by the language of its cluster: slower, unlike SQLite, and another order after an upgrade of
    the operating system.
    """
    if length is None:
        return PlainText().with_variant(PlainText(collation="C"), "postgresql")
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def number() -> TypeEngine[int]:
    """Return the type of a primary key that the database counts itself, without end."""
    return BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts an INTEGER only, which has 64 bits there

"""Addresses: which database is meant, and opening it."""

from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from routebook_server.database.door import AddressError, Database
from routebook_server.database.sqlite import open_sqlite, reach_sqlite

_SQLITE: Final = "sqlite:///"
_POSTGRES: Final = ("postgresql://", "postgres://")
_NAMELESS: Final = "the database"


def open_database(address: str) -> Database:
    """Open what is at ``address``, making or migrating its tables; AddressError and what the two kinds raise.

    ``sqlite:///folder/file.db``, or ``postgresql://user:password@host:port/name`` with all that libpq takes.
    """
    if address.startswith(_POSTGRES):
        # Not at the top: a server on SQLite needs none of it.
        from routebook_server.database.postgres import open_postgres  # noqa: PLC0415

        _parts_of(address)
        return open_postgres(address)
    return open_sqlite(sqlite_path(address))


async def reach_database(address: str) -> Database:
    """Return what is at ``address`` as it is, of whatever version: for whoever only reads it, beside others maybe.

    AddressError and what the two kinds raise.
    """
    if address.startswith(_POSTGRES):
        # As above.
        from routebook_server.database.postgres import reach_postgres  # noqa: PLC0415

        _parts_of(address)
        return await reach_postgres(address)
    return reach_sqlite(sqlite_path(address))


def is_postgres(address: str) -> bool:
    """Tell whether an address is PostgreSQL's."""
    return address.startswith(_POSTGRES)


def sqlite_path(address: str) -> Path:
    """Return the file of an SQLite address; AddressError for any other one."""
    if not address.startswith(_SQLITE) or address == _SQLITE:
        raise AddressError("the address is none of sqlite:///file and postgresql://user:password@host/name")
    return Path(address.removeprefix(_SQLITE))


def sqlite_address(path: Path) -> str:
    """Return the address of an SQLite file."""
    return f"{_SQLITE}{path}"


def name_of(address: str) -> str:
    """Return what may be shown and logged of an address: no user, no password."""
    if address.startswith(_SQLITE):
        return address.removeprefix(_SQLITE)
    try:
        parts = _parts_of(address)
    except AddressError:
        return _NAMELESS
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _parts_of(address: str) -> SplitResult:
    """Return the parts of an address; AddressError where a password may have fallen into another part than its own."""
    parts = None
    try:
        parts = urlsplit(address)
        before, _, hosts = parts.netloc.rpartition("@")
        is_plain = "@" not in before + parts.path + parts.query and "#" not in address
        # Without an "@" the name before a "?" or "/" of a password reads as a host, and the password as its port.
        ports = [host.rpartition("]")[2].partition(":")[2] for host in hosts.split(",")]
        is_plain = is_plain and all(port == "" or port.isdecimal() for port in ports)
    except ValueError:
        is_plain = False
    if parts is None or not is_plain:
        raise AddressError(
            "the address of PostgreSQL cannot be read; in a user's name and a password @ is written %40, / %2F, : %3A,"
            " ? %3F, # %23, [ %5B and ] %5D"
        )
    return parts

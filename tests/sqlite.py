"""The tables of SQLite: made once in a process and copied for each test, as PostgreSQL's are from its template.

Making them takes longer than most tests do; how they are made and migrated has tests of its own (test_migrating.py).
"""

import functools
import tempfile
from pathlib import Path

from routebook_server.database import open_sqlite
from routebook_server.database.address import is_postgres, sqlite_path


def copy_empty(address: str) -> None:
    """Put a database with all tables, empty, at an address that is SQLite's, unless there is one."""
    if is_postgres(address):
        return
    file = sqlite_path(address)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_empty())


@functools.cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory(prefix="routebook-template-") as folder:
        file = Path(folder) / "template.db"
        open_sqlite(file).close_now()
        assert [entry.name for entry in Path(folder).iterdir()] == [file.name], "all of it is in the one file"
        return file.read_bytes()

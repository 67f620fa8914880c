"""Moving: all rows of a database, of this version or an older one, into one that has them as this version does."""

from sqlalchemy import Connection

from routebook_server.backup.copying import CopyError, Progress, copy_rows, let_rest, require_empty, require_sums
from routebook_server.database import driver_of
from routebook_server.database.migrating import HEAD, find_revision, make_tables, migrate, require_tables


def move_rows(source: Connection, target: Connection, progress: Progress) -> int:
    """Copy every row into an empty database, prove the copy, and return how many there were; CopyError.

    ``source`` stays as it is: tables of an older version are copied as they are, and migrated where they arrived. Runs
    inside a transaction of either side.
    """
    for connection in (source, target):
        let_rest(connection)
    revision = require_tables(source)
    found = find_revision(target)
    if found is not None:
        if found > revision:
            raise CopyError(
                "tables of a newer version than those to be moved are there already; name another database, or start"
                " the server of this version once on what is to be moved"
            )
        require_empty(target)
    make_tables(target, revision)
    count = copy_rows(source, target, progress)
    if revision != HEAD:
        driver = driver_of(target)
        if driver.is_shared:
            driver.execute("CLOSE ALL")  # PostgreSQL changes no table that a query of this connection may still read
        migrate(target)
        require_sums(target)
    return count

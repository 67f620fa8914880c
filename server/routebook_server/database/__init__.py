"""The database: two doors (``write``, ``read``) on SQLite, and a driver that speaks SQL to what is behind them."""

from routebook_server.database.columns import text as text
from routebook_server.database.door import UNAVAILABLE as UNAVAILABLE
from routebook_server.database.door import Database as Database
from routebook_server.database.door import NewerDatabaseError as NewerDatabaseError
from routebook_server.database.door import metadata as metadata
from routebook_server.database.driver import Driver as Driver
from routebook_server.database.driver import driver_of as driver_of
from routebook_server.database.sqlite import SqliteDatabase as SqliteDatabase
from routebook_server.database.sqlite import open_sqlite as open_sqlite

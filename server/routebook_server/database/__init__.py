"""The database: two doors (``write``, ``read``) on SQLite, and a driver that speaks SQL to what is behind them."""

from routebook_server.database.address import name_of as name_of
from routebook_server.database.address import open_database as open_database
from routebook_server.database.address import reach_database as reach_database
from routebook_server.database.columns import number as number
from routebook_server.database.columns import text as text
from routebook_server.database.door import UNAVAILABLE as UNAVAILABLE
from routebook_server.database.door import AddressError as AddressError
from routebook_server.database.door import Database as Database
from routebook_server.database.door import DeniedDatabaseError as DeniedDatabaseError
from routebook_server.database.door import NewerDatabaseError as NewerDatabaseError
from routebook_server.database.door import UnavailableDatabaseError as UnavailableDatabaseError
from routebook_server.database.door import UnfitDatabaseError as UnfitDatabaseError
from routebook_server.database.driver import TOO_LARGE as TOO_LARGE
from routebook_server.database.driver import Driver as Driver
from routebook_server.database.driver import Values as Values
from routebook_server.database.driver import driver_of as driver_of
from routebook_server.database.sqlite import SqliteDatabase as SqliteDatabase
from routebook_server.database.sqlite import open_sqlite as open_sqlite
from routebook_server.database.tables import derived as derived
from routebook_server.database.tables import metadata as metadata

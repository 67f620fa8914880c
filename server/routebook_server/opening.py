"""Opening the application from the command line: what may be wrong is said in one sentence."""

import contextlib
from collections.abc import Iterator
from typing import Final

from sqlalchemy.exc import DatabaseError

from routebook_server.app import Application, create_app
from routebook_server.database import (
    AddressError,
    NewerDatabaseError,
    UnavailableDatabaseError,
    UnfitDatabaseError,
    name_of,
)
from routebook_server.database.address import is_postgres, sqlite_path
from routebook_server.files.building import FilesSettingError
from routebook_server.identity.health import Demo
from routebook_server.reminders.building import ReminderSettingError
from routebook_server.settings import Settings
from routebook_server.web.site import AppNotBuiltError, Site

OK: Final = 0
FAILED: Final = 1
MISUSED: Final = 2
"""Exit codes."""
ADDRESS: Final = "ROUTEBOOK_DATABASE"
"""Where the address of the database is given, but for a move."""


class CommandError(Exception):
    """What the user must know instead of a traceback: one sentence."""


def open_application(settings: Settings, site: Site | None = None, demo: Demo | None = None) -> Application:
    """Return the application; CommandError with the reason if there is none. ``site``, ``demo``: see ``create_app``."""
    with in_one_sentence(settings.address):
        try:
            return create_app(settings, site=site, demo=demo)
        except AppNotBuiltError:
            raise CommandError(f"there is no built app in {settings.app}; run `make build` first") from None
        except (FilesSettingError, ReminderSettingError) as error:
            raise CommandError(str(error)) from None


def is_missing(address: str, called: str = ADDRESS) -> bool:
    """Tell whether an address is that of a file that is not there; CommandError if it is no address.

    ``called``: see ``in_one_sentence``.
    """
    with in_one_sentence(address, called):
        return not is_postgres(address) and not sqlite_path(address).exists()


def require_there(address: str, called: str = ADDRESS) -> None:
    """CommandError where there is no file; opening it would make one. ``called``: see ``in_one_sentence``."""
    if is_missing(address, called):
        raise CommandError(f"there is no database {name_of(address)}")


@contextlib.contextmanager
def in_one_sentence(address: str, called: str = ADDRESS) -> Iterator[None]:
    """Turn whatever may be wrong with the database at ``address`` into a CommandError that says it.

    ``called``: where the address was given.
    """
    try:
        yield
    except AddressError as error:
        raise CommandError(f"{called}: {error}") from None
    except NewerDatabaseError:
        raise CommandError(f"{name_of(address)} belongs to a newer version; update the server") from None
    except UnfitDatabaseError as error:
        raise CommandError(f"cannot use {name_of(address)}: {error}") from None
    except UnavailableDatabaseError as error:
        raise CommandError(f"cannot reach {name_of(address)}: {error}") from None
    except FileExistsError as error:
        raise CommandError(f"{error.filename or name_of(address)} is no folder") from None
    except OSError as error:
        raise CommandError(f"cannot use {error.filename or name_of(address)}: {error.strerror}") from None
    except DatabaseError as error:
        raise CommandError(f"cannot use {name_of(address)}: {error.orig}") from None

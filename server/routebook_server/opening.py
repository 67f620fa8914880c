"""Opening the application from the command line: what may be wrong is said in one sentence."""

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
from routebook_server.identity.health import Demo
from routebook_server.settings import Settings
from routebook_server.web.site import AppNotBuiltError, Site

OK: Final = 0
FAILED: Final = 1
MISUSED: Final = 2
"""Exit codes."""


class CommandError(Exception):
    """What the user must know instead of a traceback: one sentence."""


def open_application(settings: Settings, site: Site | None = None, demo: Demo | None = None) -> Application:
    """Return the application; CommandError with the reason if there is none. ``site``, ``demo``: see ``create_app``."""
    try:
        return create_app(settings, site=site, demo=demo)
    except AppNotBuiltError:
        raise CommandError(f"there is no built app in {settings.app}; run `make build` first") from None
    except AddressError as error:
        raise CommandError(f"ROUTEBOOK_DATABASE: {error}") from None
    except NewerDatabaseError:
        raise CommandError(f"{name_of(settings.address)} belongs to a newer version; update the server") from None
    except UnfitDatabaseError as error:
        raise CommandError(f"cannot use {name_of(settings.address)}: {error}") from None
    except UnavailableDatabaseError as error:
        raise CommandError(f"cannot reach {name_of(settings.address)}: {error}") from None
    except OSError as error:
        raise CommandError(f"cannot use the folder {settings.data}: {error.strerror}") from None
    except DatabaseError as error:
        raise CommandError(f"cannot use {name_of(settings.address)}: {error.orig}") from None

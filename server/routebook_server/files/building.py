"""Building: the parts of files from what the operator chose, joined for the composition root."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec
from litestar.handlers import HTTPRouteHandler

from routebook_server.files.blobs import Blobs, DiskBlobs
from routebook_server.files.endpoints import file_endpoints
from routebook_server.files.recalling import Recaller
from routebook_server.files.sweeping import Sweeper
from routebook_server.files.uploads import Uploads
from routebook_server.gateway.direct import ActorOf
from routebook_server.records.store import Store
from routebook_server.settings import Settings

FOLDER: Final = "files"
PARTS: Final = "parts"
_RETRIES: Final = timedelta(seconds=20)
"""For so long a store that does not answer is asked again: a device waits for a minute."""


class FilesSettingError(ValueError):
    """A setting that makes no sense; the message names its variable."""


class Files(msgspec.Struct, frozen=True):
    """What the composition root has of files."""

    blobs: Blobs
    uploads: Uploads
    sweeper: Sweeper
    recaller: Recaller
    endpoints: Sequence[HTTPRouteHandler]


def build_files(settings: Settings, store: Store, now_ms: Callable[[], int], actor_of: ActorOf) -> Files:
    """Return the parts of files; FilesSettingError."""
    blobs = open_blobs(settings)
    uploads = Uploads(settings.data / FOLDER / PARTS, blobs)
    sweeper = Sweeper(store.database, blobs, uploads, now_ms)
    recaller = Recaller(store, blobs, now_ms)
    return Files(blobs, uploads, sweeper, recaller, file_endpoints(store, blobs, uploads, recaller, actor_of))


def open_blobs(settings: Settings) -> Blobs:
    """Return where whole files are kept; FilesSettingError."""
    place = settings.files
    if "://" not in place:
        return DiskBlobs(Path(place) if place else settings.data / FOLDER)
    # Not at the top: only who chose an object store has a use for it.
    from obstore.store import from_url  # noqa: PLC0415

    from routebook_server.files.object_blobs import ObjectBlobs  # noqa: PLC0415

    try:
        return ObjectBlobs(from_url(place, retry_config={"max_retries": 2, "retry_timeout": _RETRIES}))
    except Exception as error:  # noqa: BLE001 - it has several of its own
        raise FilesSettingError(f"ROUTEBOOK_FILES={place}: {error}") from None

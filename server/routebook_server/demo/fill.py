"""Fill: puts the demo team into an empty database, all of it or nothing."""

from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from typing import Final

from sqlalchemy import Connection

from routebook_server.demo.pictures import put_pictures
from routebook_server.demo.rows import DEFAULT_CUSTOMERS, demo_rows, demo_team
from routebook_server.demo.team import PASSWORD, demo_members
from routebook_server.files.blobs import Blobs
from routebook_server.identity.accounts import Organisation, find_organisation
from routebook_server.identity.founding import found
from routebook_server.identity.passwords import Passwords
from routebook_server.records.buckets import Head
from routebook_server.records.load import load_rows
from routebook_server.records.store import Store
from routebook_sync.messages import Row

DEFAULT_SEED: Final = 1
_CUSTOMERS_A_STEP: Final = 100


async def fill_demo(
    store: Store,
    passwords: Passwords,
    now_ms: int,
    *,
    seed: int = DEFAULT_SEED,
    customers: int = DEFAULT_CUSTOMERS,
    children: float | None = None,
    zone: tzinfo | None = None,
    progress: Callable[[int], None] = lambda _made: None,
    blobs: Blobs | None = None,
) -> bool:
    """Fill an empty database with the team of a seed; False, with nothing changed, where an organisation lives already.

    One transaction: a process that is killed meanwhile leaves the database empty. ``progress`` hears the number of
    customers made so far, on the writer's thread. ``children``, ``zone``: see ``demo_rows``.
    ``blobs``: where the bytes of the photos go, before their records.
    """
    if await store.database.read(find_organisation):
        return False
    if blobs is not None:
        await put_pictures(blobs)
    team = demo_team(seed, now_ms)
    organisation = Organisation(team.organisation_id, team.organisation, "en")
    password_hash = await passwords.hash(PASSWORD)

    def fill(connection: Connection) -> dict[str, Head]:
        # The organisation's row is the first: a second process that fills at the same time fails on it and undoes all.
        found(connection, organisation, demo_members(team), password_hash, now_ms)
        _count, heads = load_rows(connection, _counted(demo_rows(seed, now_ms, customers, children, zone), progress))
        return heads

    store.heads.publish(await store.database.write(fill, locking=True))
    return True


def _counted(rows: Iterable[tuple[str, Row]], progress: Callable[[int], None]) -> Iterator[tuple[str, Row]]:
    made = 0
    for bucket, row in rows:
        yield bucket, row
        if row.k == "customer":
            made += 1
            if made % _CUSTOMERS_A_STEP == 0:
                progress(made)

"""The composition root: the only place that opens the database, makes clock and randomness, and joins the parts."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from importlib.metadata import version
from typing import Any, Final

import msgspec
from argon2 import PasswordHasher
from litestar import Litestar
from litestar.datastructures import CacheControlHeader
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp

from routebook_server.database import Database, open_database
from routebook_server.files.building import Files, build_files
from routebook_server.gateway.direct import make_direct
from routebook_server.gateway.gateway import Gateway
from routebook_server.gateway.handlers import make_handlers
from routebook_server.gateway.live import Live
from routebook_server.holidays.keeping import HolidayKeeper
from routebook_server.identity.door import Door
from routebook_server.identity.endpoints import identity_endpoints
from routebook_server.identity.health import Demo, DemoHint, find_demo_people
from routebook_server.identity.lapsing import Lapser
from routebook_server.identity.passwords import Passwords
from routebook_server.identity.people import People
from routebook_server.identity.presence import Presence
from routebook_server.identity.sign_in import SignIns
from routebook_server.records.archiving import Archiver
from routebook_server.records.forgetting import Forgetter
from routebook_server.records.heads import Heads
from routebook_server.records.pokes import follow_pokes
from routebook_server.records.projection import Projector
from routebook_server.records.purge import Purger
from routebook_server.records.store import Store, Values
from routebook_server.reminders.building import Reminders, build_reminders
from routebook_server.roads.building import RoadParts, build_roads
from routebook_server.scheduler import Scheduler
from routebook_server.settings import Settings
from routebook_server.web.forwarded import Forwarded
from routebook_server.web.front import Front
from routebook_server.web.guard import SameSiteGuard
from routebook_server.web.headers import SecurityHeaders, content_security_policy, inline_script_hashes
from routebook_server.web.problems import JsonRequest, exception_handlers, schema_router
from routebook_server.web.request_log import RequestLog
from routebook_server.web.site import INDEX, Site, load_site
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.generate import schema_hash

VERSION: Final = version("routebook")
DAY_MS: Final = 86_400_000
MAX_BODY_BYTES: Final = 64 * 1024
"""A request to an endpoint other than /sync, which has its own limit."""


def wall_clock_ms() -> int:
    """Return milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


class Application(msgspec.Struct, frozen=True):
    """The whole server as one ASGI application, and its parts for the command line and tests."""

    settings: Settings
    database: Database
    heads: Heads
    store: Store
    passwords: Passwords
    people: People
    site: Site
    door: Door
    live: Live
    presence: Presence
    projector: Projector
    purger: Purger
    reminders: Reminders
    files: Files
    roads: RoadParts
    scheduler: Scheduler
    litestar: Litestar
    """The endpoints, without the layers around them."""
    stack: ASGIApp

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """ASGI, as whatever server or client calls it: lifespan and requests."""
        return (self.litestar if scope["type"] == "lifespan" else self.stack)(scope, receive, send)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run what goes on beside the requests; at the end finish everything and close the database."""
        scheduling = asyncio.create_task(self.scheduler.run(), name="scheduler")
        living = asyncio.create_task(self.live.run(), name="live")
        listening = asyncio.create_task(follow_pokes(self.database, self.heads), name="pokes")
        try:
            yield
        finally:
            self.scheduler.close()
            self.heads.close()
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening
            await asyncio.gather(scheduling, living)
            await self.close()

    async def close(self) -> None:
        """End live streams, finish what is being written, close the database."""
        self.heads.close()
        await self.store.close()
        await self.presence.close()
        self.passwords.close()
        await self.reminders.reminding.close()
        await self.roads.close()
        await self.database.close()


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], int] = wall_clock_ms,
    random: Callable[[int], bytes] = os.urandom,
    hasher: PasswordHasher | None = None,
    site: Site | None = None,
    demo: Demo | None = None,
) -> Application:
    """Join the parts. Call it in the thread of the event loop that will run it.

    ``clock`` returns milliseconds since 1970 UTC, ``random`` so many unpredictable bytes; ``hasher`` decides what a
    password check costs, ``site`` stands in for the built app at ``settings.app``; with ``demo`` the
    sign-in screen names the demo team. AppNotBuiltError,
    NewerDatabaseError, ReminderSettingError, FilesSettingError, or OSError if the data folder cannot be used.
    """
    site = site or load_site(settings.app)
    if not settings.database:
        settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.address)
    heads = Heads()
    store = Store(database, clock, heads)
    passwords = Passwords(hasher or PasswordHasher())
    presence = Presence(database, clock)
    door = Door(database, clock, presence)
    sign_ins = SignIns(database, clock, random, passwords)

    async def edit_person(person: str, values: Mapping[str, Any]) -> None:
        await store.edit([Values("person", person, SHARED_ROOT, dict(values))])

    async def find_demo() -> DemoHint | None:
        return None if demo is None else await database.read(lambda connection: find_demo_people(connection, demo))

    people = People(database, clock, random, passwords, edit_person, presence=presence)
    gateway = Gateway(store, clock, schema_hash(), presence.note, settings.offline_lease_days * DAY_MS)
    live = Live(heads, store.read_heads, door, random(4))
    projector = Projector(database, heads, time.monotonic)
    purger = Purger(database, clock, settings.keep_deleted_days * DAY_MS)
    forgetter = Forgetter(database, store, clock, settings.keep_deleted_days * DAY_MS)
    lapser = Lapser(database, clock)
    archiver = Archiver(database, clock, settings.archive_days * DAY_MS)
    reminders = build_reminders(
        settings,
        store,
        heads,
        clock,
        random,
        timer=time.monotonic,
        edit_person=edit_person,
        reach=door.reach,
        actor_of=door.actor_of,
    )
    files = build_files(settings, store, clock, door.actor_of)
    roads = build_roads(settings, database, clock, time.monotonic, door.actor_of)
    holidays = HolidayKeeper(database, store, clock)
    jobs = {
        "holidays": lambda: holidays.run(heads),
        "projector": projector.run,
        "purger": lambda: purger.run(heads),
        "forgetter": lambda: forgetter.run(heads),
        "lapser": lambda: lapser.run(heads),
        "archiver": lambda: archiver.run(heads),
        "reminders": reminders.reminding.run,
        "files": lambda: files.sweeper.run(heads),
        "recalled files": lambda: files.recaller.run(heads),
        "roads": lambda: roads.sweeper.run(heads),
    }
    scheduler = Scheduler(database, random(8).hex(), jobs)

    direct = make_direct(gateway, live, door.actor_of, door.device_of, admission=door.admission)
    litestar = Litestar(
        [
            *identity_endpoints(sign_ins, people, door.actor_of, VERSION, find_demo, has_roads=roads.roads is not None),
            *reminders.endpoints,
            *files.endpoints,
            *roads.endpoints,
            *make_handlers(gateway, direct, projector, door.actor_of, device_names=people.device_names),
        ],
        exception_handlers=exception_handlers(random),
        lifespan=[lambda _litestar: application.running()],
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Routebook", version=VERSION, openapi_router=schema_router(), render_plugins=[JsonRenderPlugin()]
        ),
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY_BYTES,
        cache_control=CacheControlHeader(no_store=True),
        debug=False,
    )
    page = site.asset_by_path[INDEX].body_by_coding[""]
    stack: ASGIApp = SameSiteGuard(Front(litestar, direct, site))
    # Around the log, which answers what nobody expected.
    stack = RequestLog(stack, random, time.perf_counter)
    stack = SecurityHeaders(stack, content_security_policy(inline_script_hashes(page)))
    if settings.trust_proxy:
        stack = Forwarded(stack)
    application = Application(
        settings,
        database,
        heads,
        store,
        passwords,
        people,
        site,
        door,
        live,
        presence,
        projector,
        purger,
        reminders,
        files,
        roads,
        scheduler,
        litestar,
        stack,
    )
    return application

"""The endpoints of reminders: structs in, structs out; docs/reminders.md tells a device how to use them."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from litestar import HttpMethod, Request, Response, delete, get, post, put, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter

from routebook_server.database import Database
from routebook_server.gateway.direct import ActorOf, require
from routebook_server.reminders.acting import Act, Acted, Acts, Shown
from routebook_server.reminders.feed import MAX_KEY, PATH, Feed, Feeds
from routebook_server.reminders.journal import BEFORE_PATTERN, MAX_ENTRIES, Journal, read_journal
from routebook_server.reminders.keys import KeyRing
from routebook_server.reminders.subscriptions import PushKey, Subscribe, Subscribed, Subscriptions
from routebook_server.reminders.trial import Trial, Trials
from routebook_server.reminders.zones import StandingZone, ZoneChange, Zones
from routebook_sync.identifier import ID_WIDTH

AnyRequest = Request[Any, Any, Any]
_NEWEST: Final = 50
_BEFORE_LENGTH: Final = 15 + 1 + ID_WIDTH
_TAGS: Final = ["reminders"]


def reminder_endpoints(
    database: Database,
    actor_of: ActorOf,
    *,
    keys: KeyRing,
    subscriptions: Subscriptions,
    acts: Acts,
    trials: Trials,
    feeds: Feeds,
    zones: Zones,
) -> Sequence[HTTPRouteHandler]:
    """Return the handlers of /api/push, /api/time-zone, /api/reminders and /api/calendar."""
    return [
        *_push_endpoints(keys, subscriptions, actor_of),
        _zone_endpoint(zones, actor_of),
        *_reminder_endpoints(database, acts, trials, actor_of),
        *_calendar_endpoints(feeds, actor_of),
    ]


def _push_endpoints(keys: KeyRing, subscriptions: Subscriptions, actor_of: ActorOf) -> Sequence[HTTPRouteHandler]:
    @get("/api/push/key", tags=_TAGS, summary="What a browser subscribes with")
    async def key() -> PushKey:
        return PushKey((await keys.keys()).public)

    @get("/api/push/subscription", tags=_TAGS, summary="Where this device's messages go")
    async def find(request: AnyRequest) -> Subscribed:
        return await subscriptions.find(await require(actor_of, request.scope))

    @put("/api/push/subscription", tags=_TAGS, summary="Subscribe this device, or say once more that it is")
    async def keep(request: AnyRequest, data: Subscribe) -> Subscribed:
        return await subscriptions.keep(await require(actor_of, request.scope), data)

    @delete("/api/push/subscription", status_code=204, tags=_TAGS, summary="Send this device nothing more")
    async def end(request: AnyRequest) -> None:
        await subscriptions.end(await require(actor_of, request.scope))

    return [key, find, keep, end]


def _zone_endpoint(zones: Zones, actor_of: ActorOf) -> HTTPRouteHandler:
    @put("/api/time-zone", tags=_TAGS, summary="Say where one is")
    async def set_zone(request: AnyRequest, data: ZoneChange) -> StandingZone:
        return await zones.set(await require(actor_of, request.scope), data)

    return set_zone


def _reminder_endpoints(
    database: Database, acts: Acts, trials: Trials, actor_of: ActorOf
) -> Sequence[HTTPRouteHandler]:
    @get("/api/reminders", tags=_TAGS, summary="What became of one's own reminders, newest first")
    async def journal(
        request: AnyRequest,
        limit: Annotated[int, Parameter(ge=1, le=MAX_ENTRIES)] = _NEWEST,
        before: Annotated[str | None, Parameter(pattern=BEFORE_PATTERN, max_length=_BEFORE_LENGTH)] = None,
    ) -> Journal:
        actor = await require(actor_of, request.scope)
        return await database.read(
            lambda connection: read_journal(connection, actor.person, actor.buckets, limit, before or "")
        )

    @post("/api/reminders/{delivery:str}/shown", status_code=204, tags=_TAGS, summary="A device has shown a reminder")
    async def shown(delivery: str, data: Shown) -> None:
        await acts.shown(delivery, data)

    @post("/api/reminders/{delivery:str}/act", status_code=200, tags=_TAGS, summary="Done, put off, or opened")
    async def act(delivery: str, data: Act) -> Acted:
        return await acts.act(delivery, data)

    @post(
        "/api/reminders/test", status_code=200, tags=_TAGS, summary="Send this device a reminder to see that it comes"
    )
    async def test(request: AnyRequest) -> Trial:
        return await trials.send(await require(actor_of, request.scope))

    return [journal, shown, act, test]


def _calendar_endpoints(feeds: Feeds, actor_of: ActorOf) -> Sequence[HTTPRouteHandler]:
    @get("/api/calendar", tags=_TAGS, summary="Since when there is a link to one's calendar")
    async def find(request: AnyRequest) -> Feed:
        return await feeds.find(await require(actor_of, request.scope))

    @post("/api/calendar", tags=_TAGS, summary="A new link to one's calendar, in place of the one before")
    async def make(request: AnyRequest) -> Feed:
        return await feeds.make(await require(actor_of, request.scope))

    @delete("/api/calendar", status_code=204, tags=_TAGS, summary="Let the link lead nowhere")
    async def end(request: AnyRequest) -> None:
        await feeds.end(await require(actor_of, request.scope))

    # The secret is in the query: no log of ours has queries. Some programs look at the head before they subscribe.
    @route(
        PATH,
        http_method=[HttpMethod.GET, HttpMethod.HEAD],
        status_code=200,
        tags=_TAGS,
        summary="One's calendar",
        media_type="text/calendar",
    )
    async def calendar(key: Annotated[str, Parameter(min_length=1, max_length=MAX_KEY)]) -> Response[bytes]:
        return Response(await feeds.calendar(key), media_type="text/calendar")

    return [find, make, end, calendar]

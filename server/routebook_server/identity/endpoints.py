"""The endpoints of identity: structs in, structs out; every rule is in ``SignIns`` and ``People``."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from litestar import Request, Response, delete, get, patch, post, put
from litestar.datastructures import Cookie, State
from litestar.handlers import HTTPRouteHandler
from litestar.types import Scope

from routebook_server.gateway.actor import Actor
from routebook_server.gateway.problem import ProblemError
from routebook_server.identity.devices import Device
from routebook_server.identity.door import COOKIE, token_from_scope
from routebook_server.identity.health import DemoHint, Health
from routebook_server.identity.offers import NewPerson, PersonChange
from routebook_server.identity.people import Cover, People, PersonSummary, Readers
from routebook_server.identity.sign_in import Me, PasswordChange, SignIn, SignIns
from routebook_sync.messages import Problem

ActorOf = Callable[[Scope], Awaitable[Actor | Problem]]
FindDemo = Callable[[], Awaitable[DemoHint | None]]
"""Says whom one can sign in as on a demo server."""
AnyRequest = Request[None, None, State]
# The longest that browsers keep a cookie; the server's own ninety days from the last use decide.
_COOKIE_LASTS_S: Final = 400 * 86_400


def identity_endpoints(
    sign_ins: SignIns, people: People, actor_of: ActorOf, version: str, find_demo: FindDemo, *, has_roads: bool = False
) -> Sequence[HTTPRouteHandler]:
    """Return the handlers of /api/session, /password, /devices, /people, /territories/… and /health.

    ``has_roads``: the app is told that distances by road can be asked for.
    """
    return [
        *_session_endpoints(sign_ins, actor_of),
        *_device_endpoints(people, actor_of),
        *_people_endpoints(people, actor_of),
        *_cover_endpoints(people, actor_of),
        _health_endpoint(version, find_demo, has_roads=has_roads),
    ]


def _session_endpoints(sign_ins: SignIns, actor_of: ActorOf) -> Sequence[HTTPRouteHandler]:
    @post("/api/session", status_code=200, tags=["session"], summary="Sign in")
    async def sign_in(request: AnyRequest, data: SignIn) -> Response[Me]:
        me, token = await sign_ins.sign_in(data, _address(request))
        return Response(me, cookies=[_cookie(request, token, _COOKIE_LASTS_S)])

    @get("/api/session", tags=["session"], summary="Who is signed in")
    async def who(request: AnyRequest) -> Response[Me]:
        me = await sign_ins.me(await _require(actor_of, request))
        return Response(me, cookies=[_cookie(request, token_from_scope(request.scope), _COOKIE_LASTS_S)])

    @delete("/api/session", status_code=204, tags=["session"], summary="Sign out")
    async def sign_out(request: AnyRequest) -> Response[None]:
        # No session is no error: the app may sign out twice, or on the train.
        await sign_ins.sign_out(token_from_scope(request.scope))
        return Response(None, status_code=204, cookies=[_cookie(request, "", 0)])

    @post("/api/password", status_code=204, tags=["session"], summary="Change one's own password")
    async def change_password(request: AnyRequest, data: PasswordChange) -> None:
        actor = await _require(actor_of, request)
        await sign_ins.change_password(actor, data, token_from_scope(request.scope), _address(request))

    return [sign_in, who, sign_out, change_password]


def _device_endpoints(people: People, actor_of: ActorOf) -> Sequence[HTTPRouteHandler]:
    @get("/api/devices", tags=["devices"], summary="Own devices, and those of one's people")
    async def devices(request: AnyRequest) -> list[Device]:
        return await people.devices(await _require(actor_of, request))

    @delete("/api/devices/{number:int}", status_code=204, tags=["devices"], summary="Let a device in no more")
    async def revoke(request: AnyRequest, number: int) -> None:
        await people.revoke(await _require(actor_of, request), number)

    @post("/api/devices/{number:int}/wipe", status_code=204, tags=["devices"], summary="Remove a device's data")
    async def wipe(request: AnyRequest, number: int) -> None:
        await people.wipe(await _require(actor_of, request), number)

    return [devices, revoke, wipe]


def _people_endpoints(people: People, actor_of: ActorOf) -> Sequence[HTTPRouteHandler]:
    @get("/api/people", tags=["people"], summary="Everybody")
    async def everybody(request: AnyRequest) -> list[PersonSummary]:
        return await people.everybody(await _require(actor_of, request))

    @post("/api/people", tags=["people"], summary="Add a person")
    async def add(request: AnyRequest, data: NewPerson) -> PersonSummary:
        return await people.add(await _require(actor_of, request), data)

    @patch("/api/people/{person:str}", tags=["people"], summary="Change a person")
    async def change(request: AnyRequest, person: str, data: PersonChange) -> PersonSummary:
        return await people.change(await _require(actor_of, request), person, data)

    return [everybody, add, change]


def _cover_endpoints(people: People, actor_of: ActorOf) -> Sequence[HTTPRouteHandler]:
    @get("/api/territories/{territory:str}/cover", tags=["territories"], summary="Who covers a territory")
    async def cover(request: AnyRequest, territory: str) -> Cover:
        return await people.cover(await _require(actor_of, request), territory)

    @put("/api/territories/{territory:str}/cover", tags=["territories"], summary="Let people cover a territory")
    async def set_cover(request: AnyRequest, territory: str, data: Cover) -> Cover:
        return await people.set_cover(await _require(actor_of, request), territory, data)

    @get("/api/territories/{territory:str}/people", tags=["territories"], summary="Who sees a territory's customers")
    async def readers(request: AnyRequest, territory: str) -> Readers:
        return await people.readers(await _require(actor_of, request), territory)

    return [cover, set_cover, readers]


def _health_endpoint(version: str, find_demo: FindDemo, *, has_roads: bool) -> HTTPRouteHandler:
    @get("/api/health", tags=["server"], summary="Whether the server lives")
    async def health() -> Health:
        return Health("ok", version, await find_demo(), has_roads)

    return health


async def _require(actor_of: ActorOf, request: AnyRequest) -> Actor:
    found = await actor_of(request.scope)
    if isinstance(found, Problem):
        raise ProblemError(found)
    return found


def _address(request: AnyRequest) -> str:
    return request.client.host if request.client is not None else ""


def _cookie(request: AnyRequest, token: str, lasts_s: int) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=token,
        path="/",
        max_age=lasts_s,
        httponly=True,
        samesite="strict",
        secure=request.scope["scheme"] == "https",
    )

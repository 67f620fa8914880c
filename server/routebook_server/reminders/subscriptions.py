"""Subscriptions: where each device's messages go, as the device says at each start of the app; one a device."""

import base64
from collections.abc import Awaitable, Callable
from typing import Annotated, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Meta
from sqlalchemy import Connection

from routebook_server.database import Database, driver_of
from routebook_server.database.driver import upsert
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.reminders.addresses import MAX_ENDPOINT, refuse_endpoint
from routebook_server.reminders.looks import Look, look_of
from routebook_server.reminders.tables import push_subscription
from routebook_server.reminders.zones import Zones
from routebook_sync.messages import ProblemCode

_POINT_BYTES: Final = 65
_AUTH_BYTES: Final = 16
_STORE: Final = upsert(push_subscription, ("device",))


class Subscribe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser's PushSubscription says."""

    endpoint: Annotated[str, Meta(min_length=1, max_length=MAX_ENDPOINT)]
    p256dh: Annotated[str, Meta(max_length=100)]
    auth: Annotated[str, Meta(max_length=40)]
    time_zone: Annotated[str, Meta(max_length=60)] = ""
    """Where the device is: taken for its person where his record says nothing of it."""
    locale: Annotated[str, Meta(max_length=20)] = ""
    """The language that the device shows; "" where it does not know, which changes nothing."""
    calendar: Annotated[str, Meta(max_length=20)] = ""
    """The calendar that the device shows, likewise."""


class Subscribed(msgspec.Struct, frozen=True):
    """What the server has of a device; "" and 0 for nothing."""

    endpoint: str = ""
    renewed: int = 0
    """When the device said so last, milliseconds since 1970 UTC."""


class PushKey(msgspec.Struct, frozen=True):
    """What a browser subscribes with."""

    key: str
    """The application server key, base64url."""


class Subscriptions:
    """Keeps where devices' messages go. ``anywhere`` lifts what is asked of an address, for tests.

    ``look_changed`` hears whose device shows another language or calendar than before.
    """

    def __init__(
        self,
        database: Database,
        now_ms: Callable[[], int],
        zones: Zones,
        *,
        look_changed: Callable[[str], Awaitable[object]],
        anywhere: bool,
    ) -> None:
        self._database = database
        self._zones = zones
        self._now_ms = now_ms
        self._look_changed = look_changed
        self._anywhere = anywhere

    async def keep(self, actor: Actor, wanted: Subscribe) -> Subscribed:
        """Let a device's messages go there from now on; ProblemError wrong_type names what is wrong with it."""
        wrong = refuse_endpoint(wanted.endpoint, anywhere=self._anywhere)
        if wrong:
            raise ProblemError(make_problem(ProblemCode.WRONG_TYPE, wrong, field="endpoint"))
        for field, size in (("p256dh", _POINT_BYTES), ("auth", _AUTH_BYTES)):
            if not _is_key(getattr(wanted, field), size):
                raise ProblemError(make_problem(ProblemCode.WRONG_TYPE, f"Not {size} bytes of a key.", field=field))
        now_ms = self._now_ms()

        def store(connection: Connection) -> bool:
            driver = driver_of(connection)
            # One browser has one address: whoever signed in on it before gets nothing there any more.
            sql = "DELETE FROM push_subscription WHERE endpoint = ? AND device <> ?"
            driver.execute(sql, wanted.endpoint, actor.device)
            before = look_of(driver, actor.device)
            look = Look(wanted.locale or before.locale, wanted.calendar or before.calendar)
            row = (actor.device, wanted.endpoint, wanted.p256dh, wanted.auth, now_ms, look.locale, look.calendar)
            driver.store(_STORE, [row])
            return look != before

        is_another_look = await self._database.write(store)
        await self._zones.keep_first(actor.person, wanted.time_zone)
        if is_another_look:
            await self._look_changed(actor.person)
        return Subscribed(wanted.endpoint, now_ms)

    async def find(self, actor: Actor) -> Subscribed:
        """Return what there is of a device."""
        select = "SELECT endpoint, renewed FROM push_subscription WHERE device = ?"
        found = await self._database.fetch(select, actor.device)
        return Subscribed(*found[0]) if found else Subscribed()

    async def end(self, actor: Actor) -> None:
        """Send a device nothing more; no error if nothing was sent."""
        sql = "DELETE FROM push_subscription WHERE device = ?"
        await self._database.write(lambda connection: driver_of(connection).execute(sql, actor.device))


def _is_key(text: str, size: int) -> bool:
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if len(found) == _POINT_BYTES:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), found)
    except ValueError:
        return False
    return len(found) == size

"""Building: the parts of reminders from what the operator chose, joined for the composition root."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from litestar.handlers import HTTPRouteHandler

from routebook_server.database import Database
from routebook_server.gateway.direct import ActorOf
from routebook_server.identity.people import EditPerson
from routebook_server.records.heads import Heads
from routebook_server.records.store import Store
from routebook_server.reminders.acting import Acts
from routebook_server.reminders.endpoints import reminder_endpoints
from routebook_server.reminders.feed import Feeds
from routebook_server.reminders.hours import is_zone
from routebook_server.reminders.keys import KeyRing
from routebook_server.reminders.mailing import MailAddressError, Mailer, MailServer, mail_server_from
from routebook_server.reminders.planning import Choices, FindReach
from routebook_server.reminders.reminding import Pusher, Reminding
from routebook_server.reminders.subscriptions import Subscriptions
from routebook_server.reminders.trial import Trials
from routebook_server.reminders.zones import Zones
from routebook_server.settings import Settings

_CONTACT: Final = "mailto:admin@example.com"
"""What push services are told where nobody chose better; some take no message without an address in it."""


class ReminderSettingError(ValueError):
    """A setting that makes no sense; the message names its variable."""


class Reminders(msgspec.Struct, frozen=True):
    """What the composition root has of reminders."""

    reminding: Reminding
    endpoints: Sequence[HTTPRouteHandler]


def build_reminders(
    settings: Settings,
    store: Store,
    heads: Heads,
    now_ms: Callable[[], int],
    random: Callable[[int], bytes],
    *,
    timer: Callable[[], float],
    edit_person: EditPerson,
    reach: FindReach,
    actor_of: ActorOf,
) -> Reminders:
    """Return the parts of reminders; ReminderSettingError."""
    database: Database = store.database
    if not is_zone(settings.time_zone):
        raise ReminderSettingError(f"ROUTEBOOK_TIME_ZONE={settings.time_zone}: there is no such time zone")
    server = _mail_server(settings)
    choices = Choices(
        settings.time_zone,
        settings.confirm_minutes * 60_000,
        mails=server is not None,
        silent_ms=settings.silent_hours * 3_600_000,
    )
    keys = KeyRing(database, random, now_ms)

    def open_pusher() -> Pusher:
        # Not at the top: it takes half a second to import, which a server has better uses for when it starts.
        from routebook_server.reminders import pushing  # noqa: PLC0415

        return pushing.Pusher(_contact(settings), anywhere=settings.push_anywhere)

    mailer = Mailer(server, settings.mail_from, settings.url)
    reminding = Reminding(
        database, heads, now_ms, timer, reach=reach, keys=keys, choices=choices, open_pusher=open_pusher, mailer=mailer
    )
    zones = Zones(database, edit_person)
    subscriptions = Subscriptions(
        database,
        now_ms,
        zones,
        look_changed=reminding.follower.renew_of,
        anywhere=settings.push_anywhere,
    )
    acts = Acts(database, store, keys, reach, now_ms, time_zone=settings.time_zone)
    feeds = Feeds(database, now_ms, random, reach, time_zone=settings.time_zone, url=settings.url)
    trials = Trials(database, now_ms)
    endpoints = reminder_endpoints(
        database, actor_of, keys=keys, subscriptions=subscriptions, acts=acts, trials=trials, feeds=feeds, zones=zones
    )
    return Reminders(reminding, endpoints)


def _mail_server(settings: Settings) -> MailServer | None:
    try:
        server = mail_server_from(settings.smtp)
    except MailAddressError as error:
        # Without the address itself: there may be a password in it.
        raise ReminderSettingError(f"ROUTEBOOK_SMTP: {error}") from None
    if server is not None and "@" not in settings.mail_from:
        raise ReminderSettingError("ROUTEBOOK_MAIL_FROM: e-mails need a sender, like crm@example.com")
    return server


def _contact(settings: Settings) -> str:
    """Return whom a push service may turn to: an address or a site of the operator's."""
    sender = settings.mail_from.rpartition("<")[2].strip("> ")
    if "@" in sender:
        return f"mailto:{sender}"
    return settings.url if settings.url.startswith("https://") else _CONTACT

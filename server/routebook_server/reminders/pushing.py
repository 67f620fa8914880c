"""Pushing: one letter to one push service: encrypted (RFC 8291), signed (RFC 8292), and what came of it."""

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import aiohttp
import msgspec
import structlog
from pywebpush import WebPusher

from routebook_server.reminders.addresses import audience_of, refuse_endpoint
from routebook_server.reminders.grouping import apart
from routebook_server.reminders.keys import Keys
from routebook_server.reminders.letters import Letter, Outcome, Result, Subscription
from routebook_server.reminders.payload import (
    SEVERAL,
    Payload,
    actions_of,
    make_payload,
    set_about,
    urgency_of,
    url_of,
    url_of_several,
)
from routebook_server.reminders.resolver import PrivateAddressError, PublicResolver
from routebook_server.reminders.rules import Rule
from routebook_server.reminders.states import AT_ONCE

WITHIN_S: Final = 20.0
"""How long a push service may take; then nobody knows."""
CONNECT_WITHIN_S: Final = 10.0
SIGNED_FOR_S: Final = 12 * 3_600
_LONGEST_REST_MS: Final = 3_600_000
_DEAD: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}

_log: Final = structlog.get_logger()


class Pusher:
    """Sends letters over one session; belongs to one event loop. ``contact`` is where a push service may complain.

    ``anywhere`` lets them go to private addresses, for tests.
    """

    def __init__(self, contact: str, *, anywhere: bool) -> None:
        self._contact = contact
        self._anywhere = anywhere
        self._session: aiohttp.ClientSession | None = None
        # Two milliseconds of arithmetic a letter, beside the event loop that serves the devices.
        self._encrypting = ThreadPoolExecutor(1, thread_name_prefix="push")

    async def send(self, letter: Letter, keys: Keys, now_ms: int) -> Result:
        """Send one letter; never raises for what the other side does."""
        subscription = letter.subscription
        assert subscription is not None  # noqa: S101 - a push is claimed with one
        if refuse_endpoint(subscription.endpoint, anywhere=self._anywhere):
            return Result(letter, Outcome.FAILED, "bad_address")
        loop = asyncio.get_running_loop()
        try:
            headers, body = await loop.run_in_executor(self._encrypting, _seal, letter, keys, self._contact, now_ms)
        except (ValueError, TypeError) as error:
            _log.error("a reminder cannot be encrypted", error=type(error).__name__)
            return Result(letter, Outcome.FAILED, "bad_keys")
        return await self._post(letter, subscription, headers, body)

    async def _post(self, letter: Letter, to: Subscription, headers: dict[str, str], body: bytes) -> Result:
        try:
            async with self._open().post(to.endpoint, data=body, headers=headers, allow_redirects=False) as answer:
                return _result(letter, answer.status, answer.headers.get("Retry-After", ""))
        except aiohttp.ClientConnectorError as error:
            # Nothing has left this server.
            if isinstance(error.os_error, PrivateAddressError) or isinstance(error.__cause__, PrivateAddressError):
                return Result(letter, Outcome.FAILED, "private_address")
            return Result(letter, Outcome.AGAIN, "unreachable")
        except aiohttp.InvalidURL:
            return Result(letter, Outcome.FAILED, "bad_address")
        except aiohttp.ConnectionTimeoutError:
            return Result(letter, Outcome.AGAIN, "unreachable")
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Result(letter, Outcome.UNKNOWN, "no_answer")

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            resolver = None if self._anywhere else PublicResolver()
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=AT_ONCE, resolver=resolver, ttl_dns_cache=60),
                timeout=aiohttp.ClientTimeout(total=WITHIN_S, sock_connect=CONNECT_WITHIN_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session

    async def close(self) -> None:
        """Let go of the session and the thread."""
        if self._session is not None:
            await self._session.close()
        self._encrypting.shutdown(wait=False, cancel_futures=True)


def _seal(letter: Letter, keys: Keys, contact: str, now_ms: int) -> tuple[dict[str, str], bytes]:
    """Return the headers and the encrypted body of a letter."""
    to = letter.subscription
    assert to is not None  # noqa: S101 - see ``send``
    about = _about(letter, keys)
    info = {"endpoint": to.endpoint, "keys": {"p256dh": to.p256dh, "auth": to.auth}}
    body = WebPusher(info).encode(make_payload(about, letter.wording))["body"]
    # Fresh claims for each: the library writes the first one's audience into what it is given.
    claims = {"sub": contact, "aud": audience_of(to.endpoint), "exp": int(time.time()) + SIGNED_FOR_S}
    headers = {
        **keys.vapid.sign(claims),
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(max(1, (about.expires - now_ms) // 1_000)),
        "Urgency": urgency_of(Rule(part.reminder.rule) for part in apart(letter)),
        # Of two with the same topic a push service keeps the last one.
        "Topic": letter.id,
    }
    return headers, body


def _about(letter: Letter, keys: Keys) -> Payload:
    """Return what a message says beside its words; one that stands for several opens the screen that shows them."""
    one = letter.reminder
    about = Payload(
        id=letter.id,
        token=keys.token_of(letter.id),
        tag=letter.id,
        title="",
        body="",
        **set_about(letter.locale),
        url=url_of(one.kind, one.root, of_customer=letter.of_customer, rule=one.rule),
        rule=one.rule,
        kind=one.kind,
        record=one.record,
        root=one.root,
        at=one.due_at,
        expires=one.expires_at,
        actions=actions_of(one.kind, letter.locale),
    )
    if not letter.parts:
        return about
    url = url_of_several({part.reminder.kind for part in letter.parts})
    expires = max(part.reminder.expires_at for part in letter.parts)
    several = {"rule": SEVERAL, "kind": "", "record": "", "root": one.person}
    return msgspec.structs.replace(about, url=url, expires=expires, actions=[], **several)


def _result(letter: Letter, status: int, retry_after: str) -> Result:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Result(letter, Outcome.SENT)
    if status in _DEAD:
        return Result(letter, Outcome.GONE, "gone")
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Result(letter, Outcome.AGAIN, f"status_{status}", _rest_from(retry_after))
    _log.warning("a push service refuses a reminder", status=status)
    return Result(letter, Outcome.FAILED, f"status_{status}")


def _rest_from(retry_after: str) -> int:
    """Return the milliseconds that a Retry-After asks for, as seconds or as a date; an hour at most."""
    seconds = 0.0
    if retry_after.isascii() and retry_after.isdigit():
        seconds = float(retry_after)
    elif retry_after:
        with contextlib.suppress(ValueError, TypeError):
            seconds = parsedate_to_datetime(retry_after).timestamp() - time.time()
    return round(min(max(0.0, seconds) * 1_000, _LONGEST_REST_MS))

"""Pushes: a push service of the tests' own behind a real browser, whose messages reach its real service worker.

Headless Chromium has no push service, so that its ``PushManager`` is given a subscription at an endpoint here; what
comes there is decrypted and handed to the service worker through the devtools.
"""

import asyncio
import json
import threading
from typing import Any, Final, Self

import httpx
from playwright.sync_api import CDPSession, Page, expect

from e2e.browser import Browser
from e2e.house import House, wait_until
from server.push_service import Browser as Subscriber
from server.push_service import Message, PushService

SENT_WITHIN_S: Final = 40
SUBSCRIBED: Final = """({ endpoint, p256dh, auth }) => {
  const plain = (text) => atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = (text) => Uint8Array.from(plain(text), (one) => one.charCodeAt(0)).buffer;
  let standing = null;
  PushManager.prototype.getSubscription = async () => standing;
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    standing = {
      endpoint,
      options: { applicationServerKey: bytes(applicationServerKey) },
      getKey: (name) => bytes({ p256dh, auth }[name]),
      unsubscribe: async () => { standing = null; return true; },
    };
    return standing;
  };
}"""
NOTIFICATIONS: Final = """navigator.serviceWorker.ready
  .then((registration) => registration.getNotifications())
  .then((shown) => shown.map(({ tag, title, body, lang, dir, silent }) => ({ tag, title, body, lang, dir, silent })))"""
TAP: Final = """async ([tag, action]) => {
  const [notification] = await self.registration.getNotifications({ tag });
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification, action }));
}"""


class PushEnd:
    """A push service on a thread, with one subscriber; use it in a ``with`` block."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.service = PushService()
        self.subscriber: Subscriber
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="push-service")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(20), "the push service answers"
        self.service.key = httpx.get(f"{self.house.address}/api/push/key").json()["key"]
        self.subscriber = self.service.browser("phone")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        assert self.service.faults == []

    def _run(self) -> None:
        async def serve() -> None:
            async with self.service.running():
                self._ready.set()
                await self._stop.wait()

        self._loop.run_until_complete(serve())
        self._loop.close()

    def subscribe_pages_of(self, browser: Browser) -> None:
        """Let every page of a browser find this push service behind its ``PushManager``."""
        script = f"({SUBSCRIBED})({json.dumps(self.subscriber.subscription())})"
        browser.context.add_init_script(script)

    def message(self, title: str) -> Message:
        """Return the message with these words, which the server sends in a moment."""

        def found() -> list[Message]:
            return [one for one in self.service.messages if title in (one.payload["title"] + one.payload["body"])]

        wait_until(lambda: bool(found()), SENT_WITHIN_S, f"the server sends {title!r}")
        [message] = found()
        return message


class ServiceWorker:
    """The real service worker of a page, as the push service and a thumb reach it."""

    def __init__(self, browser: Browser, page: Page) -> None:
        self._browser = browser
        self._page = page
        self._origin = page.evaluate("location.origin")
        self._devtools: CDPSession = browser.context.new_cdp_session(page)
        self._registrations: list[str] = []
        self._last: Message
        self._devtools.on("ServiceWorker.workerRegistrationUpdated", self._hear)
        self._devtools.send("ServiceWorker.enable")

    def _hear(self, told: dict[str, Any]) -> None:
        self._registrations += [one["registrationId"] for one in told["registrations"] if not one["isDeleted"]]

    def push(self, message: Message) -> None:
        """Hand over what the push service got."""
        self._last = message
        while not self._registrations:
            self._page.wait_for_timeout(20)
        self._devtools.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": self._origin,
                "registrationId": self._registrations[-1],
                "data": json.dumps(message.payload),
            },
        )

    def notifications(self) -> list[dict[str, Any]]:
        """Return what is shown."""
        found: list[dict[str, Any]] = self._page.evaluate(NOTIFICATIONS)
        return found

    def expect_shown(self, tag: str, *, silent: bool = False) -> dict[str, Any]:
        """Wait until this notification is shown, once, and return it."""

        def ours() -> list[dict[str, Any]]:
            return [one for one in self.notifications() if one["tag"] == tag and one["silent"] is silent]

        try:
            wait_until(lambda: bool(ours()), 15, "the notification is shown")
        except AssertionError:
            # The devtools lose a message now and then where a worker is just being stopped; a push service, to which
            # nobody has acknowledged it, brings it again.
            self.push(self._last)
            wait_until(lambda: any(one["tag"] == tag for one in self.notifications()), 30, "the notification is shown")
        [shown] = [one for one in self.notifications() if one["tag"] == tag]
        return shown

    def tap(self, tag: str, action: str = "") -> None:
        """Tap a notification, or one of its actions."""
        [worker] = self._browser.context.service_workers
        worker.evaluate(TAP, [tag, action])


def expect_state(page: Page, state: str) -> None:
    """Wait until the settings say so of this device."""
    expect(page.get_by_test_id("reminders-state")).to_have_attribute("data-state", state)

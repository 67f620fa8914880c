"""Push service: what browsers' makers run, and a device behind each subscription, as far as the server can tell.

It really decrypts and really verifies: what it would not take of us, it does not take here.
"""

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

import http_ece
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MAX_BODY_BYTES = 4_096
LONGEST_SIGNED_S = 24 * 3_600


def encode(value: bytes) -> str:
    """Return base64url without padding, as browsers have it."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def decode(text: str) -> bytes:
    """Return the bytes of base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Message(NamedTuple):
    """What came for a device."""

    device: str
    headers: dict[str, str]
    payload: dict[str, Any]


class Browser:
    """One browser's subscription, and what its service worker shows: a message of one id once."""

    def __init__(self, name: str, origin: str, secret: int) -> None:
        self.name = name
        self.endpoint = f"{origin}/push/{name}"
        self._private = ec.derive_private_key(secret, ec.SECP256R1())
        self._auth = secret.to_bytes(16)
        self.shown: dict[str, dict[str, Any]] = {}
        """What its person has seen, by id."""
        self.rung: list[str] = []
        """The ids of what came, twice where it came twice."""

    def subscription(self) -> dict[str, str]:
        """Return what it tells the server."""
        point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "p256dh": encode(point), "auth": encode(self._auth)}

    def open(self, body: bytes) -> dict[str, Any]:
        """Decrypt a message."""
        opened = http_ece.decrypt(body, private_key=self._private, auth_secret=self._auth, version="aes128gcm")
        found: dict[str, Any] = json.loads(opened)
        return found

    def show(self, payload: dict[str, Any]) -> None:
        """Show a message, unless it was shown."""
        self.rung.append(payload["id"])
        self.shown.setdefault(payload["id"], payload)


class PushService:
    """Takes messages; ``answer`` and ``heard`` decide over the next ones."""

    def __init__(self) -> None:
        self.origin = ""
        self.key = ""
        """The application server key that everybody subscribed with."""
        self.browsers: dict[str, Browser] = {}
        self.messages: list[Message] = []
        self.answers: dict[str, list[tuple[int, dict[str, str]]]] = {}
        """By device, what is answered to the next messages in place of 201; they are not taken."""
        self.heard: Callable[[Message], Awaitable[None]] | None = None
        """What happens when a message has been taken and before that is said."""
        self.faults: list[str] = []
        """What a push service would not have taken."""

    def browser(self, name: str) -> Browser:
        """Return a new browser."""
        made = self.browsers[name] = Browser(name, self.origin, len(self.browsers) + 7)
        return made

    async def take(self, request: web.Request) -> web.Response:
        """Answer a message."""
        name = request.match_info["name"]
        waiting = self.answers.get(name)
        if waiting:
            status, headers = waiting.pop(0)
            return web.Response(status=status, headers=headers)
        body = await request.read()
        headers = {key.lower(): value for key, value in request.headers.items()}
        fault = self._refuse(headers, body)
        if fault:
            self.faults.append(fault)
            return web.Response(status=403 if fault == "not signed" else 400, text=fault)
        message = Message(name, headers, self.browsers[name].open(body))
        self.messages.append(message)
        self.browsers[name].show(message.payload)
        if self.heard is not None:
            await self.heard(message)
        return web.Response(status=201)

    def _refuse(self, headers: dict[str, str], body: bytes) -> str:
        if len(body) > MAX_BODY_BYTES:
            return "too large"
        if headers.get("content-encoding") != "aes128gcm" or not headers.get("ttl", "").isdigit():
            return "bad headers"
        if len(headers.get("topic", "")) > 32 or headers.get("urgency") not in {"very-low", "low", "normal", "high"}:
            return "bad topic or urgency"
        return "" if self._is_signed(headers.get("authorization", "")) else "not signed"

    def _is_signed(self, authorization: str) -> bool:
        scheme, _, rest = authorization.partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        if scheme != "vapid" or parts["k"] != self.key:
            return False
        signed, _, signature = parts["t"].rpartition(".")
        raw = decode(signature)
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(parts["k"]))
        pair = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        try:
            public.verify(pair, signed.encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        claims = json.loads(decode(signed.split(".")[1]))
        left = claims["exp"] - time.time()
        is_ours = claims["aud"] == self.origin and str(claims["sub"]).startswith(("mailto:", "https:"))
        return bool(is_ours and 0 < left <= LONGEST_SIGNED_S)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["PushService"]:
        """Serve on a port of this machine."""
        application = web.Application(client_max_size=1 << 16)
        application.router.add_post("/push/{name}", self.take)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()
            await asyncio.sleep(0)

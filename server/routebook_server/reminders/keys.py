"""Keys: by which push services know this server (VAPID), and by which it knows its own messages again.

Made at the first start and kept in the database: several processes share them, and so does a restored backup, without
which every device would have to subscribe anew. But for the public one they leave neither the server nor a log.
"""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from sqlalchemy import Connection

from routebook_server.database import Database, driver_of
from routebook_server.database.driver import upsert
from routebook_server.reminders.tables import server_secret

_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256."""
_STORE: Final = upsert(server_secret, ("name",))
_TOKEN_BYTES: Final = 18

Random = Callable[[int], bytes]


class Keys(msgspec.Struct, frozen=True):
    """What is made of the secrets."""

    vapid: Any
    """Signs for push services."""
    public: str
    """What a browser subscribes with: the application server key in base64url."""
    delivery: bytes

    def __repr__(self) -> str:
        """Return nothing that a log must not have."""
        return "Keys()"

    def token_of(self, delivery: str) -> str:
        """Return the secret that a message carries, and whoever answers it has to know."""
        found = hmac.digest(self.delivery, delivery.encode(), hashlib.sha256)[:_TOKEN_BYTES]
        return base64.urlsafe_b64encode(found).decode()

    def is_token(self, delivery: str, token: str) -> bool:
        """Tell whether ``token`` is that of a message, in the same time for every wrong one."""
        return hmac.compare_digest(self.token_of(delivery).encode(), token.encode())


class KeyRing:
    """Gives the keys; the first who asks makes them."""

    def __init__(self, database: Database, random: Random, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._random = random
        self._now_ms = now_ms
        self._keys: Keys | None = None
        self._asking = asyncio.Lock()

    async def keys(self) -> Keys:
        """Return the keys of this server."""
        async with self._asking:
            if self._keys is None:
                found = await self._database.read(_read)
                # Nothing is written where they are: a second server may run beside on a database that it only reads.
                self._keys = _make(found if len(found) == 2 else await self._database.write(self._read_or_make))
            return self._keys

    def _read_or_make(self, connection: Connection) -> dict[str, str]:
        found = _read(connection)
        # So many bits more than the order has that every key is as likely as any other.
        scalar = int.from_bytes(self._random(48)) % (_ORDER - 1) + 1
        made = {"vapid": _encode(scalar.to_bytes(32)), "delivery": _encode(self._random(32))}
        now_ms = self._now_ms()
        new = [(name, value, now_ms) for name, value in made.items() if name not in found]
        driver_of(connection).store(_STORE, new)
        return {**made, **found}


def _read(connection: Connection) -> dict[str, str]:
    select = "SELECT name, value FROM server_secret WHERE name IN ('vapid', 'delivery')"
    return dict(driver_of(connection).fetch(select))


def _make(secrets: dict[str, str]) -> Keys:
    scalar = int.from_bytes(_decode(secrets["vapid"]))
    private = ec.derive_private_key(scalar, ec.SECP256R1())
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Keys(Vapid02(private), _encode(public), _decode(secrets["delivery"]))


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

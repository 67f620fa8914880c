"""Area: what it costs over the air to hear that there is nothing new."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

import httpx
import msgspec
from litestar import Litestar
from litestar.types import Scope

from bench.line import Line, at_most
from routebook_server.database import open_sqlite
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.direct import make_direct
from routebook_server.gateway.gateway import Gateway
from routebook_server.gateway.handlers import make_handlers
from routebook_server.gateway.live import Live
from routebook_server.identity.door import Door
from routebook_server.identity.presence import Presence
from routebook_server.records.buckets import SHARED, person_bucket, territory_bucket
from routebook_server.records.heads import Heads
from routebook_server.records.load import load_rows
from routebook_server.records.projection import Projector
from routebook_server.records.store import Store
from routebook_sync import base32
from routebook_sync.entities.person import Role
from routebook_sync.generate import schema_hash
from routebook_sync.messages import PROTOCOL, Row, View

NOW: Final = 1_800_000_000_000
STAMP: Final = "1" * 18


def make_id(number: int) -> str:
    """Return an id whose digits differ as those of real ones do."""
    return base32.encode((NOW + number) << 80 | 7 << 76 | (number * 0x9E3779B97F4A7C15F39C) % (1 << 62), 26)


def empty_request(device: int) -> dict[str, Any]:
    """Return what the app sends that has nothing to say (``Engine.request``), before it has read anything."""
    return {
        "protocol": PROTOCOL,
        "schema": schema_hash(),
        "device": device,
        "now": NOW,
        "edits": [],
        "cursors": {},
        "ack": 120,
        "budget": 4_194_304,
        "report": {
            "version": "0.1.0",
            "stored_bytes": 123_456_789,
            "persisted": True,
            "waiting": 0,
            "offset": -120,
            "resets": 0,
            "repairs": 0,
        },
        "view": View.REP,
    }


def run() -> Iterator[Line]:
    """Yield the bytes of both bodies and of the reply's headers, for a device of four buckets."""
    with tempfile.TemporaryDirectory() as folder:
        yield at_most("sync_empty_bytes", asyncio.run(_measure(Path(folder))), "bytes", 1023)


async def _measure(folder: Path) -> int:
    buckets = (person_bucket(make_id(1)), SHARED, territory_bucket(make_id(2)), territory_bucket(make_id(3)))
    actor = Actor(make_id(1), Role.REP, 12, buckets)

    async def actor_of(_scope: Scope) -> Actor:
        return actor

    database = open_sqlite(folder / "empty.db")
    heads = Heads()
    store = Store(database, lambda: NOW, heads)
    gateway = Gateway(store, lambda: NOW, schema_hash(), lease_ms=14 * 86_400_000)
    projector = Projector(database, heads, time.monotonic)
    live = Live(heads, store.read_heads, Door(database, lambda: NOW, Presence(database, lambda: NOW)), b"")
    direct = make_direct(gateway, live, actor_of)
    app = Litestar(make_handlers(gateway, direct, projector, actor_of), openapi_config=None, logging_config=None)
    rows = [
        (bucket, Row("note", make_id(1000 * place + number), make_id(9), 0, {"body": "x"}, {STAMP: []}))
        for place, bucket in enumerate(buckets)
        for number in range(200)
    ]
    try:
        database.write_now(lambda connection: load_rows(connection, rows))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(cast("Any", app)), base_url="http://server")
        request = empty_request(12)
        request["cursors"] = (await _post(client, request)).json()["cursors"]
        response = await _post(client, request)
        assert "rows" not in response.json()
        sent = len(msgspec.json.encode(request))
        # What the server process adds: its date and name.
        headers = [(b"HTTP/1.1 200", b"OK"), (b"date", b"Thu, 01 Jan 1970 00:00:00 GMT"), (b"server", b"uvicorn")]
        headers += response.headers.raw
        came = sum(len(name) + len(value) + len(": \r\n") for name, value in headers) + len("\r\n")
        return sent + came + int(response.headers["content-length"])
    finally:
        await store.close()
        await database.close()


async def _post(client: httpx.AsyncClient, request: dict[str, Any]) -> httpx.Response:
    body = msgspec.json.encode(request)
    return await client.post("/sync", content=body, headers={"accept-encoding": "gzip, deflate, br, zstd"})

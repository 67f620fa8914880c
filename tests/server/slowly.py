"""Slowly: a request whose body arrives in two parts; the second one when it is let through."""

import asyncio
from typing import Any

import httpx
import msgspec

from routebook_server.identity.door import COOKIE
from routebook_sync.messages import Problem, ProblemCode

JSON = "application/json"


class Slowly:
    """One request of whoever signed in with ``client``, and its answer."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        path: str,
        body: bytes,
        *,
        method: str = "POST",
        sent_as: str = JSON,
        **more: str,
    ) -> None:
        self._body = body
        self._parts = 0
        self.began = asyncio.Event()
        self.let_through = asyncio.Event()
        self.status = 0
        self.body = b""
        headers = {
            "host": "routebook.test",
            "content-type": sent_as,
            "content-length": str(len(body)),
            "cookie": f"{COOKIE}={client.cookies.get(COOKIE, '')}",
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        self.scope: Any = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "client": ("192.0.2.1", 1),
            "server": ("routebook.test", 80),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }

    async def run(self, app: Any) -> None:
        await app(self.scope, self.receive, self.send)

    async def receive(self) -> Any:
        self._parts += 1
        if self._parts == 1:
            return {"type": "http.request", "body": self._body[:1], "more_body": True}
        self.began.set()
        await self.let_through.wait()
        return {"type": "http.request", "body": self._body[1:], "more_body": False}

    async def send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.body += message.get("body", b"")

    @property
    def code(self) -> ProblemCode:
        """The code of the problem that it was answered with."""
        return msgspec.json.decode(self.body, type=Problem).code

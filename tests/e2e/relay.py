"""Relay: a relay for http in front of a house that says another lease, spoils edits, and can refuse contact alone.

The app's files come either way, so that a device without contact can be opened anew, as with a service worker.
"""

import gzip
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

import httpx

from e2e.house import House

CONTACT: Final = ("/api/", "/sync", "/live")
_OWN_HEADERS: Final = {"content-length", "content-encoding", "transfer-encoding", "connection", "date", "server"}


class Relay:
    """Relays until the end of the ``with`` block."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.lease_ms: int | None = None
        """The lease that every reply names; None for the house's own."""
        self.is_cut = False
        self.spoil: Callable[[dict[str, Any]], None] | None = None
        """Changes an edit on its way to the house, as a fault of the app would."""
        self.leases_told = 0
        """Replies that were handed on and named this relay's lease."""
        relay = self

        class _Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                try:
                    relay._answer(self)
                except ConnectionError:  # the page that asked is gone
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - so the base class calls them

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True, name="relay").start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """What a browser opens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def _answer(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers.get("content-length") or 0))
        is_round_trip = asked.path == "/sync" and asked.command == "POST"
        is_contact = asked.path.startswith(CONTACT) and (asked.path != "/sync" or is_round_trip)
        if asked.path.startswith("/live") or (is_contact and self.is_cut):
            asked.close_connection = True
            return
        if is_round_trip and self.spoil is not None:
            packed = asked.headers.get("content-encoding") == "gzip"
            request: dict[str, Any] = json.loads(gzip.decompress(body) if packed else body)
            for edit in request.get("edits", []):
                self.spoil(edit)
            body = json.dumps(request).encode()
            del asked.headers["content-encoding"]
            asked.headers.replace_header("content-length", str(len(body)))
        headers = {name.lower(): value for name, value in asked.headers.items()} | {"accept-encoding": "identity"}
        lease_ms = self.lease_ms if is_round_trip else None
        answer = httpx.request(
            asked.command, f"{self.house.address}{asked.path}", content=body, headers=headers, timeout=30
        )
        content = answer.content
        is_told = answer.is_success and lease_ms is not None
        if is_told:
            content = json.dumps(answer.json() | {"lease": lease_ms}).encode()
        asked.send_response(answer.status_code)
        for name, value in answer.headers.multi_items():
            if name.lower() not in _OWN_HEADERS:
                asked.send_header(name, value)
        asked.send_header("content-length", str(len(content)))
        asked.end_headers()
        asked.wfile.write(content)
        self.leases_told += is_told

"""Bare: the least that could answer, as a process of its own: what our requests are compared with.

``echo`` sends each body back. ``design`` does what the protocol needs and nothing else: it decodes the request, writes
one row for each edit with the sqlite3 module, all waiting requests in one transaction, and encodes a reply. Both run on
the server's own uvicorn.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Self

import msgspec
import uvicorn

from ports import free_port
from routebook_server.database.sqlite import PRAGMAS
from routebook_server.serving import server_config
from routebook_sync.messages import Edit, SyncRequest

STARTS_WITHIN_S: Final = 30
TABLE: Final = (
    "CREATE TABLE record (bucket TEXT, seq INTEGER, id TEXT NOT NULL UNIQUE, kind TEXT, root TEXT, home INTEGER,"
    " device INTEGER, doc TEXT, PRIMARY KEY (bucket, seq)) WITHOUT ROWID"
)
INDEX: Final = "CREATE INDEX record_by_root ON record (root)"
STORE: Final = "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, 0, ?, ?)"
_REQUEST: Final = msgspec.json.Decoder(SyncRequest)
_EDIT: Final = msgspec.json.Decoder(Edit)


class Bare:
    """A running bare server."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._kind = kind
        self._folder = folder
        self.port: int = free_port()

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "bench.bare", self._kind, str(self.port), str(self._folder)]
        path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path})
        self.pid = self._process.pid
        begun = time.monotonic()
        while time.monotonic() - begun < STARTS_WITHIN_S:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return self
            time.sleep(0.05)
        raise AssertionError("the bare server does not answer")

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)


async def _echo(receive: Any) -> bytes:
    body: bytes = (await receive())["body"]
    return body


class _Design:
    """Requests that wait go into one transaction, on a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "bare.db", isolation_level=None, check_same_thread=False)
        for statement in (*(f"PRAGMA {pragma}" for pragma in PRAGMAS), TABLE, INDEX):
            self._connection.execute(statement)
        self._thread = ThreadPoolExecutor(1)
        self._seq = 0
        self._waiting: list[tuple[SyncRequest, list[Edit], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def answer(self, receive: Any) -> bytes:
        """Take one request and return the reply."""
        body = b""
        while True:
            message = await receive()
            body += message["body"]
            if not message["more_body"]:
                break
        request = _REQUEST.decode(body)
        edits = [_EDIT.decode(raw) for raw in request.edits]
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((request, edits, stored))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await stored
        return msgspec.json.encode({"now": request.now, "pushed": edits[-1].n, "cursors": request.cursors})

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            taken, self._waiting = self._waiting, []
            await loop.run_in_executor(self._thread, self._store, taken)
            for _request, _edits, stored in taken:
                stored.set_result(None)
        self._writing = None

    def _store(self, taken: list[tuple[SyncRequest, list[Edit], asyncio.Future[None]]]) -> None:
        rows = []
        for request, edits, _stored in taken:
            for edit in edits:
                self._seq += 1
                doc = {"k": edit.kind, "i": edit.id, "r": edit.root, "v": edit.v, "s": {edit.at: []}}
                text = msgspec.json.encode(doc).decode()
                rows.append(("t", self._seq, edit.id, edit.kind, edit.root, request.device, text))
        cursor = self._connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        cursor.executemany(STORE, rows)
        cursor.execute("COMMIT")


def main(kind: str, port: int, folder: Path) -> None:
    """Serve until a signal."""
    answer = _echo if kind == "echo" else _Design(folder).answer

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for event in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{event}.complete"})
            return
        body = await answer(receive)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    config = server_config(application)
    config.port = port
    config.http = "auto"
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))

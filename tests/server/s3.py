"""S3: as much of an object store as files need, spoken over HTTP on a free port, to whoever signs."""

import re
import threading
import time
from datetime import UTC, datetime
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

from server.aws_signature import refuse

KEY, SECRET = "key", "a secret of the bucket's"
"""What a request has to be signed with."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: "S3"

    def do_PUT(self) -> None:
        body = self._read()
        if not self._refuse(body):
            self.store.objects[self._key()] = (body, time.time())
            self._answer(200, {"etag": '"1"'})

    def do_DELETE(self) -> None:
        if not self._refuse():
            self.store.objects.pop(self._key(), None)
            self._answer(204)

    def do_POST(self) -> None:
        """Several at once, as obstore deletes."""
        body = self._read()
        if self._refuse(body):
            return
        keys = re.findall("<Key>(.*?)</Key>", body.decode())
        for key in keys:
            self.store.objects.pop(unescape(key), None)
        rows = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self._answer(200, {"content-type": "application/xml"}, f"<DeleteResult>{rows}</DeleteResult>".encode())

    def do_HEAD(self) -> None:
        self._get(with_body=False)

    def do_GET(self) -> None:
        if "list-type" in urlsplit(self.path).query:
            self._list()
        else:
            self._get(with_body=True)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).partition("/")[2].partition("/")[2]

    def _read(self) -> bytes:
        return self.rfile.read(int(self.headers["content-length"]))

    def _refuse(self, body: bytes = b"") -> bool:
        headers = {name.lower(): value for name, value in self.headers.items()}
        why = refuse(f"{self.command} {self.path}", headers, body, KEY, SECRET)
        if why:
            self.store.unsigned.append(f"{self.command} {self.path}: {why}")
        why = why or ("AccessDenied" if self.store.refusing else "")
        if why:
            self._answer(403, body=f"<Error><Code>{why}</Code></Error>".encode(), with_body=self.command != "HEAD")
        return bool(why)

    def _get(self, *, with_body: bool) -> None:
        if self._refuse():
            return
        found = self.store.objects.get(self._key())
        if found is None:
            self._answer(404, body=b"<Error><Code>NoSuchKey</Code></Error>" if with_body else b"")
            return
        body, at = found
        headers = {"etag": '"1"', "last-modified": formatdate(at, usegmt=True)}
        asked = self.headers.get("range")
        if asked is not None:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            end = min(int(last), len(body) - 1)
            headers["content-range"] = f"bytes {first}-{end}/{len(body)}"
            body = body[int(first) : end + 1]
        self._answer(206 if asked else 200, headers, body, with_body=with_body)

    def _list(self) -> None:
        if self._refuse():
            return
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size><ETag>1</ETag>"
            f"<LastModified>{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
            for key, (body, at) in sorted(self.store.objects.items())
            if key.startswith(prefix)
        )
        text = f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        self._answer(200, {"content-type": "application/xml"}, text.encode())

    def _answer(
        self, status: int, headers: dict[str, str] | None = None, body: bytes = b"", *, with_body: bool = True
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)


class S3:
    """A bucket in memory, of whoever signs with ``SECRET``; ``refusing`` keeps even him out."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, float]] = {}
        """By key: the bytes, and when they were put there, seconds since 1970 UTC."""
        self.refusing = False
        self.unsigned: list[str] = []
        """Requests that were not signed as they should be, and why."""
        handler = type("Handler", (_Handler,), {"store": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True, name="s3")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

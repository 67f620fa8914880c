"""The built app: its files in memory, compressed, each with how long a browser may keep it."""

import gzip
import hashlib
import mimetypes
from pathlib import Path
from typing import Final

import msgspec
from litestar.enums import HttpMethod
from litestar.types import HTTPScope, Send

INDEX: Final = "/index.html"
IMMUTABLE: Final = "/_app/immutable/"
"""Below it every name contains a hash of the content."""
_KEEP: Final = b"public, max-age=31536000, immutable"
_ASK: Final = b"no-cache"
_WORTH_COMPRESSING: Final = 1_024
_SUFFIX_BY_CODING: Final = {"br": ".br", "gzip": ".gz"}
_TYPE_BY_SUFFIX: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_PACKED_ALREADY: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".woff2"})


class AppNotBuiltError(Exception):
    """There is no built app in the folder."""


class Asset(msgspec.Struct, frozen=True):
    """One file as it is sent."""

    media_type: bytes
    cache: bytes
    etag: bytes
    body_by_coding: dict[str, bytes]
    """By content coding; "" is the file itself."""


class Site:
    """Answers GET and HEAD with the app's files; every path of a screen gets the one page."""

    def __init__(self, asset_by_path: dict[str, Asset]) -> None:
        self.asset_by_path = asset_by_path

    def find(self, path: str) -> Asset | None:
        """Return what to send for ``path``: a file, the page for a screen's address, or None."""
        found = self.asset_by_path.get(INDEX if path == "/" else path)
        if found is None and "." not in path.rpartition("/")[2] and not path.startswith("/_app/"):
            return self.asset_by_path[INDEX]
        return found

    async def send(self, asset: Asset, scope: HTTPScope, send: Send) -> None:
        """Send ``asset``, or 304 where the browser has it."""
        headers = dict(scope["headers"])
        coding = _coding(headers.get(b"accept-encoding", b"").decode("latin-1"), asset)
        body = asset.body_by_coding[coding]
        # Weak: the same file in another coding has other bytes.
        known = asset.etag in [tag.strip() for tag in headers.get(b"if-none-match", b"").split(b",")]
        answered = [
            (b"cache-control", asset.cache),
            (b"etag", asset.etag),
            (b"vary", b"accept-encoding"),
        ]
        if known:
            await send({"type": "http.response.start", "status": 304, "headers": answered})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        answered += [(b"content-type", asset.media_type), (b"content-length", str(len(body)).encode())]
        if coding:
            answered.append((b"content-encoding", coding.encode()))
        await send({"type": "http.response.start", "status": 200, "headers": answered})
        sent = b"" if scope["method"] == HttpMethod.HEAD else body
        await send({"type": "http.response.body", "body": sent, "more_body": False})


def empty_site() -> Site:
    """Return a site of one empty page, for work that serves nobody."""
    return Site({INDEX: Asset(b"text/html", _ASK, b'W/"0"', {"": b""})})


def load_site(folder: Path) -> Site:
    """Read the built app at ``folder``; AppNotBuiltError if it is not there."""
    if not (folder / "index.html").is_file():
        raise AppNotBuiltError(str(folder))
    assets = {
        "/" + path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in _SUFFIX_BY_CODING.values()
    }
    return Site({name: _asset(name, path) for name, path in assets.items()})


def _asset(name: str, path: Path) -> Asset:
    body = path.read_bytes()
    bodies = {"": body}
    for coding, suffix in _SUFFIX_BY_CODING.items():
        packed = path.with_name(path.name + suffix)
        if packed.is_file():
            bodies[coding] = packed.read_bytes()
    if len(bodies) == 1 and len(body) >= _WORTH_COMPRESSING and path.suffix not in _PACKED_ALREADY:
        bodies["gzip"] = gzip.compress(body, mtime=0)
    media_type = _TYPE_BY_SUFFIX.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(
        media_type=media_type.encode(),
        cache=_KEEP if name.startswith(IMMUTABLE) else _ASK,
        etag=f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'.encode(),
        body_by_coding=bodies,
    )


def _coding(accepted: str, asset: Asset) -> str:
    refused: set[str] = set()
    wanted: set[str] = set()
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        (refused if quality.replace(" ", "") in {"q=0", "q=0.0"} else wanted).add(name.strip())
    for coding in ("br", "gzip"):
        if coding in wanted and coding not in refused and coding in asset.body_by_coding:
            return coding
    return ""

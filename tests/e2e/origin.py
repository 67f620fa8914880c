"""Origin: the built app and, under ``/device/``, the page that drives its store; one address, no server behind it.

The store's benches and the tests of several tabs need the real worker in a real browser and no network.
"""

import functools
import shutil
import subprocess
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, Self

REPOSITORY: Final = Path(__file__).parents[2]
PWA: Final = REPOSITORY / "pwa"
APP: Final = PWA / "build"


class _Handler(SimpleHTTPRequestHandler):
    """Files of two folders; every other address is the app's one page."""

    extensions_map = {  # noqa: RUF012 - the base class declares it so
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".webmanifest": "application/manifest+json",
    }
    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, page: Path, **keywords: Any) -> None:
        self._page = page
        super().__init__(*args, directory=str(APP), **keywords)

    def translate_path(self, path: str) -> str:
        clean = path.split("?", 1)[0].split("#", 1)[0]
        if clean.startswith("/device/"):
            return str(self._page / (clean.removeprefix("/device/") or "index.html"))
        found = APP / clean.lstrip("/")
        return str(found if found.is_file() else APP / "index.html")

    def do_GET(self) -> None:
        if self.path.startswith(("/api/", "/live", "/sync")):
            self.send_error(503)
        else:
            super().do_GET()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_error(503)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


class Origin:
    """Serves until the end of the ``with`` block; builds the device page first, and the app if it was never built."""

    def __init__(self, folder: Path) -> None:
        self._page = folder / "device-page"
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        npm = shutil.which("npm")
        assert npm is not None, "no npm on the path: use make"
        if not (APP / "index.html").exists():
            subprocess.run([npm, "run", "--silent", "build"], cwd=PWA, check=True)
        subprocess.run(
            [
                npm,
                "exec",
                "--",
                "vite",
                "build",
                "--config",
                "tests/device/vite.config.ts",
                "--outDir",
                str(self._page),
            ],
            cwd=PWA,
            check=True,
            capture_output=True,
        )
        handler = functools.partial(_Handler, page=self._page)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """The origin's address, without a slash at its end."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_port}"

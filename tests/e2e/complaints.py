"""Complaints: what a page says went wrong, which its screen need not show."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Request


def _is_no_failure(request: Request) -> bool:
    """Tell whether it is what a page breaks off that is left, its live stream, or a part of a file that came whole.

    Chromium calls a part that is read by its stream aborted now and then after its last byte; the app proves the
    digest, and says so in the picture's place if it did not come.
    """
    return "/live" in request.url or ("/api/files/" in request.url and request.failure == "net::ERR_ABORTED")


@contextmanager
def complaints(page: Page) -> Iterator[list[str]]:
    """Collect what a page complains of: errors on the console, uncaught ones, refused and failed requests."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"console: {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(f"uncaught: {error}"))
    page.on(
        "requestfailed",
        lambda request: heard.append(f"failed: {request.url}") if not _is_no_failure(request) else None,
    )
    page.on("response", lambda reply: heard.append(f"{reply.status}: {reply.url}") if reply.status >= 400 else None)
    yield heard

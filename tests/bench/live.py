"""Area: the whole way. Two real browsers on a real server, and what the app loads before it can be used."""

import gzip
import os
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, Playwright, Request, Response, sync_playwright

from bench.line import Line, at_most
from e2e.browser import Browser
from e2e.house import House
from e2e.people import MANAGER, MAREK, sign_in

ROUNDS: Final = 5
SAMPLES: Final = 20
WARM_UP: Final = 6
LEVEL: Final = 9
ENGINE_MARK: Final = b"sqlite3_open_v2"
SHELL_TYPES: Final = frozenset({"script", "stylesheet"})

# Instants on one machine's clock: when the tap arrived, and when the frame with the new word in it had been painted.
WATCH_TAP: Final = """
addEventListener("click", (event) => { window.tapped = performance.timeOrigin + event.timeStamp; }, true);
"""
WATCH_ROW: Final = """([row, word]) => {
  window.painted = new Promise((resolve) => {
    const feed = document.querySelector("[data-testid=live-visits]");
    const isThere = () => [...feed.querySelectorAll("a")]
      .some((one) => one.href.endsWith(row) && one.innerText.includes(word));
    const look = () => {
      if (!isThere()) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())));
    };
    const observer = new MutationObserver(look);
    observer.observe(feed, { childList: true, subtree: true, characterData: true });
  });
}"""


def run() -> Iterator[Line]:
    """Yield the time from one device's tap to another one's row, and the size of the shell."""
    os.environ.setdefault("CHROMIUM", "/usr/bin/chromium")
    with tempfile.TemporaryDirectory() as name, House(Path(name) / "data") as house, sync_playwright() as playwright:
        rounds = _latencies(playwright, Path(name), house)
        p95s = [statistics.quantiles(taken, n=20)[-1] for taken in rounds]
        yield at_most("live_latency_p95", statistics.median(p95s), "ms", 150)
        yield at_most("shell_gzip", _shell_bytes(playwright, Path(name), house) / 1000, "KB", 150)


def _latencies(playwright: Playwright, folder: Path, house: House) -> list[list[float]]:
    """Return the milliseconds from a rep's tap on an outcome to the manager's row that shows it, by rounds."""
    phone = Browser(playwright, folder / "phone", **MAREK.surroundings)
    desk = Browser(playwright, folder / "desk", device="desktop", **MANAGER.surroundings)
    try:
        page, overview = phone.open(), desk.open()
        sign_in(page, house.address, MAREK)
        sign_in(overview, house.address, MANAGER)
        page.get_by_test_id("check-in").first.click()
        page.wait_for_url("**/visits/*")
        visit = page.url.rpartition("/")[2]
        page.get_by_test_id("outcome-order").click()
        overview.locator(f"[data-testid=live-visits] a[href$='{visit}']").wait_for()
        page.goto(f"{house.address}/visits/{visit}")
        page.evaluate(WATCH_TAP)
        turns = range(WARM_UP + ROUNDS * SAMPLES)
        taken = [_latency(page, overview, visit, ("Interested", "No need")[turn % 2]) for turn in turns][WARM_UP:]
        return [taken[start : start + SAMPLES] for start in range(0, len(taken), SAMPLES)]
    finally:
        phone.close()
        desk.close()


def _latency(page: Page, overview: Page, visit: str, outcome: str) -> float:
    overview.evaluate(WATCH_ROW, [visit, outcome])
    page.get_by_role("radio", name=outcome).click()
    painted = float(overview.evaluate("painted"))
    return painted - float(page.evaluate("tapped"))


def _shell_bytes(playwright: Playwright, folder: Path, house: House) -> int:
    """Return the compressed bytes of every script and style that is loaded before SQLite, on the first sign-in."""
    browser = Browser(playwright, folder / "shell", service_workers="block", **MAREK.surroundings)
    sizes: dict[str, int] = {}
    try:
        page = browser.open()
        replies: dict[str, Response | None] = {}

        def ask(request: Request) -> None:
            if request.resource_type in SHELL_TYPES:
                replies.setdefault(request.url, None)

        def hear(reply: Response) -> None:
            if reply.url in replies:
                replies[reply.url] = reply

        page.on("request", ask)
        page.on("response", hear)
        sign_in(page, house.address, MAREK)
        for url, reply in list(replies.items()):
            assert reply is not None, f"{url} never came"
            body = reply.body()
            if ENGINE_MARK in body:
                break
            sizes[url] = len(gzip.compress(body, LEVEL))
        else:
            raise AssertionError("SQLite was never asked for")
    finally:
        browser.close()
    if os.environ.get("BENCH_DETAIL"):
        for url, size in sorted(sizes.items(), key=lambda item: -item[1]):
            print(f"{size:8} {url}")  # noqa: T201 - asked for
    return sum(sizes.values())

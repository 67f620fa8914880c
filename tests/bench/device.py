"""Area: the device. The built store in Chromium, with as many customers as the largest team has.

`BENCH_CUSTOMERS` sets another size for a quick look; the limits are meant for the size below.
"""

import os
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from bench.line import Line, at_least, at_most
from e2e.origin import Origin

CUSTOMERS: Final = int(os.environ.get("BENCH_CUSTOMERS", "100000"))
SEED: Final = int(os.environ.get("SEED", "1"))
PAGE_BYTES: Final = 4 * 1024 * 1024
"""What the server sends at once after the budget has grown (SPEC R56)."""
LOADS: Final = 5
STARTS: Final = 7
ROWS: Final = 50
TALL: Final[Any] = {"width": 390, "height": 5200}
"""A screen on which fifty rows are in sight, because the list paints no others."""

# From the start of the navigation to the frame after the one in which the fiftieth row was painted.
WATCH_ROWS: Final = f"""
window.painted = new Promise((resolve) => {{
  const look = () => {{
    if (document.querySelectorAll("[data-index] a").length < {ROWS}) return requestAnimationFrame(look);
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
  }};
  look();
}});
"""


def run() -> Iterator[Line]:
    """Yield the first load, the search, the durable write and the cold start, in this order, on one profile."""
    with tempfile.TemporaryDirectory() as folder, Origin(Path(folder)) as origin, sync_playwright() as playwright:
        profile = Path(folder) / "profile"
        with _browser(playwright, profile) as context:
            page = context.pages[0]
            page.goto(f"{origin.address}/device/")
            # Each seed is another person, and so another file.
            seeds = range(SEED, SEED + LOADS)
            filled = [_bench(page, name="fill", customers=CUSTOMERS, seed=seed, budget=PAGE_BYTES) for seed in seeds]
            yield at_least("first_sync_device", _median(filled, "perSecond"), "records/s", 15_000)
            found = [_bench(page, name="search", queries=500, seed=SEED) for _ in range(5)]
            yield at_most("search_device_p95", _median(found, "p95"), "ms", 5)
            written = [_bench(page, name="write", writes=200, seed=SEED) for _ in range(5)]
            yield at_most("write_device_p50", _median(written, "p50"), "ms", 1.5)
            page.evaluate("seed => signIn(seed)", SEED)
        with _browser(playwright, profile) as context:
            # Once to install the app, as on every device that starts it from its icon.
            page = context.pages[0]
            page.goto(f"{origin.address}/customers")
            page.evaluate("painted")
            page.evaluate("navigator.serviceWorker?.ready.then(() => true)")
        starts = [_cold_start(playwright, profile, origin.address) for _ in range(STARTS)]
        yield at_most("cold_start_device", statistics.median(starts), "ms", 600)


def _browser(playwright: Playwright, profile: Path) -> BrowserContext:
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=os.environ.get("CHROMIUM") or "/usr/bin/chromium",
        args=["--no-sandbox"],
        headless=True,
        viewport=TALL,
    )
    context.set_default_timeout(600_000)
    context.add_init_script(WATCH_ROWS)
    return context


def _cold_start(playwright: Playwright, profile: Path, address: str) -> float:
    """Return the milliseconds to fifty painted rows in a browser that has just been started."""
    with _browser(playwright, profile) as context:
        page = context.pages[0]
        page.goto(f"{address}/customers", wait_until="commit")
        return float(page.evaluate("painted"))


def _bench(page: Page, **task: object) -> dict[str, Any]:
    figures: dict[str, Any] = page.evaluate("task => bench(task)", task)
    return figures


def _median(figures: list[dict[str, Any]], name: str) -> float:
    return statistics.median([float(one[name]) for one in figures])

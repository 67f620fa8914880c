"""Area: the map. Twenty thousand customers of one rep in the built app, in Chromium, on a phone's screen."""

import os
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bench.line import Line, at_most
from e2e.browser import ARGUMENTS, SIZES
from e2e.origin import Origin

CUSTOMERS: Final = 20_000
SEED: Final = 1
PAGE_BYTES: Final = 4 * 1024 * 1024
ROUNDS: Final = 5
STEPS: Final = 40
"""Frames of a drag, and as many of the wheel."""

WATCH: Final = f"""
window.frames = [];
window.painted = new Promise((resolve) => {{
  new PerformanceObserver((list) => {{
    for (const {{ name, startTime, duration, detail }} of list.getEntries()) {{
      if (name !== "map-frame") continue;
      frames.push(duration);
      if (detail.customers === {CUSTOMERS}) resolve(startTime + duration);
    }}
  }}).observe({{ type: "measure" }});
}});
"""
TAP: Final = """async () => {
  const begun = performance.now();
  document.querySelector("a[href='/map']").click();
  return (await painted) - begun;
}"""


def run() -> Iterator[Line]:
    """Yield the time from the tap on Map until everybody is painted, and what a frame of a drag or a zoom takes."""
    with tempfile.TemporaryDirectory() as folder, Origin(Path(folder)) as origin, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(Path(folder) / "profile"),
            executable_path=os.environ.get("CHROMIUM") or "/usr/bin/chromium",
            args=ARGUMENTS,
            headless=True,
            **SIZES["phone"],
        )
        context.set_default_timeout(120_000)
        try:
            yield from _measured(context, origin.address)
        finally:
            context.close()


def _measured(context: BrowserContext, address: str) -> Iterator[Line]:
    page = context.pages[0]
    page.goto(f"{address}/device/")
    fill = {"name": "fill", "customers": CUSTOMERS, "seed": SEED, "budget": PAGE_BYTES}
    page.evaluate("task => bench(task)", fill)
    page.evaluate("seed => signIn(seed)", SEED)
    context.add_init_script(WATCH)
    shown, frames = [], []
    # The first one warms the browser's caches up.
    for turn in range(ROUNDS + 1):
        page.goto(f"{address}/customers")
        page.locator("[data-index] a").first.wait_for()
        taken = float(page.evaluate(TAP))
        moved = _frames(page)
        if turn > 0:
            shown.append(taken)
            frames.append(moved)
    yield at_most("map_20000_points_ms", statistics.median(shown), "ms", 1_000)
    yield at_most("map_20000_points_frame_ms", statistics.median(frames), "ms", 8)


def _frames(page: Page) -> float:
    """Return the 95th percentile of the frames while the map is dragged and zoomed."""
    page.evaluate("frames.length = 0")
    page.mouse.move(200, 400)
    page.mouse.down()
    for step in range(STEPS):
        page.mouse.move(200 - step * 3, 400 + step * 2)
    page.mouse.up()
    for step in range(STEPS):
        page.mouse.wheel(0, -60 if step % 20 < 10 else 60)
        page.evaluate("new Promise(requestAnimationFrame)")
    found: list[float] = page.evaluate("frames")
    assert len(found) > STEPS, "the map was not painted anew"
    return statistics.quantiles(found, n=20)[18]

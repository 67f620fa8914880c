"""Area: taps. The built app in Chromium with a phone's screen, with as many customers as the largest team has.

The ten taps that a rep makes most, each from the trusted event to the end of the first frame that shows what it is
for: the stop's Check in, Tomorrow as the day of the next step, the outcome that finishes the visit, on to Today, the
"+" (with the customers nearby), the tab Customers, a filter there, a letter typed into the search, a customer, and
his tab Orders. Every round begins with the app just loaded, so that the code of each screen is fetched and compiled
within the first tap that needs it.

`BENCH_CUSTOMERS` sets another size for a quick look; the limits are meant for the size below.
"""

import datetime as dt
import os
import statistics
import sys
import tempfile
import time
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import CDPSession, Locator, Page, expect, sync_playwright

from bench.line import Line, at_most
from e2e.browser import ARGUMENTS, SIZES
from e2e.origin import Origin
from e2e.steps import wait_for_service_worker

BEGUN: Final = time.monotonic()
CUSTOMERS: Final = int(os.environ.get("BENCH_CUSTOMERS", "100000"))
SEED: Final = 1
PAGE_BYTES: Final = 4 * 1024 * 1024
ROUNDS: Final = 6
"""For each speed of the processor."""
SLOWER: Final = 4
"""A phone of the lowest price against a desktop. Chromium slows the page's thread by it, and not the store's worker."""
ZONE: Final = "Europe/Warsaw"
SCROLLS: Final = 5
SCROLLED_PX: Final = 12_000
"""To and fro, at the speed of a quick thumb below: more than the pages of rows that are held at once."""
PX_PER_SECOND: Final = 4_000
LONG_FRAMES: Final = 1
LONG_MS: Final = 50
"""What the platform calls a long frame (Long Animation Frames API): three frames of 60 a second are not painted."""
LETTER: Final = "k"
"""In the texts of many customers, and not in all: the e-mail address, which all have, is without it."""
MOST_MS: Final = 20_000
"""After so long a tap has failed, and the bench says which one."""

WATCH: Final = (
    f"const MOST_MS = {MOST_MS};"
    """
window.watchTap = (isShown) => {
  if (isShown()) throw new Error("it is shown before the tap");
  window.shown = new Promise((resolve, reject) => {
    const events = ["pointerup", "keydown"];
    setTimeout(() => reject(new Error("not shown: " + isShown)), MOST_MS);
    const begin = (event) => {
      if (!event.isTrusted) return;
      for (const name of events) removeEventListener(name, begin, true);
      const look = () => {
        if (!isShown()) return requestAnimationFrame(look);
        // What is there when a frame begins is painted at its end, and a message comes after that.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now() - event.timeStamp);
        port2.postMessage(null);
      };
      requestAnimationFrame(look);
    };
    for (const name of events) addEventListener(name, begin, true);
  });
};
window.long = [];
new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => one.duration)))
  .observe({ type: "long-animation-frame" });
"""
)
IDLE: Final = "new Promise((resolve) => requestIdleCallback(resolve, { timeout: 2000 }))"
LIST: Final = """(() => {
  const links = [0, 1, 2].map((index) => document.querySelector(`[data-index='${index}'] a`)?.href);
  return links.includes(undefined) ? null : links.join();
})()"""
"""The first customers of the list; null until they are there. How many follow is counted later."""


def run() -> Iterator[Line]:
    """Yield the taps at both speeds, and the long frames of a scrolled list."""
    with tempfile.TemporaryDirectory() as folder, Origin(Path(folder)) as origin, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(Path(folder) / "profile"),
            executable_path=os.environ.get("CHROMIUM") or "/usr/bin/chromium",
            args=ARGUMENTS,
            headless=True,
            timezone_id=ZONE,
            geolocation={"latitude": 51.1, "longitude": 19.2, "accuracy": 20},
            permissions=["geolocation"],
            **SIZES["phone"],
        )
        context.set_default_timeout(30_000)
        try:
            page = context.pages[0]
            _fill(page, origin.address)
            context.add_init_script(WATCH)
            # Once to install the app, as on every device that starts it from its icon.
            page.goto(f"{origin.address}/today")
            wait_for_service_worker(page)
            speed = context.new_cdp_session(page)
            yield at_most("tap_to_paint_p95", _p95(page, origin.address, speed, 1), "ms", 100)
            yield at_most("tap_to_paint_4x_p95", _p95(page, origin.address, speed, SLOWER), "ms", 300)
            yield _scrolled(page, origin.address, speed)
        finally:
            context.close()


def _fill(page: Page, address: str) -> None:
    page.goto(f"{address}/device/")
    _say(f"filling a store with {CUSTOMERS} customers")
    page.evaluate("task => bench(task)", {"name": "fill", "customers": CUSTOMERS, "seed": SEED, "budget": PAGE_BYTES})
    today = dt.datetime.now(zoneinfo.ZoneInfo(ZONE)).date().isoformat()
    page.evaluate("([seed, day, stops]) => planDay(seed, day, stops)", [SEED, today, 2 * ROUNDS + 4])
    page.evaluate("seed => signIn(seed)", SEED)


def _p95(page: Page, address: str, speed: CDPSession, slower: int) -> float:
    """Return the 95th percentile of every tap of every round; says on the error output what each tap took."""
    speed.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    taken: dict[str, list[float]] = {}
    for round_number in range(ROUNDS):
        _say(f"{slower}x, round {round_number + 1} of {ROUNDS}")
        for name, milliseconds in _round_of_taps(page, address):
            taken.setdefault(name, []).append(milliseconds)
    speed.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    for name, figures in taken.items():
        said = " ".join(f"{figure:.0f}" for figure in sorted(figures))
        _say(f"{slower}x {name}: {said} ms")
    return statistics.quantiles([one for figures in taken.values() for one in figures], n=20)[18]


def _round_of_taps(page: Page, address: str) -> Iterator[tuple[str, float]]:
    """Make each of the ten taps once, and yield its name and milliseconds."""
    page.evaluate("sessionStorage.clear()")  # as opened from its icon: no filter of the round before
    page.goto(f"{address}/today")
    check_in = page.get_by_test_id("check-in").first
    check_in.wait_for()
    yield "check in", _timed(page, check_in.tap, _is_there("[data-testid=date-tomorrow]"))
    tomorrow = page.get_by_test_id("date-tomorrow")
    yield "next step tomorrow", _timed(page, tomorrow.tap, _is_there("[data-testid=next-step]"))
    outcome = page.get_by_test_id("outcome-interested")
    yield "outcome", _timed(page, outcome.tap, _is_there("[data-testid=finished]"))
    go_on = page.get_by_test_id("go-on")
    yield "on to Today", _timed(page, go_on.tap, _is_there("[data-testid=screen-ready] [data-testid=check-in]"))
    plus = page.get_by_test_id("add").first
    yield "plus", _timed(page, plus.tap, _is_there("[data-testid=choose-customer]"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    yield "customers", _timed(page, _tab(page, "/customers").tap, _is_there("[data-index] a"))
    picks = page.get_by_role("radiogroup").first.get_by_role("radio")
    vip = picks.nth(3)
    yield "filter", _timed(page, vip.tap, _is_other_list(page))
    search = page.get_by_role("searchbox")
    search.tap()
    typed = _timed(page, lambda: page.keyboard.type(LETTER), _is_other_list(page))
    yield "letter", typed
    row = page.locator("[data-index='0'] a")
    yield "customer", _timed(page, row.tap, _is_there("article [role=tablist]"))
    orders = page.get_by_role("tab").nth(3)
    yield "orders", _timed(page, orders.tap, _is_there("[data-testid=take-order]"))


def _tab(page: Page, path: str) -> Locator:
    return page.locator(f"nav a[href='{path}']")


def _is_there(selector: str) -> str:
    return f'document.querySelector("{selector}") !== null'


def _is_other_list(page: Page) -> str:
    before = page.evaluate(LIST)
    return f"![null, {before!r}].includes({LIST})"


def _timed(page: Page, tap: Callable[[], Any], is_shown: str) -> float:
    """Return the milliseconds from the event of ``tap`` to the end of the first frame in which ``is_shown`` holds."""
    page.evaluate(IDLE)
    page.evaluate(f"watchTap(() => {is_shown})")
    tap()
    return float(page.evaluate("shown"))


def _scrolled(page: Page, address: str, speed: CDPSession) -> Line:
    """Return how many frames took too long while the list of everybody was scrolled to and fro, of all rounds."""
    page.goto(f"{address}/customers")
    page.locator("[data-index] a").first.wait_for()
    found = []
    for _round in range(SCROLLS + 1):
        page.evaluate(IDLE)
        page.evaluate("long.length = 0")
        for distance in (-SCROLLED_PX, SCROLLED_PX):
            gesture = {"x": 195, "y": 500, "yDistance": distance, "speed": PX_PER_SECOND, "gestureSourceType": "touch"}
            speed.send("Input.synthesizeScrollGesture", gesture)
        page.evaluate(IDLE)
        found.append([one for one in page.evaluate("long") if one > LONG_MS])
    _say(f"long frames, ms: {found}")
    value = statistics.mean(map(len, found[1:]))
    return Line("scroll_list_long_frames", value, "frames", LONG_FRAMES, LONG_FRAMES / max(value, LONG_FRAMES / 2))


def _say(words: str) -> None:
    since = time.monotonic() - BEGUN
    print(f"{since:4.0f} s: {words}", file=sys.stderr, flush=True)  # noqa: T201 - how far it is, and why a line is bad

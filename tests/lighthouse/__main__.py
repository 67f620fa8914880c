"""Lighthouse on a phone's profile: the page of signing in, and Today of a rep who is signed in, each three times.

``make lighthouse`` prints one JSON line for each page and category, as ``make bench`` does, and on the error output
what cost points; it fails where a score is below its limit. Only this target installs Lighthouse
(docs/decisions/0153).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
sys.path[0] = str(HERE.parent)  # in place of this folder

from playwright.sync_api import sync_playwright  # noqa: E402 - the path comes first

from bench.line import Line, at_least  # noqa: E402
from e2e.browser import ARGUMENTS, SIZES  # noqa: E402
from e2e.house import House  # noqa: E402
from e2e.people import MAREK, sign_in  # noqa: E402
from e2e.steps import wait_for_service_worker  # noqa: E402

LIMITS: Final = {"performance": 90, "accessibility": 100, "best-practices": 100}
ROUNDS: Final = 3
PORT_FILE: Final = "DevToolsActivePort"


def main() -> None:
    """Print the lines of both pages; the exit code tells whether all are good."""
    lines = list(_lines())
    for line in lines:
        print(line.to_json(), flush=True)  # noqa: T201 - this is what it is for
    sys.exit(any(line.ratio < 1 for line in lines))


def _lines() -> Iterator[Line]:
    with (
        tempfile.TemporaryDirectory() as folder,
        House(Path(folder) / "data") as house,
        sync_playwright() as playwright,
    ):
        profile = Path(folder) / "profile"
        context = playwright.chromium.launch_persistent_context(
            str(profile),
            executable_path=os.environ.get("CHROMIUM") or "/usr/bin/chromium",
            args=[*ARGUMENTS, "--remote-debugging-port=0"],
            headless=True,
            locale=MAREK.locale,
            timezone_id=MAREK.zone,
            **SIZES["phone"],
        )
        try:
            port = (profile / PORT_FILE).read_text(encoding="utf-8").split()[0]
            yield from _page("signin", f"{house.address}/signin", port)
            page = context.pages[0]
            sign_in(page, house.address, MAREK)
            wait_for_service_worker(page)
            page.goto("about:blank")
            yield from _page("today", f"{house.address}/today", port)
        finally:
            context.close()


def _page(name: str, address: str, port: str) -> Iterator[Line]:
    reports = [_report(address, port) for _round in range(ROUNDS)]
    _say_what_cost_points(name, reports[-1])
    for category, limit in LIMITS.items():
        score = statistics.median(100 * float(report["categories"][category]["score"]) for report in reports)
        yield at_least(f"lighthouse_{name}_{category.replace('-', '_')}", score, "points", limit)


def _report(address: str, port: str) -> dict[str, Any]:
    """Return what Lighthouse finds at an address in the browser at this port, with what its profile has kept."""
    command = [
        str(HERE / "node_modules" / ".bin" / "lighthouse"),
        address,
        f"--port={port}",
        "--form-factor=mobile",
        "--disable-storage-reset",
        f"--only-categories={','.join(LIMITS)}",
        "--output=json",
        "--output-path=stdout",
        "--no-enable-error-reporting",
        "--quiet",
    ]
    found = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    if found.returncode != 0:
        sys.exit(f"Lighthouse ended with {found.returncode} at {address}: {found.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(found.stdout)
    return report


def _say_what_cost_points(name: str, report: dict[str, Any]) -> None:
    for category in LIMITS:
        for part in report["categories"][category]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] > 0 and audit["score"] is not None and audit["score"] < 1:
                said = f"{name} {category}: {audit['title']} {audit.get('displayValue', '')} ({audit['score']:.2f})"
                print(said, file=sys.stderr)  # noqa: T201 - why a score is as it is


if __name__ == "__main__":
    main()

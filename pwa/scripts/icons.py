"""Draws the PNG icons of the app from static/icons/mark.svg: CHROMIUM=/path/to/chromium python pwa/scripts/icons.py."""

import os
from pathlib import Path

from playwright.sync_api import sync_playwright

ICONS = Path(__file__).parent.parent / "static" / "icons"
# Name, size, and how much of the picture a mask may cut away on each side.
SIZES = [("icon-192", 192, False), ("icon-512", 512, False), ("maskable-512", 512, True), ("apple-touch-icon", 180, True)]


def main() -> None:
    mark = (ICONS / "mark.svg").read_text()
    full = mark.replace('rx="116"', 'rx="0"').replace("translate(88 88) scale(14)", "translate(112 112) scale(12)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox"])
        for name, size, is_full in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>*{{margin:0}}svg{{display:block;width:{size}px}}</style>{full if is_full else mark}")
            page.screenshot(path=ICONS / f"{name}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()

"""Pictures of every screen: light and dark, in every direction and width, into tests/shots/output.

``make shots`` takes all of them; ``python tests/shots today overview`` those of some screens.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from playwright.sync_api import Page, Playwright, sync_playwright  # noqa: E402 - the path comes first

from e2e.browser import SIZES, Browser, Device  # noqa: E402
from e2e.house import House  # noqa: E402
from e2e.screens import SCREENS, Place, Screen, Theme, Who, change_theme, come_to, person_of, place_for  # noqa: E402

OUTPUT: Final = HERE / "output"
LOCALES: Final = ("en", "fa")
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")
DEVICES: Final[tuple[Device, ...]] = ("phone", "tablet", "desktop")


def main(names: list[str]) -> None:
    """Take the pictures of the screens ``names``, of all if there are none."""
    screens = [screen for screen in SCREENS if not names or screen.name in names]
    OUTPUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        filled = Path(name) / "filled"
        with House(filled):
            pass
        for locale in LOCALES:
            for device in DEVICES:
                data = Path(name) / f"{locale}-{device}"
                shutil.copytree(filled, data)
                with House(data) as house:
                    _walk(playwright, Path(name), house, screens, locale=locale, device=device)


def _walk(
    playwright: Playwright, folder: Path, house: House, screens: list[Screen], *, locale: str, device: Device
) -> None:
    browsers: list[Browser] = []
    pages: dict[Who, tuple[Page, Place]] = {}
    try:
        for screen in screens:
            if screen.who not in pages:
                person = person_of(screen.who, locale)
                profile = folder / f"{locale}-{device}-{screen.who}"
                browser = Browser(playwright, profile, device=device, **person.surroundings)
                browsers.append(browser)
                page = browser.open()
                pages[screen.who] = (page, place_for(page, house, house.address, screen.who, locale))
            page, place = pages[screen.who]
            come_to(page, screen, place)
            for theme in THEMES:
                change_theme(page, theme)
                width = SIZES[device]["viewport"]["width"]
                page.screenshot(path=OUTPUT / f"{screen.name}-{locale}-{width}-{theme}.png")
            change_theme(page, THEMES[0])
    finally:
        for browser in browsers:
            browser.close()


if __name__ == "__main__":
    os.environ.setdefault("CHROMIUM", shutil.which("chromium") or "chromium")
    main(sys.argv[1:])

"""Accessibility: axe finds no serious violation on any screen, light and dark, in English and Persian."""

from typing import Final

import pytest
from playwright.sync_api import Page

from e2e.conftest import MakeBrowser
from e2e.house import REPOSITORY, House
from e2e.screens import SCREENS, Place, Screen, Theme, change_theme, come_to, person_of, place_for, theme_of

pytestmark = pytest.mark.e2e

THEMES: Final[tuple[Theme, ...]] = ("light", "dark")
AXE = (REPOSITORY / "pwa" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RUN = """() => axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations
  .filter(({ impact }) => impact === "serious" || impact === "critical")
  .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html.slice(0, 200)} ${any[0]?.message ?? ""}`)))"""


@pytest.fixture(scope="module")
def walk(shared_house: House, shared_browser: MakeBrowser) -> dict[str, tuple[Page, Place]]:
    """The pages that walk through the screens, by who and language; each signs in once."""
    return {}


@pytest.mark.parametrize("locale", ["en", "fa"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_axe_finds_nothing_serious(
    screen: Screen,
    locale: str,
    shared_house: House,
    shared_browser: MakeBrowser,
    walk: dict[str, tuple[Page, Place]],
) -> None:
    key = f"{screen.who}-{locale}"
    if key not in walk:
        page = shared_browser(key, **person_of(screen.who, locale).surroundings).open()
        walk[key] = (page, place_for(page, shared_house, shared_house.address, screen.who, locale))
    page, place = walk[key]
    come_to(page, screen, place)
    page.evaluate(f"'axe' in window || (() => {{ {AXE} }})()")
    found: dict[str, list[str]] = {}
    # From the one that the screen before was left in: a change takes longer than a look.
    for theme in sorted(THEMES, key=lambda theme: theme != theme_of(page)):
        change_theme(page, theme)
        found[theme] = page.evaluate(RUN)
    assert found == {theme: [] for theme in THEMES}

"""What the end-to-end tests share: the playwright driver, a house with demo data, browsers that are closed again."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from e2e.browser import Browser
from e2e.evidence import evidence
from e2e.house import House
from e2e.made_once import made_once
from e2e.sharing import Sharing
from settled import settle

MakeBrowser = Callable[..., Browser]
_OPEN: Final = pytest.StashKey[list[Browser]]()
"""The browsers that run."""


def pytest_configure(config: pytest.Config) -> None:
    """Begin with no browser."""
    config.stash[_OPEN] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell with each failure what the pages showed."""
    report = yield
    if call.when == "call" and report.failed:
        running = item.config.stash[_OPEN]
        report.sections += [("page", told) for told in evidence(running)]
    return report


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing | None:
    """Let ``--dist loadfile`` keep files together where their tests share something."""
    return Sharing(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver; a missing browser is a failure here, never a skip."""
    assert os.environ.get("CHROMIUM") or shutil.which("chromium"), "no Chromium: run tests/setup/browser.sh"
    os.environ.setdefault("CHROMIUM", shutil.which("chromium") or "")
    os.environ.setdefault("CHROMIUM_SHELL", shutil.which("chromium-headless-shell") or os.environ["CHROMIUM"])
    # A machine may be busy with other tests; only what fails waits so long.
    expect.set_options(timeout=30_000)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def filled_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo team in it, made once for all workers and copied for each house."""

    def fill(folder: Path) -> None:
        with House(folder / "data") as house:
            pass
        settle(house.database)

    return made_once(tmp_path_factory, "filled", fill) / "data"


@pytest.fixture
def house(filled_data: Path, tmp_path: Path) -> Iterator[House]:
    """A server of this test's own with the demo team."""
    data = tmp_path / "data"
    shutil.copytree(filled_data, data)
    with House(data) as running:
        yield running


@pytest.fixture(scope="module")
def shared_house(filled_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server with the demo team for all tests of one file."""
    data = tmp_path_factory.mktemp("house") / "data"
    shutil.copytree(filled_data, data)
    with House(data) as running:
        yield running


@pytest.fixture(scope="module")
def shared_browser(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[MakeBrowser]:
    """Return a maker of browsers that live as long as the file's tests."""
    yield from _maker(playwright, tmp_path_factory.mktemp("browsers"), pytestconfig.stash[_OPEN])


@pytest.fixture
def make_browser(playwright: Playwright, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[MakeBrowser]:
    """Return a maker of browsers, each with a fresh profile; all are closed at the end."""
    yield from _maker(playwright, tmp_path, pytestconfig.stash[_OPEN])


def _maker(playwright: Playwright, folder: Path, running: list[Browser]) -> Iterator[MakeBrowser]:
    made: list[Browser] = []

    def make(name: str = "phone", **options: Any) -> Browser:
        browser = Browser(playwright, folder / f"profile-{name}", **options)
        made.append(browser)
        running.append(browser)
        return browser

    yield make
    for browser in made:
        running.remove(browser)
        browser.close()

"""Chromium killed with -9 in the middle of writes: what was shown as saved is there, and nothing is there twice."""

import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from e2e.browser import Browser
from e2e.conftest import MakeBrowser
from e2e.origin import Origin

pytestmark = pytest.mark.e2e

KILLS = int(os.environ.get("KILLS", "8"))
SEED = int(os.environ.get("SEED", "20261125"))
# Five writes at a time, without end; a name is shown as saved when its write has been answered.
WRITE_ON = """(prefix) => {
  window.shown = [];
  let made = 0;
  const write = async () => {
    for (;;) {
      const name = `${prefix} ${made++}`;
      const id = store.newId();
      const v = { name, territory: store.account.person };
      const { saved, edits } = await store.write([{ kind: "customer", id, root: id, v }]);
      if (saved) shown.push([name, edits[0]]);
    }
  };
  for (let at = 0; at < 5; at += 1) void write();
}"""
HELD = """async () => {
  const found = await store.query("sync.waiting", { limit: 100000 });
  const { edits } = JSON.parse(await store.exportUnsent());
  return { names: found.map((row) => row.label), edits: edits.map((edit) => [edit.v.name, edit.n]) };
}"""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Origin]:
    """The app's store on an origin of its own, without a server."""
    with Origin(tmp_path_factory.mktemp("origin")) as origin:
        yield origin


def open_tab(browser: Browser, origin: Origin) -> Page:
    """Return a new tab with the store of the same person."""
    page = browser.open()
    page.goto(f"{origin.address}/device/")
    page.evaluate("() => { window.store = openStore(5); }")
    return page


def test_what_was_shown_as_saved_is_there_once_however_often_the_browser_is_killed(
    make_browser: MakeBrowser, origin: Origin
) -> None:
    chance = random.Random(SEED)
    browser = make_browser()
    shown: list[Any] = []
    for kill in range(KILLS):
        tabs = [open_tab(browser, origin) for _ in range(1 + kill % 2)]
        for number, tab in enumerate(tabs):
            tab.evaluate(WRITE_ON, f"{kill}.{number}")
        for tab in tabs:
            tab.wait_for_function("count => shown.length >= count", arg=chance.randrange(1, 60))
        shown += [saved for tab in tabs for saved in tab.evaluate("shown")]
        browser.kill()

        tab = open_tab(browser, origin)
        held = tab.evaluate(HELD)
        missing = [saved for saved in shown if saved not in held["edits"]]
        assert missing == [], f"SEED={SEED}, kill {kill}"
        assert len(held["names"]) == len(set(held["names"])) == len(held["edits"])
        assert [number for _name, number in held["edits"]] == list(range(1, len(held["edits"]) + 1))
        tab.close()
        browser.close()

"""Axe: what the accessibility rules of axe-core find on a page as it is shown."""

from collections.abc import Sequence
from typing import Final

from playwright.sync_api import Page

from e2e.house import REPOSITORY

_AXE: Final = (REPOSITORY / "pwa" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
_RUN: Final = """([only, without]) => axe.run(document, {
  resultTypes: ["violations"],
  ...(only.length > 0 && { runOnly: { type: "rule", values: only } }),
  rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])),
}).then(({ violations }) => violations
  .filter(({ impact }) => impact === "serious" || impact === "critical")
  .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html.slice(0, 200)} ${any[0]?.message ?? ""}`)))"""
COLOURS: Final = ("color-contrast",)
"""The rules that a theme can break by itself."""


def violations(page: Page, only: Sequence[str] = (), without: Sequence[str] = ()) -> list[str]:
    """Return the serious and critical violations: of the rules ``only``, if any is named, and none of ``without``."""
    page.evaluate(f"'axe' in window || (() => {{ {_AXE} }})()")
    found: list[str] = page.evaluate(_RUN, [list(only), list(without)])
    return found

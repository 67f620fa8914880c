"""Axe: what the accessibility rules of axe-core find on a page as it is shown."""

from typing import Final

from playwright.sync_api import Page

from e2e.house import REPOSITORY

_AXE: Final = (REPOSITORY / "pwa" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
_RUN: Final = """(rules) => axe.run(document, {
  resultTypes: ["violations"],
  ...(rules.length > 0 && { runOnly: { type: "rule", values: rules } }),
}).then(({ violations }) => violations
  .filter(({ impact }) => impact === "serious" || impact === "critical")
  .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html.slice(0, 200)} ${any[0]?.message ?? ""}`)))"""
COLOURS: Final = ("color-contrast",)
"""The rules that a theme can break by itself."""


def violations(page: Page, *rules: str) -> list[str]:
    """Return the serious and critical violations of these rules, of all where none is named."""
    page.evaluate(f"'axe' in window || (() => {{ {_AXE} }})()")
    found: list[str] = page.evaluate(_RUN, list(rules))
    return found

"""Thumb: taps of a finger whose clock is the test's: a second half comes in time however slow the machine is."""

from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from playwright.sync_api import Locator, Page

CLOCK: Final = """let at = 0;
for (const kind of ["pointerdown", "click"]) {
  addEventListener(kind, (event) => {
    if (event.pointerType !== "touch") return;
    if (kind === "click") at += 40;
    else globalThis.fingerWas = [event.clientX, event.clientY];
    if (kind !== "click") at = globalThis.isHurried ? at + 160 : Math.max(at, event.timeStamp) + 500;
    Object.defineProperty(event, "timeStamp", { value: at });
  }, true);
}"""
"""For every page: a test taps faster than one reads; to the app half a second passes between taps, less in a hurry."""


class Thumb:
    """A finger over one place of a page, where a button was when it came; from its second tap on it is in a hurry."""

    def __init__(self, page: Page, button: Locator) -> None:
        self._page = page
        self._button = button
        self._spot: tuple[float, float] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._page.evaluate("delete globalThis.isHurried")

    def tap(self) -> None:
        """Tap; to the app a fifth of a second after the tap before."""
        if self._spot is None:
            self._button.tap()
            x, y = self._page.evaluate("globalThis.fingerWas")
            self._spot = (x, y)
            self._page.evaluate("globalThis.isHurried = true")
        else:
            self._page.touchscreen.tap(*self._spot)


def tap_twice(page: Page, button: Locator, seen: Callable[[], object]) -> None:
    """Tap twice in one place, the second time as soon as the first has been ``seen`` to work."""
    with Thumb(page, button) as thumb:
        thumb.tap()
        seen()
        thumb.tap()

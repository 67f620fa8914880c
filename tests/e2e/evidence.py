"""Evidence: what every open page showed when a test failed, for whoever was not there to look."""

from collections.abc import Iterable, Iterator
from typing import Final

from playwright.sync_api import Error, Page

from e2e.browser import Browser

MOST_WORDS: Final = 1_200
"""Characters of a page that are told."""
MOST_ERRORS: Final = 5
"""The last ones of a browser that are told."""
_WITHIN_MS: Final = 3_000


def evidence(browsers: Iterable[Browser]) -> Iterator[str]:
    """Yield a few lines about each page that is open in these browsers, whatever state they are in."""
    for browser in browsers:
        for page in browser.pages:
            yield "\n".join([page.url, _words(page), *browser.errors[-MOST_ERRORS:]])


def _words(page: Page) -> str:
    try:
        shown = page.locator("body").inner_text(timeout=_WITHIN_MS)
    except Error as error:
        return f"(not to be read: {error.message.splitlines()[0]})"
    return " | ".join(line for line in shown.splitlines() if line.strip())[:MOST_WORDS]

"""People: the demo team's members as the tests drive them, and their first steps in the app."""

from typing import Final, NamedTuple

from playwright.sync_api import Page, expect

from e2e.house import PASSWORD
from e2e.words import word


class Rep(NamedTuple):
    """One member of the demo team and the language that he works in."""

    email: str
    locale: str
    place: tuple[float, float]


MAREK: Final = Rep("marek@demo.example", "en", (50.0614, 19.9366))
MARYAM: Final = Rep("maryam@demo.example", "fa", (35.6892, 51.3890))
MANAGER: Final = Rep("manager@demo.example", "en", (50.0614, 19.9366))
ADMINISTRATOR: Final = Rep("admin@demo.example", "en", (50.0614, 19.9366))

FIRST_SYNC_MS: Final = 60_000


def sign_in(page: Page, address: str, rep: Rep) -> None:
    """Sign in as a newcomer does, and wait until the first sync is complete."""
    page.goto(f"{address}/")
    page.get_by_label(word(rep.locale, "signin_email"), exact=True).fill(rep.email)
    page.get_by_label(word(rep.locale, "signin_password"), exact=True).fill(PASSWORD)
    page.get_by_role("button", name=word(rep.locale, "signin_submit"), exact=True).click()
    start = page.get_by_role("button", name=word(rep.locale, "signin_first_start"))
    done = page.get_by_text(word(rep.locale, "signin_first_done"))
    expect(done.or_(page.get_by_test_id("screen-ready")).first).to_be_visible(timeout=FIRST_SYNC_MS)
    if start.is_visible():
        start.click()

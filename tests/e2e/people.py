"""People: the demo team's members as the tests drive them, and their first steps in the app."""

from typing import Any, Final, NamedTuple

import httpx
from playwright.sync_api import Page, expect

from e2e.house import PASSWORD
from e2e.words import word


class Rep(NamedTuple):
    """One member of the demo team and the language that he works in."""

    email: str
    locale: str
    place: tuple[float, float]
    zone: str

    @property
    def surroundings(self) -> dict[str, Any]:
        """Language, place and time zone of this person's browser, as options of a browser."""
        return {"locale": self.locale, "place": self.place, "zone": self.zone}


MAREK: Final = Rep("marek@demo.example", "en", (50.0614, 19.9366), "Europe/Warsaw")
MARYAM: Final = Rep("maryam@demo.example", "fa", (35.6892, 51.3890), "Asia/Tehran")
MANAGER: Final = Rep("manager@demo.example", "en", (50.0614, 19.9366), "Europe/Warsaw")
ADMINISTRATOR: Final = Rep("admin@demo.example", "en", (50.0614, 19.9366), "Europe/Warsaw")

FIRST_SYNC_MS: Final = 60_000


def sign_in(page: Page, address: str, rep: Rep) -> None:
    """Sign in as a newcomer does, and wait until the first sync is complete."""
    page.goto(f"{address}/")
    page.get_by_label(word(rep.locale, "signin_email"), exact=True).fill(rep.email)
    page.get_by_label(word(rep.locale, "signin_password"), exact=True).fill(PASSWORD)
    page.get_by_role("button", name=word(rep.locale, "signin_submit"), exact=True).click()
    wait_until_ready(page, FIRST_SYNC_MS)


def sign_in_again(page: Page, rep: Rep) -> None:
    """Sign in on the sheet that the app's banner opens, while the person's work is on the device."""
    page.get_by_test_id("sign-in-again").click()
    sheet = page.get_by_role("dialog", name=word(rep.locale, "signin_again_title"))
    sheet.get_by_label(word(rep.locale, "signin_email"), exact=True).fill(rep.email)
    sheet.get_by_label(word(rep.locale, "signin_password"), exact=True).fill(PASSWORD)
    sheet.get_by_role("button", name=word(rep.locale, "signin_submit"), exact=True).click()
    expect(sheet).to_have_count(0)


def revoke_devices(address: str, rep: Rep) -> None:
    """Revoke every device of this person, from one that is new."""
    with httpx.Client(base_url=address) as other:
        device = {"name": "Desk", "platform": "Linux"}
        other.post("/api/session", json={"email": rep.email, "password": PASSWORD, "device": device})
        own = other.get("/api/session").json()["device"]
        for known in other.get("/api/devices").json():
            if known["number"] != own and known.get("revoked_at") is None:
                assert other.delete(f"/api/devices/{known['number']}").status_code == 204


def wait_until_ready(page: Page, within_ms: int = 30_000) -> None:
    """Wait until the store is open, complete and shown."""
    expect(page.get_by_test_id("screen-ready").first).to_be_visible(timeout=within_ms)
